//! The smallest fund that holds, the cheapest way to divide it, and the tightest caps of claims that it still holds with.
//!
//! All sizes meet the same paths (common random numbers), and a larger fund leaves no more uncovered than a smaller one:
//! so halving finds the least, to a thousandth. Paths that a size cannot decide any more are not looked at again.

use ballast_types::fund::FundParameters;
use rayon::prelude::*;

use super::fund::{Fate, Fund};
use super::losses::Event;
use super::sizing::{Basis, Sizing, Split};
use crate::decimal::mul_div;
use crate::error::{SimError, SimResult};
use crate::listing::QUOTE_UNIT;

const PPM: u128 = 1_000_000;

/// Least mutual share looked at: below a fifth a reserve would not count in full. See [`super::sizing`].
const MUTUAL_SHARES: std::ops::RangeInclusive<u128> = 2..=9;

/// Steps of the caps of claims, ppm.
const CAP_STEP: u32 = 1_000;

/// Least caps looked at, ppm: with none at all the mutual reserve would be there for nothing but what no path shows, and
/// could not pay for that.
const LEAST_WINDOW: u32 = 20_000;
const LEAST_LIFETIME: u32 = 100_000;

/// Paths judged at a time, between two looks at whether it is decided.
const CHUNK: usize = 64;

/// Largest fund looked at, quote atoms.
const LARGEST: u128 = 1 << 100;

/// What all sizes are judged by.
pub struct Judge<'a> {
    /// What does not depend on the size.
    pub basis: &'a Basis,
    /// Every path that asks for anything, the ones that ask for most first.
    pub paths: &'a [Vec<Event>],
    /// How many of them may leave something uncovered.
    pub most_uncovered: u64,
}

