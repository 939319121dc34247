//! The order in which layers pay. Pure.
//!
//! A layer is touched only when the one above it is at its bound: each takes `min(missing, its limit)`, and what it leaves
//! missing falls to the next. The limit of the last layer depends on the level that the others leave, so it is split apart.

use ballast_types::fund::{Bound, Layer, LayerPayment};
use cosmwasm_std::Uint128;

/// All layers, in the order in which they pay.
pub const LAYERS: [Layer; 4] = [
    Layer::MarketReserve,
    Layer::Mutual,
    Layer::Stake,
    Layer::Emergency,
];

/// Limit of each layer (quote atoms) and the bound it stands for, in order; or what each paid, and why not more.
pub type Layers<const N: usize> = [(Uint128, Bound); N];

/// What each layer pays of `amount`, and why not more: `Covered` where nothing was missing any longer.
#[must_use]
pub fn split<const N: usize>(amount: Uint128, limits: &Layers<N>) -> Layers<N> {
    let mut missing = amount;
    limits.map(|(limit, bound)| {
        let paid = missing.min(limit);
        missing = missing.saturating_sub(paid);
        (
            paid,
            if missing.is_zero() {
                Bound::Covered
            } else {
                bound
            },
        )
    })
}

/// The layers as the interface names them.
#[must_use]
pub fn payments(layers: &[(Uint128, Bound)]) -> Vec<LayerPayment> {
    LAYERS
        .iter()
        .zip(layers)
        .map(|(layer, (paid, bound))| LayerPayment {
            layer: *layer,
            paid: *paid,
            bound: *bound,
        })
        .collect()
}

/// Sum over layers. Cannot exceed the amount that was split, so it cannot saturate.
#[must_use]
pub fn total(layers: &[(Uint128, Bound)]) -> Uint128 {
    layers
        .iter()
        .fold(Uint128::zero(), |sum, (paid, _)| sum.saturating_add(*paid))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // S4: what is paid and what is left add up, and no layer pays before the one above is at its bound.
        #[test]
        fn split_conserves_and_keeps_the_order(amount: u64, reserve: u64, mutual: u64) {
            let limits = [
                (Uint128::from(reserve), Bound::Balance),
                (Uint128::from(mutual), Bound::Window),
                (Uint128::zero(), Bound::Unfunded),
                (Uint128::zero(), Bound::Unfunded),
            ];
            let layers = split(amount.into(), &limits);
            let paid = total(&layers).u128();
            prop_assert_eq!(paid, u128::from(amount).min(u128::from(reserve) + u128::from(mutual)));
            for i in 1..4 {
                prop_assert!(layers[i].0.is_zero() || layers[i - 1].0 == limits[i - 1].0);
            }
        }
    }
}
