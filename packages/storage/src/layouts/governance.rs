//! What governance stores.

use ballast_types::governance::{
    BookGap, BootstrapRight, CancelledContent, ContractKind, DepositState, ProtectiveChange,
    ProtectiveResponse, ProtectiveStep, Settings, Speed, SuiteContract, Votes,
};
use cw20::UncheckedDenom;
use cw3::{UncheckedDepositInfo, Vote};

use crate::record;

record! {
    struct Settings {
        threshold,
        quorum,
        veto_threshold,
        voting_secs,
        timelock_secs,
        adverse_delay_secs,
        execution_window_secs,
        protective_voting_secs,
        protective_expiry_secs,
        freeze_secs,
        freeze_cooloff_secs,
        unstaking_secs,
        allow_revote,
        deposit,
        contracts,
    }
}

record! {
    struct UncheckedDepositInfo {
        amount,
        denom,
        refund_failed_proposals,
    }
}

record! {
    enum UncheckedDenom {
        0 => Native(name),
        1 => Cw20(contract),
    }
}

record! {
    struct SuiteContract {
        address,
        kind,
    }
}

record! {
    enum ContractKind {
        0 => PerpMarket,
        1 => InsuranceFund,
        2 => PriceFeed,
    }
}

record! {
    struct BootstrapRight {
        by,
        until,
    }
}

record! {
    struct BookGap {
        denom,
        missing,
    }
}

record! {
    enum Speed {
        0 => Protective,
        1 => Normal,
        2 => Adverse,
    }
}

record! {
    struct Votes {
        yes,
        no,
        abstain,
        veto,
    }
}

record! {
    enum Vote {
        0 => Yes,
        1 => No,
        2 => Abstain,
        3 => Veto,
    }
}

record! {
    enum DepositState {
        0 => None,
        1 => Held,
        2 => Returned,
        3 => Forfeited,
    }
}

record! {
    struct CancelledContent {
        proposal_id,
        at,
    }
}

record! {
    struct ProtectiveResponse {
        proposal_id,
        expires_at,
        confirmed,
        steps,
    }
}

record! {
    struct ProtectiveStep {
        contract,
        claimant,
        market,
        changes,
        reverted,
    }
}

record! {
    struct ProtectiveChange {
        field,
        before,
        after,
    }
}
