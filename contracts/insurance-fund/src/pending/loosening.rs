//! Which changes loosen, field by field, after the directions in [`crate::parameters`]; and what a change that waited
//! still changes.

use ballast_types::fund::{Change, ClaimantParameters, FundParameters};
use cosmwasm_std::{Addr, Api, Storage};

use crate::error::{ContractError, ContractResult};
use crate::parameters::{Range, CLAIMANT_RANGES, FUND_RANGES};
use crate::state::{CLAIMANTS, PARAMETERS, SURPLUS, TREASURY};

/// What is in force now of what a change is about. A market that is to be registered has nothing in force: the change
/// itself is answered.
///
/// # Errors
/// [`ContractError::MarketNotRegistered`].
pub fn in_force(storage: &dyn Storage, api: &dyn Api, change: &Change) -> ContractResult<Change> {
    Ok(match change {
        Change::RegisterMarket { .. } => change.clone(),
        Change::UpdateMarket {
            contract, market, ..
        } => {
            let contract_addr = api.addr_validate(contract)?;
            let claimant = CLAIMANTS
                .may_load(storage, (&contract_addr, *market))?
                .ok_or_else(|| ContractError::MarketNotRegistered {
                    contract: contract.clone(),
                    market: *market,
                })?;
            Change::UpdateMarket {
                contract: contract.clone(),
                market: *market,
                parameters: claimant.parameters,
            }
        }
        Change::UpdateParameters { .. } => Change::UpdateParameters {
            parameters: PARAMETERS.load(storage)?,
        },
        Change::AppointTreasury { .. } => Change::AppointTreasury {
            treasury: TREASURY.load(storage)?.address.map(Addr::into_string),
        },
        Change::AppointSurplusRecipient { .. } => Change::AppointSurplusRecipient {
            recipient: SURPLUS.load(storage)?.recipient.map(Addr::into_string),
        },
    })
}

/// The first field that a change loosens, `None` where it only protects. To register anybody loosens; so does to
/// appoint somebody, not to dismiss.
#[must_use]
pub fn loosened(before: &Change, after: &Change) -> Option<&'static str> {
    match (before, after) {
        (
            Change::UpdateMarket {
                parameters: before, ..
            },
            Change::UpdateMarket {
                parameters: after, ..
            },
        ) => first(CLAIMANT_RANGES, before, after),
        (
            Change::UpdateParameters { parameters: before },
            Change::UpdateParameters { parameters: after },
        ) => first(FUND_RANGES, before, after),
        (_, Change::AppointTreasury { treasury: None })
        | (_, Change::AppointSurplusRecipient { recipient: None }) => None,
        (_, Change::RegisterMarket { .. }) => Some(after.as_str()),
        (before, after) => (before != after).then_some(after.as_str()),
    }
}

fn first<T>(table: &[Range<T>], before: &T, after: &T) -> Option<&'static str> {
    table
        .iter()
        .find(|range| {
            range
                .loosens
                .loosened((range.value)(before), (range.value)(after))
        })
        .map(|range| range.name)
}

/// A change as it is to be applied, `None` where nothing of it is left. Fields that it left as they were, and fields that
/// were tightened since it was asked for, take what is in force now; somebody is appointed only while nobody else was
/// appointed, or dismissed, since.
#[must_use]
pub fn merged(base: &Change, change: &Change, in_force: &Change) -> Option<Change> {
    let merged = match (base, change, in_force) {
        (
            Change::UpdateMarket {
                parameters: base, ..
            },
            Change::UpdateMarket {
                contract,
                market,
                parameters,
            },
            Change::UpdateMarket {
                parameters: now, ..
            },
        ) => Change::UpdateMarket {
            contract: contract.clone(),
            market: *market,
            parameters: merged_claimant(base, parameters, now),
        },
        (
            Change::UpdateParameters { parameters: base },
            Change::UpdateParameters { parameters },
            Change::UpdateParameters { parameters: now },
        ) => Change::UpdateParameters {
            parameters: merged_parameters(base, parameters, now),
        },
        (_, Change::RegisterMarket { .. }, _) => return Some(change.clone()),
        (base, change, in_force) if base == in_force => change.clone(),
        _ => return None,
    };
    (merged != *in_force).then_some(merged)
}

