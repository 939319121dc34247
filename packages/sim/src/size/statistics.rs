//! What so many draws allow to be said.

use serde::Serialize;
use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF};

use crate::error::{SimError, SimResult};
use crate::stress::Money;

/// Part of the confidence left outside of an interval at each end: the interval holds 95 %.
const TAIL: f64 = 0.025;

/// A probability seen in draws, with its exact interval (Clopper and Pearson 1934): in 95 of 100 samples it holds the
/// true value.
#[derive(Serialize, Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Share of the draws.
    pub share: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Estimate of a probability from `hits` of `draws`.
///
/// # Errors
/// None where there are draws and no more hits than those.
pub fn estimate(hits: u64, draws: u64) -> SimResult<Estimate> {
    let (k, n) = (hits as f64, draws as f64);
    let end = |a: f64, b: f64, at: f64| {
        Beta::new(a, b)
            .map(|beta| beta.inverse_cdf(at))
            .map_err(SimError::internal)
    };
    Ok(Estimate {
        share: k / n,
        low: if hits == 0 {
            0.0
        } else {
            end(k, n - k + 1.0, TAIL)?
        },
        high: if hits >= draws {
            1.0
        } else {
            end(k + 1.0, n - k, 1.0 - TAIL)?
        },
    })
}

/// The most draws that may leave something uncovered so that the upper end of the interval is at most `target`.
///
/// # Errors
/// [`SimError::Usage`] with the draws that it takes, where not even none is enough.
pub fn most_uncovered(draws: u64, target: f64) -> SimResult<u64> {
    if estimate(0, draws)?.high > target {
        // None of n: 1 - 0.025^(1/n) <= target.
        let needed = (TAIL.ln() / (1.0 - target).ln()).ceil();
        return Err(SimError::Usage(format!(
            "--draws {draws} cannot show a probability of {} %: even if none of them leaves anything uncovered, it could be \
             {:.2} %; expected at least {needed} draws",
            target * 100.0,
            estimate(0, draws)?.high * 100.0
        )));
    }
    let mut most = 0;
    while estimate(most + 1, draws)?.high <= target {
        most += 1;
    }
    Ok(most)
}

/// A quantile of draws, with the draws that bound it with 95 % confidence.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantile {
    /// Nearest rank.
    pub value: Money,
    /// Lower end.
    pub low: Money,
    /// Upper end.
    pub high: Money,
}

/// Quantile of sorted figures, and its interval from order statistics.
///
/// # Errors
/// None where there are figures and the share is between 0 and 1.
pub fn quantile(sorted: &[u128], share: f64) -> SimResult<Quantile> {
    let n = u64::try_from(sorted.len()).unwrap_or(u64::MAX);
    let below = Binomial::new(share, n).map_err(SimError::internal)?;
    let at = |rank: u64| {
        let last = sorted.len().saturating_sub(1);
        let place = usize::try_from(rank.saturating_sub(1))
            .unwrap_or(last)
            .min(last);
        Money(sorted.get(place).copied().unwrap_or(0))
    };
    Ok(Quantile {
        value: at((share * n as f64).ceil() as u64),
        low: at(below.inverse_cdf(TAIL)),
        high: at(below.inverse_cdf(1.0 - TAIL) + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Clopper-Pearson, 95 %: 0 of 10 up to 0.3085; 3 of 10 from 0.0667 to 0.6525.
        let none = estimate(0, 10).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.308_5).abs() < 1e-4);
        let some = estimate(3, 10).unwrap();
        assert!((some.low - 0.066_7).abs() < 1e-4 && (some.high - 0.652_5).abs() < 1e-4);
        assert!((estimate(10, 10).unwrap().high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn few_draws_say_little() {
        // 368 draws without any: 1 - 0.025^(1/368) is 0.997 %.
        assert_eq!(most_uncovered(368, 0.01).unwrap(), 0);
        let error = most_uncovered(366, 0.01).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("at least 368 draws"), "{error}");
        assert_eq!(most_uncovered(1_000, 0.01).unwrap(), 3);
        assert!(estimate(4, 1_000).unwrap().high > 0.01);
    }

    #[test]
    fn quantiles_lie_within_their_interval() {
        let sorted: Vec<u128> = (1..=1_000).collect();
        let median = quantile(&sorted, 0.5).unwrap();
        assert_eq!(median.value, Money(500));
        // 500 -+ 1.96 * sqrt(250).
        assert_eq!((median.low, median.high), (Money(469), Money(532)));
        let high = quantile(&sorted, 0.999).unwrap();
        assert_eq!((high.value, high.high), (Money(999), Money(1_000)));
    }
}
