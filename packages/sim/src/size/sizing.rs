//! From the size of a fund to the parameters that go with it.
//!
//! With a share of the fund mutual, the rest is the markets' own reserves, in given parts. Risk weights follow from what
//! the fund can back: with open interest at its caps coverage is 125 %, the level healthy with its hysteresis, so that
//! open interest alone never pushes the suite below. Capital counts a reserve up to what its market requires; a mutual
//! share of at least a fifth keeps every reserve below that, and all of it counts.
//!
//! A weight has a least value. Where it is above what the fund backs, the fund is made larger (its mutual part), and the
//! report says so.

use ballast_insurance_fund::parameters::{validate, validate_claimant, CLAIMANT_RANGES};
use ballast_types::fund::{ClaimantParameters, FundParameters};
use cosmwasm_std::Uint128;
use serde::Serialize;

use super::fund::Capital;
use crate::decimal::mul_div;
use crate::error::{SimError, SimResult};
use crate::listing::QUOTE_UNIT;

const PPM: u128 = 1_000_000;

/// Part of required capital that is the least requirement, whatever the open interest.
const FLOOR_PART: u128 = 16;

/// How a fund is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Mutual share of the fund, ppm.
    pub mutual_ppm: u128,
    /// Each market's part of the reserves and of the requirement, ppm; they add up to a million.
    pub parts: Vec<u128>,
}

/// A value that a hard range cut, or that had to be raised for one.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Clipped {
    /// Which parameter, and of which market.
    pub name: String,
    /// What the model asks for.
    pub wanted: String,
    /// What is written.
    pub written: String,
}

/// What does not depend on the size.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The fund's parameters as they are; what is sized is replaced.
    pub parameters: FundParameters,
    /// Symbols.
    pub symbols: Vec<String>,
    /// Largest open interest of each market, quote atoms: its cap.
    pub caps: Vec<u128>,
    /// The underwriters' stake, quote atoms.
    pub stake: u128,
    /// Length of a bar, seconds.
    pub bar_secs: u64,
}

/// A fund with all that follows from its size.
#[derive(Clone, Debug)]
pub struct Sizing {
    /// Its money.
    pub capital: Capital,
    /// Its parameters.
    pub parameters: FundParameters,
    /// Each market's standing.
    pub claimants: Vec<ClaimantParameters>,
    /// What ranges changed.
    pub clipped: Vec<Clipped>,
}

impl Basis {
    /// What of the stake counts as capital: what all markets together may take in a week.
    fn slashable(&self) -> u128 {
        let limits = &self.parameters.underwriting;
        let window = mul_div(self.stake, u128::from(limits.max_slash_ppm), PPM);
        window.min(self.stake.saturating_sub(limits.stake_floor.u128()))
    }

    /// Coverage at which the level is and stays healthy, ppm.
    fn healthy(&self) -> u128 {
        let thresholds = &self.parameters.thresholds;
        let healthy = thresholds.healthy_ppm + thresholds.hysteresis_ppm;
        u128::from(healthy.max(self.parameters.backing_ratio_ppm))
    }

    /// A fund of so much, divided so. Whole quote units.
    #[must_use]
    pub fn size(&self, fund: u128, split: &Split) -> Sizing {
        let units = |atoms: u128| atoms / QUOTE_UNIT * QUOTE_UNIT;
        let reserved = fund.saturating_sub(mul_div(fund, split.mutual_ppm, PPM));
        let reserves: Vec<u128> = split
            .parts
            .iter()
            .map(|part| units(mul_div(reserved, *part, PPM)))
            .collect();
        let mut mutual = units(fund).saturating_sub(reserves.iter().sum());
        let backed = mul_div(units(fund) + self.slashable(), PPM, self.healthy());
        let mut clipped = vec![];
        let mut weighted = 0u128;
        let mut claimants = vec![];
        for (index, reserve) in reserves.iter().enumerate() {
            let part = split.parts.get(index).copied().unwrap_or(0);
            let cap = self.caps.get(index).copied().unwrap_or(1);
            let wanted = mul_div(mul_div(backed, part, PPM), PPM, cap);
            let weight = self.within_range("risk_weight_ppm", index, wanted, &mut clipped);
            weighted += (cap * weight).div_ceil(PPM);
            claimants.push(ClaimantParameters {
                risk_weight_ppm: u32::try_from(weight).unwrap_or(u32::MAX),
                open_interest_cap: Uint128::new(cap),
                reserve_target: Uint128::new(*reserve),
                isolated: false,
            });
        }
        // Up to whole units: the caps are to be backed in full.
        let least = mul_div(weighted, self.healthy(), PPM).saturating_sub(self.slashable());
        let held = mutual + reserves.iter().sum::<u128>();
        if least > held {
            let raise = (least - held).div_ceil(QUOTE_UNIT) * QUOTE_UNIT;
            if mul_div(raise, 1_000, held.max(1)) > 0 {
                clipped.push(Clipped {
                    name: "fund_size, which the least risk weights ask for".to_owned(),
                    wanted: held.to_string(),
                    written: (held + raise).to_string(),
                });
            }
            mutual += raise;
        }
        let parameters = FundParameters {
            mutual_target: Uint128::new(mutual),
            required_capital_floor: Uint128::new((weighted / FLOOR_PART).max(1))
                .min(self.parameters.required_capital_floor),
            ..self.parameters.clone()
        };
        Sizing {
            capital: Capital {
                reserves,
                mutual,
                stake: self.stake,
            },
            parameters,
            claimants,
            clipped,
        }
    }