fn merged_claimant(
    base: &ClaimantParameters,
    wanted: &ClaimantParameters,
    now: &ClaimantParameters,
) -> ClaimantParameters {
    let mut merged = now.clone();
    pick(CLAIMANT_RANGES, base, wanted, &mut merged);
    merged
}

fn merged_parameters(
    base: &FundParameters,
    wanted: &FundParameters,
    now: &FundParameters,
) -> FundParameters {
    let mut merged = now.clone();
    pick(FUND_RANGES, base, wanted, &mut merged);
    merged
}

fn pick<T>(table: &[Range<T>], base: &T, wanted: &T, merged: &mut T) {
    for range in table {
        let (base, wanted) = ((range.value)(base), (range.value)(wanted));
        let now = (range.value)(merged);
        // A field of which each change loosens cannot have been tightened.
        let tightened = now != base && !range.loosens.loosened(base, now);
        if wanted != base && !tightened {
            (range.set)(merged, wanted);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::default_parameters;
    use crate::parameters::Loosens;
    use cosmwasm_std::Uint128;

    fn parameters(change: impl FnOnce(&mut FundParameters)) -> Change {
        let mut parameters = default_parameters();
        change(&mut parameters);
        Change::UpdateParameters { parameters }
    }

    // P2: each field in each direction, as the table says, and no field is left out of the table.
    #[test]
    fn every_field_loosens_in_the_direction_of_the_table() {
        for range in FUND_RANGES {
            let before = default_parameters();
            for (up, way) in [(true, Loosens::Up), (false, Loosens::Down)] {
                let mut after = before.clone();
                let value = (range.value)(&before);
                (range.set)(&mut after, if up { value + 1 } else { value - 1 });
                let expected = [Loosens::Either, way].contains(&range.loosens);
                let found = first(FUND_RANGES, &before, &after);
                assert_eq!(
                    found,
                    expected.then_some(range.name),
                    "{} {way:?}",
                    range.name
                );
            }
        }
        assert!(CLAIMANT_RANGES.iter().all(|r| r.loosens != Loosens::Either));
    }

    #[test]
    fn a_field_that_was_tightened_since_stays_and_the_others_change() {
        let base = parameters(|_| {});
        let wanted = parameters(|p| {
            p.mutual_window_ppm = 150_000;
            p.mutual_lifetime_ppm = 600_000;
        });
        let now = parameters(|p| {
            p.mutual_window_ppm = 50_000;
            p.fee_share_ppm = 300_000;
        });
        let expected = parameters(|p| {
            p.mutual_window_ppm = 50_000;
            p.fee_share_ppm = 300_000;
            p.mutual_lifetime_ppm = 600_000;
        });
        assert_eq!(merged(&base, &wanted, &now), Some(expected));
        let only_window = parameters(|p| p.mutual_window_ppm = 150_000);
        assert_eq!(merged(&base, &only_window, &now), None);
    }

    #[test]
    fn what_was_loosened_further_in_between_takes_the_later_wish() {
        let base = parameters(|_| {});
        let wanted = parameters(|p| p.mutual_target = Uint128::new(7));
        let now = parameters(|p| p.mutual_target = Uint128::new(9));
        assert_eq!(merged(&base, &wanted, &now), Some(wanted.clone()));
    }

    #[test]
    fn nobody_is_appointed_after_somebody_else_was_dismissed() {
        let of = |treasury: Option<&str>| Change::AppointTreasury {
            treasury: treasury.map(str::to_owned),
        };
        assert_eq!(merged(&of(Some("a")), &of(Some("b")), &of(None)), None);
        let b = of(Some("b"));
        assert_eq!(merged(&of(Some("a")), &b, &of(Some("a"))), Some(b));
    }
}
