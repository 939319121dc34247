//! Inputs: every size of number is as likely as any other, and the edges come often.

use ballast_risk::{AccountRisk, MarginParameters, PositionRisk, ValueScale, PPM};
use cosmwasm_std::{Decimal, Int128, Int256, Int512, Uint128, Uint512};
use proptest::prelude::*;

/// Enough cases to meet the edges; `PROPTEST_CASES` asks for another number.
pub fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { default.cases } else { 4_000 };
    ProptestConfig {
        cases,
        max_global_rejects: cases.saturating_mul(10),
        max_local_rejects: default.max_local_rejects.max(cases.saturating_mul(10)),
        ..default
    }
}

pub fn any_u128() -> impl Strategy<Value = Uint128> {
    prop_oneof![
        8 => (0u32..128, any::<u128>()).prop_map(|(shift, bits)| bits >> shift),
        1 => proptest::sample::select(vec![
            0,
            1,
            2,
            999_999,
            1_000_000,
            10u128.pow(18),
            u128::MAX / 2,
            u128::MAX / 2 + 1,
            u128::MAX - 1,
            u128::MAX,
        ]),
    ]
    .prop_map(Uint128::new)
}

pub fn any_i128() -> impl Strategy<Value = Int128> {
    prop_oneof![
        8 => (0u32..128, any::<i128>()).prop_map(|(shift, bits)| bits >> shift),
        1 => proptest::sample::select(vec![0, 1, -1, i128::MAX, i128::MIN, i128::MIN + 1]),
    ]
    .prop_map(Int128::new)
}

pub fn any_u64() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => (0u32..64, any::<u64>()).prop_map(|(shift, bits)| bits >> shift),
        1 => proptest::sample::select(vec![0, 1, u64::MAX]),
    ]
}

pub fn any_u32() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 0..=PPM,
        2 => any::<u32>(),
        1 => proptest::sample::select(vec![0, 1, PPM - 1, PPM, PPM + 1, u32::MAX]),
    ]
}

/// A fraction of at most one.
pub fn fraction() -> impl Strategy<Value = u32> {
    prop_oneof![
        6 => 0..=PPM,
        1 => proptest::sample::select(vec![0, 1, PPM - 1, PPM]),
    ]
}

pub fn any_i256() -> impl Strategy<Value = Int256> {
    (0u32..256, any::<[u8; 32]>())
        .prop_map(|(shift, bytes)| Int256::new(bytes).checked_shr(shift).unwrap())
}

pub fn any_int512() -> impl Strategy<Value = Int512> {
    (0u32..512, any::<[u8; 64]>(), any::<[u8; 32]>()).prop_map(|(shift, mut bytes, low)| {
        bytes[32..].copy_from_slice(&low);
        Int512::new(bytes).checked_shr(shift).unwrap()
    })
}

pub fn any_uint512() -> impl Strategy<Value = Uint512> {
    any_int512().prop_map(|value| value.unsigned_abs())
}

pub fn any_price() -> impl Strategy<Value = Decimal> {
    any_u128().prop_map(Decimal::new)
}

pub fn decimals() -> impl Strategy<Value = (u8, u8)> {
    (0u8..=18, 0u8..=18)
}

pub fn any_scale() -> impl Strategy<Value = ValueScale> {
    decimals().prop_map(|(base, quote)| ValueScale::new(base, quote).unwrap())
}

pub fn any_parameters() -> impl Strategy<Value = MarginParameters> {
    (any_u32(), any_u32(), any_u128(), any_u128()).prop_map(|(initial, fraction, lower, upper)| {
        MarginParameters {
            initial_margin_ppm: initial,
            maintenance_fraction_ppm: fraction,
            open_interest_lower: lower,
            open_interest_upper: upper,
        }
    })
}

/// Parameters that a market accepts.
pub fn parameters() -> impl Strategy<Value = MarginParameters> {
    (fraction(), fraction(), any_u128(), any_u128()).prop_map(|(initial, fraction, a, b)| {
        MarginParameters {
            initial_margin_ppm: initial,
            maintenance_fraction_ppm: fraction,
            open_interest_lower: a.min(b),
            open_interest_upper: a.max(b),
        }
    })
}

pub fn any_account() -> impl Strategy<Value = AccountRisk> {
    (any_i128(), any_u128(), any_u128()).prop_map(|(equity, initial, maintenance)| AccountRisk {
        equity,
        initial_margin: initial,
        maintenance_margin: maintenance,
    })
}

pub fn any_position() -> impl Strategy<Value = PositionRisk> {
    (any_i128(), any_u128(), any_u128()).prop_map(|(net, initial, maintenance)| PositionRisk {
        net_notional: net,
        initial_margin: initial,
        maintenance_margin: maintenance,
    })
}