    /// Cut to the contract's hard range.
    fn within_range(
        &self,
        name: &str,
        market: usize,
        wanted: u128,
        clipped: &mut Vec<Clipped>,
    ) -> u128 {
        let Some(range) = CLAIMANT_RANGES.iter().find(|range| range.name == name) else {
            return wanted;
        };
        let written = wanted.clamp(range.min, range.max);
        if written != wanted {
            let symbol = self.symbols.get(market).map_or("", String::as_str);
            clipped.push(Clipped {
                name: format!("{name} of {symbol}"),
                wanted: wanted.to_string(),
                written: written.to_string(),
            });
        }
        written
    }
}

impl Sizing {
    /// Checks everything as the contract does.
    ///
    /// # Errors
    /// [`SimError::Usage`] with what the contract says.
    pub fn check(&self) -> SimResult<()> {
        let refused = |error| SimError::Usage(format!("the fund would refuse this: {error}"));
        validate(&self.parameters).map_err(refused)?;
        self.claimants
            .iter()
            .try_for_each(validate_claimant)
            .map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_insurance_fund::default_parameters;
    use ballast_insurance_fund::market::cap_scale_ppm;

    fn basis(caps: &[u128], stake: u128) -> Basis {
        Basis {
            parameters: default_parameters(),
            symbols: caps.iter().map(|cap| format!("M{cap}")).collect(),
            caps: caps.to_vec(),
            stake,
            bar_secs: 60,
        }
    }

    const U: u128 = QUOTE_UNIT;

    #[test]
    fn weights_back_the_caps_in_full_at_healthy() {
        for (mutual_ppm, stake) in [(200_000, 0), (500_000, 0), (200_000, 300_000 * U)] {
            let basis = basis(&[10_000_000 * U, 40_000_000 * U], stake);
            let parts = vec![250_000, 750_000];
            let sizing = basis.size(1_000_000 * U, &Split { mutual_ppm, parts });
            sizing.check().unwrap();
            assert_eq!(sizing.capital.fund(), 1_000_000 * U);
            assert!(sizing.clipped.is_empty());
            let required = |one: &ClaimantParameters| {
                (one.open_interest_cap.u128() * u128::from(one.risk_weight_ppm)).div_ceil(PPM)
            };
            let all: u128 = sizing.claimants.iter().map(required).sum();
            let counted: u128 = sizing
                .claimants
                .iter()
                .map(|one| one.reserve_target.u128().min(required(one)))
                .sum();
            let capital = counted + sizing.capital.mutual + basis.slashable();
            let coverage = capital * PPM / all;
            assert!((1_250_000..1_260_000).contains(&coverage), "{coverage}");
            let scale = cap_scale_ppm(capital.into(), all.into(), 2, 1_200_000).unwrap();
            assert_eq!(scale, 1_000_000);
        }
    }

    #[test]
    fn the_least_weight_makes_a_small_fund_larger_and_is_told() {
        let basis = basis(&[10_000_000 * U], 0);
        let split = Split {
            mutual_ppm: 200_000,
            parts: vec![1_000_000],
        };
        let sizing = basis.size(100 * U, &split);
        sizing.check().unwrap();
        // 0.1 % of ten million, at 125 %.
        assert!(sizing.capital.fund().abs_diff(12_500 * U) <= U);
        assert_eq!(sizing.claimants[0].risk_weight_ppm, 1_000);
        assert_eq!(sizing.clipped.len(), 2);
        assert_eq!(sizing.clipped[0].wanted, "8");
    }
}
