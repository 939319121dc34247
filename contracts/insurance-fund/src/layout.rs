//! Layout of the records: the order of fields is the order of bytes. One that is added, removed or moved needs a migration.

use ballast_storage::{record, DecodeError, Reader, Record};

use crate::hourly::{HourFlow, HourHigh, HourlyFlows, HourlyHighs};
use crate::state::{
    Bucket, ClaimTotals, Claimant, Config, Drawdown, EmergencyLoan, Exit, Facility, Ledger, Rise,
    Standing, StoredBooks, StoredClaim, StoredTopUp, Suite, Surplus, Treasury, Underwriting,
};
use crate::top_up::Booking;

record! {
    struct Config {
        collateral,
    }
}

record! {
    struct Ledger {
        market_reserves,
        mutual,
        staked,
        rewards_undripped,
        emergency_undrawn,
        surplus_due,
    }
}

record! {
    struct Suite {
        markets,
        required,
        counted_reserves,
        weighted_caps,
        deficits,
        level,
        level_since,
        rise,
        founded,
        last_loss_at,
        exits_paused_secs,
        revision,
        fee_share_ppm,
        premium_rate_ppm,
        cap_scale_ppm,
    }
}

record! {
    struct Rise {
        level,
        since,
    }
}

record! {
    struct ClaimTotals {
        count,
        asked,
        paid,
    }
}

record! {
    struct StoredBooks {
        ledger,
        underwriting,
        facility,
        suite,
        claims,
    }
}

record! {
    struct Claimant {
        parameters,
        registered_at,
    }
}

record! {
    struct Bucket {
        used,
        updated_at,
    }
}

record! {
    struct Underwriting {
        shares,
        queued,
        queue_shares,
        queue_generation,
        pool_generation,
        share_base,
        dripped_at,
        drip_ends_at,
        slashed,
    }
}

record! {
    struct Exit {
        shares,
        share_base,
        pool_generation,
        queue_shares,
        queue_generation,
        asked_value,
        requested_at,
        paused_before,
        cooldown_secs,
        window_secs,
        max_pause_secs,
    }
}

record! {
    struct Facility {
        debt,
        week,
    }
}

record! {
    struct Treasury {
        address,
        withdrawal,
    }
}

record! {
    struct EmergencyLoan {
        debt,
        since,
        event_at,
        event_drawn,
    }
}

record! {
    struct Drawdown {
        open,
        flows,
        highs,
    }
}

record! {
    struct Standing {
        reserve,
        open_interest_value,
        deficit,
        reported_at,
        stale,
        mutual_paid,
        mutual_contributed,
        bucket,
        slashed,
        emergency,
        drawdown,
        own_scale_ppm,
        told,
    }
}

record! {
    struct StoredClaim {
        market,
        account,
        amount,
        layers,
        level,
        at,
    }
}

record! {
    struct StoredTopUp {
        contract,
        market,
        kind,
        amount,
        booking,
        at,
    }
}

record! {
    struct Surplus {
        recipient,
        last_paid_at,
        paid,
    }
}

record! {
    struct HourHigh {
        hour,
        high,
    }
}

record! {
    struct HourFlow {
        hour,
        paid,
        topped_up,
    }
}

record! {
    struct Booking {
        to_debt,
        to_other_debt,
        to_reserve,
        to_mutual,
        to_rewards,
        to_surplus,
    }
}

impl Record for HourlyHighs {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Vec::<HourHigh>::read(input).map(Self)
    }
}

impl Record for HourlyFlows {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Vec::<HourFlow>::read(input).map(Self)
    }
}
