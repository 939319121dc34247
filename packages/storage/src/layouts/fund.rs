//! What the insurance fund stores.

use ballast_types::fund::{
    Bound, Change, ClaimantParameters, DrawdownParameters, EmergencyParameters,
    EmergencyWithdrawal, FundParameters, SurplusParameters, Thresholds, TopUpKind,
    UnderwritingParameters,
};

use crate::record;

record! {
    struct FundParameters {
        required_capital_floor,
        mutual_target,
        mutual_window_ppm,
        mutual_lifetime_ppm,
        ramp_secs,
        report_max_age_secs,
        thresholds,
        drawdown,
        fee_share_ppm,
        fee_share_watch_ppm,
        fee_share_max_ppm,
        premium_base_rate_ppm,
        premium_max_multiplier,
        backing_ratio_ppm,
        underwriting,
        emergency,
        surplus,
        adverse_delay_secs,
        poke_gas_limit,
    }
}

record! {
    struct Thresholds {
        surplus_ppm,
        healthy_ppm,
        watch_ppm,
        deficient_ppm,
        hysteresis_ppm,
        upgrade_delay_secs,
        loss_window_secs,
    }
}

record! {
    struct DrawdownParameters {
        trip_ppm,
        release_ppm,
        floor,
    }
}

record! {
    struct UnderwritingParameters {
        max_slash_ppm,
        stake_floor,
        exit_cooldown_secs,
        exit_window_secs,
        max_exit_pause_secs,
        drip_secs,
        reward_share_ppm,
    }
}

record! {
    struct EmergencyParameters {
        event_ppm,
        week_ppm,
        notice_secs,
    }
}

record! {
    struct SurplusParameters {
        lot_ppm,
        epoch_secs,
    }
}

record! {
    struct ClaimantParameters {
        risk_weight_ppm,
        open_interest_cap,
        reserve_target,
        isolated,
    }
}

record! {
    enum Change {
        0 => RegisterMarket { contract, market, parameters },
        1 => UpdateMarket { contract, market, parameters },
        2 => UpdateParameters { parameters },
        3 => AppointTreasury { treasury },
        4 => AppointSurplusRecipient { recipient },
    }
}

record! {
    enum TopUpKind {
        0 => Fees,
        1 => Reserve,
        2 => Donation,
    }
}

record! {
    enum Bound {
        0 => Covered,
        1 => Balance,
        2 => Window,
        3 => Lifetime,
        4 => Isolated,
        5 => Drawdown,
        6 => Unfunded,
        7 => SharedWindow,
        8 => Event,
        9 => Level,
        10 => RecentRisk,
    }
}

record! {
    struct EmergencyWithdrawal {
        amount,
        ready_at,
        ends_at,
    }
}
