//! One side of the book at one moment: the ladder that the makers of a replay quote, thinned by the last quarter of an
//! hour's move as theirs is.

use crate::agents::makers::{stretched, thinned, LADDER};

/// What is left on the rungs of one side.
pub struct BookSide {
    /// Distance from the oracle price, ppm, and value left, nearest first.
    rungs: Vec<(u64, u128)>,
}

/// What was filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Value at the oracle price.
    pub value: u128,
    /// What the fills were worse than the oracle price.
    pub slippage: u128,
}

impl BookSide {
    /// A side whose makers together show `quiet` in a quiet bar of average volume.
    #[must_use]
    pub fn new(quiet: u128, volume_pct: u64, stress_ppm: u64) -> Self {
        let depth = quiet * u128::from(volume_pct.clamp(25, 400)) / 100;
        let depth = thinned(depth, stress_ppm);
        let rungs = LADDER.iter().map(|(distance, per_mille)| {
            let away = stretched(*distance, stress_ppm).unsigned_abs();
            (away, depth * per_mille / 1_000)
        });
        Self {
            rungs: rungs.collect(),
        }
    }

    /// What of `wanted` could be filled no further than `limit_ppm` from the oracle price.
    #[must_use]
    pub fn look(&self, wanted: u128, limit_ppm: u64) -> Filled {
        let mut filled = Filled::default();
        for (away, left) in self.rungs.iter().take_while(|(away, _)| *away <= limit_ppm) {
            let part = (*left).min(wanted - filled.value);
            filled.value += part;
            filled.slippage += part * u128::from(*away) / 1_000_000;
        }
        filled
    }

    /// Takes it.
    pub fn take(&mut self, wanted: u128, limit_ppm: u64) -> Filled {
        let filled = self.look(wanted, limit_ppm);
        let mut left_to_take = filled.value;
        for (_, left) in &mut self.rungs {
            let part = (*left).min(left_to_take);
            *left -= part;
            left_to_take -= part;
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rung_fills_first_and_nothing_beyond_the_limit() {
        let mut side = BookSide::new(1_000_000, 100, 0);
        // 80,000 at 150 ppm, then 120,000 at 400 ppm.
        let filled = side.take(100_000, 500);
        let expected = Filled {
            value: 100_000,
            slippage: 12 + 8,
        };
        assert_eq!(filled, expected);
        assert_eq!(side.take(1_000_000, 500).value, 100_000);
        assert_eq!(side.take(1_000_000, 500), Filled::default());
        assert_eq!(side.take(5, 2_000).value, 5);
    }

    #[test]
    fn a_fast_market_is_thin_and_wide() {
        let calm = BookSide::new(1_000_000, 100, 0).look(u128::MAX, 5_000);
        let fast = BookSide::new(1_000_000, 100, 50_000).look(u128::MAX, 5_000);
        assert_eq!(calm.value, 780_000);
        // 1 / (1 + 5^2) of the depth, six times as far away: two rungs within half a percent.
        assert!((7_600..=7_700).contains(&fast.value), "{fast:?}");
    }
}
