//! What several contracts store.

use ballast_types::{RiskLevel, RiskParameters, Side};

use crate::record;

record! {
    enum Side {
        0 => Buy,
        1 => Sell,
    }
}

record! {
    enum RiskLevel {
        0 => Surplus,
        1 => Healthy,
        2 => Watch,
        3 => Deficient,
        4 => Critical,
    }
}

record! {
    struct RiskParameters {
        market,
        revision,
        level,
        reduce_only,
        fee_share_ppm,
        premium_rate_ppm,
        open_interest_cap,
    }
}