impl Judge<'_> {
    fn fund(&self, sizing: &Sizing) -> SimResult<Fund> {
        Fund::new(
            &sizing.parameters,
            &sizing.claimants,
            &sizing.capital,
            self.basis.bar_secs,
        )
    }

    /// Whether at most as many paths as allowed leave something uncovered.
    ///
    /// # Errors
    /// What the fund refuses.
    pub fn holds(&self, sizing: &Sizing) -> SimResult<bool> {
        let fund = self.fund(sizing)?;
        let mut uncovered = 0u64;
        for chunk in self.paths.chunks(CHUNK) {
            let found: SimResult<Vec<bool>> = chunk
                .par_iter()
                .map(|events| Ok(fund.live(events, true)?.uncovered > 0))
                .collect();
            uncovered += found?.into_iter().map(u64::from).sum::<u64>();
            if uncovered > self.most_uncovered {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What became of every path.
    ///
    /// # Errors
    /// What the fund refuses.
    pub fn fates(&self, sizing: &Sizing) -> SimResult<Vec<Fate>> {
        let fund = self.fund(sizing)?;
        self.paths
            .par_iter()
            .map(|events| fund.live(events, false))
            .collect()
    }

    /// The smallest fund with this split, if it is smaller than `below` (quote atoms).
    fn least(&self, split: &Split, below: u128) -> SimResult<Option<u128>> {
        let holds = |fund: u128| self.holds(&self.basis.size(fund, split));
        if below == 0 {
            return Ok(None);
        }
        if holds(0)? {
            return Ok(Some(0));
        }
        let (mut low, mut high) = (0u128, below);
        if below == LARGEST {
            high = QUOTE_UNIT;
            while !holds(high)? {
                low = high;
                high *= 2;
                if high >= LARGEST {
                    return Ok(None);
                }
            }
        } else if !holds(below - below / 1_000 - 1)? {
            return Ok(None);
        }
        while high - low > (high / 1_000).max(QUOTE_UNIT) {
            let middle = low + (high - low) / 2;
            if holds(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(Some(high.div_ceil(QUOTE_UNIT) * QUOTE_UNIT))
    }

    /// The smallest fund, over mutual shares and ways to divide the reserves. `told` is called with every split.
    ///
    /// # Errors
    /// [`SimError::Usage`] where no fund holds.
    pub fn smallest(
        &self,
        parts: &[Vec<u128>],
        mut told: impl FnMut(&Split),
    ) -> SimResult<(Sizing, Split)> {
        let mut best: Option<(u128, Split)> = None;
        for parts in parts {
            for tenths in MUTUAL_SHARES {
                let split = Split {
                    mutual_ppm: tenths * PPM / 10,
                    parts: parts.clone(),
                };
                told(&split);
                let below = best.as_ref().map_or(LARGEST, |(fund, _)| *fund);
                if let Some(fund) = self.least(&split, below)? {
                    best = Some((fund, split));
                }
            }
        }
        let (fund, split) = best.ok_or_else(|| {
            SimError::Usage(
                "no fund, however large, holds with the caps of claims as they are; expected less \
                 leverage, a lower open interest, a shorter horizon, or a higher --probability"
                    .to_owned(),
            )
        })?;
        Ok((self.basis.size(fund, &split), split))
    }

    /// Makes the caps of claims as tight as the fund still holds with: first the mutual window, then the lifetime limit.
    ///
    /// # Errors
    /// What the fund refuses.
    pub fn tighten(&self, sizing: &Sizing) -> SimResult<Sizing> {
        type Cap = fn(&mut FundParameters) -> &mut u32;
        let caps: [(Cap, u32); 2] = [
            (|parameters| &mut parameters.mutual_window_ppm, LEAST_WINDOW),
            (
                |parameters| &mut parameters.mutual_lifetime_ppm,
                LEAST_LIFETIME,
            ),
        ];
        let mut tight = sizing.clone();
        for (cap, least) in caps {
            // In steps: `high` holds.
            let mut high = cap(&mut tight.parameters).div_ceil(CAP_STEP);
            let mut low = (least / CAP_STEP).min(high);
            while low < high {
                let middle = (low + high) / 2;
                let mut tried = tight.clone();
                *cap(&mut tried.parameters) = middle * CAP_STEP;
                if self.holds(&tried)? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            let found = (high * CAP_STEP).min(*cap(&mut tight.parameters));
            *cap(&mut tight.parameters) = found;
        }
        Ok(tight)
    }
}

/// Ways to divide the reserves among markets, in ppm: by what each asks for on the worst twentieth of the paths, and by
/// what each asks for on its own worst ones. `paths` begins with the worst.
#[must_use]
pub fn parts_of(paths: &[Vec<Event>], markets: usize, draws: usize) -> Vec<Vec<u128>> {
    let asked = |events: &[Event], market: usize| {
        events
            .iter()
            .filter(|event| event.market == market)
            .map(|event| event.claim)
            .sum::<u128>()
    };
    let tail = (draws / 20).max(1);
    let together: Vec<u128> = (0..markets)
        .map(|market| {
            let worst = paths.iter().take(tail);
            worst.map(|events| asked(events, market)).sum()
        })
        .collect();
    let alone: Vec<u128> = (0..markets)
        .map(|market| {
            let mut sums: Vec<u128> = paths.iter().map(|events| asked(events, market)).collect();
            sums.sort_unstable_by(|a, b| b.cmp(a));
            sums.iter().take(tail).sum()
        })
        .collect();
    let mut ways = vec![in_ppm(&together)];
    let alone = in_ppm(&alone);
    if !ways.contains(&alone) {
        ways.push(alone);
    }
    ways
}

/// Parts of a million, in proportion; the rest of the rounding to the largest. Equal where all are zero.
fn in_ppm(sums: &[u128]) -> Vec<u128> {
    let total: u128 = sums.iter().sum();
    let count = u128::try_from(sums.len()).unwrap_or(1).max(1);
    let mut parts: Vec<u128> = sums
        .iter()
        .map(|sum| match total {
            0 => PPM / count,
            total => mul_div(*sum, PPM, total),
        })
        .collect();
    let rest = PPM - parts.iter().sum::<u128>();
    if let Some(largest) = parts.iter_mut().max() {
        *largest += rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_insurance_fund::default_parameters;

    const U: u128 = QUOTE_UNIT;

    fn basis(markets: usize) -> Basis {
        Basis {
            parameters: default_parameters(),
            symbols: vec!["M".to_owned(); markets],
            caps: vec![1_000_000 * U; markets],
            stake: 0,
            bar_secs: 60,
        }
    }

    fn claim(bar: u64, market: usize, units: u128) -> Event {
        Event {
            bar,
            market,
            claim: units * U,
            ..Event::default()
        }
    }

    fn judge<'a>(basis: &'a Basis, paths: &'a [Vec<Event>], most_uncovered: u64) -> Judge<'a> {
        Judge {
            basis,
            paths,
            most_uncovered,
        }
    }

    #[test]
    fn the_least_fund_has_the_loss_in_its_reserve() {
        // One market that loses 8,200 in one bar: the breaker trips with its reserve of 80 %, so the mutual reserve pays
        // nothing of it.
        let (basis, paths) = (basis(1), [vec![claim(1, 0, 8_200)]]);
        let judge = judge(&basis, &paths, 0);
        let (sizing, split) = judge.smallest(&[vec![PPM]], |_| ()).unwrap();
        assert_eq!(split.mutual_ppm, 200_000);
        let fund = sizing.capital.fund() / U;
        assert!((10_250..=10_262).contains(&fund), "{fund}");
        assert!(judge.holds(&sizing).unwrap());
        assert!(!judge.holds(&basis.size(10_239 * U, &split)).unwrap());
        let tight = judge.tighten(&sizing).unwrap().parameters;
        assert_eq!(tight.mutual_window_ppm, LEAST_WINDOW);
        assert_eq!(tight.mutual_lifetime_ppm, LEAST_LIFETIME);
    }

    #[test]
    fn caps_are_as_tight_as_a_slow_loss_allows() {
        // A little every day, without fees: the reserve is used up, and then the mutual reserve pays what it may.
        let basis = Basis {
            caps: vec![100_000 * U],
            ..basis(1)
        };
        let paths = [(1..=100).map(|day| claim(day * 1_440, 0, 100)).collect()];
        let judge = judge(&basis, &paths, 0);
        let (sizing, _) = judge.smallest(&[vec![PPM]], |_| ()).unwrap();
        let fund = sizing.capital.fund() / U;
        assert!((10_000..12_000).contains(&fund), "{fund}");
        let tight = judge.tighten(&sizing).unwrap();
        assert!(judge.holds(&tight).unwrap());
        let mut tighter = tight.clone();
        tighter.parameters.mutual_lifetime_ppm -= CAP_STEP;
        assert!(!judge.holds(&tighter).unwrap());
    }

    #[test]
    fn what_holds_goes_on_holding_with_a_larger_fund() {
        let paths: Vec<Vec<Event>> = (1..40u64)
            .map(|n| {
                let events = (1..=n).map(|i| claim(i * 97, (i % 2) as usize, u128::from(n * i)));
                events.collect()
            })
            .rev()
            .collect();
        let basis = basis(2);
        let judge = judge(&basis, &paths, 0);
        let split = Split {
            mutual_ppm: 500_000,
            parts: vec![400_000, 600_000],
        };
        let mut before = u64::MAX;
        for fund in (0..60).map(|step| step * 1_500 * U) {
            let fates = judge.fates(&basis.size(fund, &split)).unwrap();
            let uncovered = fates.iter().filter(|fate| fate.uncovered > 0).count() as u64;
            assert!(uncovered <= before, "{fund}");
            before = uncovered;
        }
        assert_eq!(before, 0);
    }

    #[test]
    fn some_paths_may_stay_uncovered() {
        let basis = basis(1);
        let paths = [vec![claim(1, 0, 820_000)], vec![claim(1, 0, 8_200)]];
        let (sizing, _) = judge(&basis, &paths, 1)
            .smallest(&[vec![PPM]], |_| ())
            .unwrap();
        assert!(sizing.capital.fund() < 11_000 * U);
    }

    #[test]
    fn parts_add_up() {
        let paths = [vec![claim(1, 0, 2), claim(1, 2, 1)], vec![claim(1, 1, 1)]];
        let ways = parts_of(&paths, 3, 20);
        assert_eq!(ways[0], [666_667, 0, 333_333]);
        assert_eq!(ways[1], [500_000, 250_000, 250_000]);
        assert_eq!(parts_of(&[], 3, 20)[0].iter().sum::<u128>(), PPM);
    }
}
