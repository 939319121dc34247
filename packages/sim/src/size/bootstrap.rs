//! The stationary bootstrap of Politis and Romano (1994): blocks of bars that follow each other in the history, each
//! beginning anywhere, of a length that is geometrically distributed; the history is a circle.
//!
//! So every bar is as likely as any other at every place of a path, bars of a crash stay together, and all markets are
//! drawn at the same moments: what fell together falls together.

use rand::{Rng, RngCore};
use rand_chacha::ChaCha8Rng;

use crate::random::{stream, Purpose};

const DAY: u64 = 86_400;

/// Mean length of a block, bars, where none is asked for: a day, since crashes cluster by the day; at least the cube root
/// of the number of bars, the rate at which lengths grow in the theory; at most a quarter of the bars, so that blocks
/// differ.
#[must_use]
pub fn default_block(bars: usize, bar_secs: u64) -> u64 {
    let bars = u64::try_from(bars).unwrap_or(u64::MAX);
    let root = (1u64..)
        .find(|root| root.saturating_pow(3) >= bars)
        .unwrap_or(1);
    (DAY / bar_secs.max(1)).max(root).min(bars / 4).max(1)
}

/// The bars of one path, without end.
pub struct Path {
    rng: ChaCha8Rng,
    bars: usize,
    /// A new block begins where a random number is below it.
    begins: u64,
    at: usize,
}

impl Path {
    /// The path of one draw: the same for the same seed, whoever asks when.
    #[must_use]
    pub fn new(seed: u64, draw: u64, bars: usize, block: u64) -> Self {
        let mut rng = stream(seed, Purpose::Bootstrap, draw);
        let at = rng.gen_range(0..bars.max(1));
        Self {
            rng,
            bars: bars.max(1),
            begins: (1u64 << 32) / block.max(1),
            at,
        }
    }
}

impl Iterator for Path {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let now = self.at;
        self.at = if u64::from(self.rng.next_u32()) < self.begins {
            self.rng.gen_range(0..self.bars)
        } else {
            (now + 1) % self.bars
        };
        Some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_as_likely_as_any_other() {
        const BARS: usize = 50;
        let mut counts = [0u32; BARS];
        let mut last = [0u32; BARS];
        for draw in 0..2_000 {
            let path: Vec<usize> = Path::new(7, draw, BARS, 10).take(200).collect();
            for at in &path {
                counts[*at] += 1;
            }
            last[path[199]] += 1;
        }
        // 400,000 bars in blocks of 10: 8,000 of each, give or take 5 standard deviations of about 280.
        for count in counts {
            assert!((6_600..=9_400).contains(&count), "{counts:?}");
        }
        // The bars at the end of the history are as likely at the end of a path: 40 of each, +- 5 * 6.3.
        assert!(
            last.iter().all(|count| (9..=72).contains(count)),
            "{last:?}"
        );
    }

    #[test]
    fn blocks_have_their_mean_length_and_follow_the_history() {
        for block in [1u64, 5, 50] {
            let (mut breaks, mut before) = (0u32, None::<usize>);
            let length = 100_000;
            for at in Path::new(3, 1, 10_000, block).take(length) {
                if before.is_some_and(|before| (before + 1) % 10_000 != at) {
                    breaks += 1;
                }
                before = Some(at);
            }
            let expected = 100_000.0 / block as f64;
            let error = (f64::from(breaks) - expected).abs();
            assert!(error < 5.0 * expected.sqrt() + 20.0, "{block}: {breaks}");
        }
    }

    #[test]
    fn the_same_draw_is_the_same_path_and_another_is_another() {
        let path = |seed, draw| {
            Path::new(seed, draw, 1_000, 20)
                .take(500)
                .collect::<Vec<_>>()
        };
        assert_eq!(path(1, 2), path(1, 2));
        assert_ne!(path(1, 2), path(1, 3));
        assert_ne!(path(1, 2), path(2, 2));
    }

    #[test]
    fn default_blocks() {
        assert_eq!(default_block(44_640, 60), 1_440);
        assert_eq!(default_block(1_000, 86_400), 10);
        assert_eq!(default_block(200, 900), 50);
        assert_eq!(default_block(2, 60), 1);
    }
}
