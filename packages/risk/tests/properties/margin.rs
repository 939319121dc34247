//! Requirements, account states, comparisons.

use ballast_risk::*;
use cosmwasm_std::{Int128, Uint128};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

use crate::model::*;
use crate::prop_agrees;
use crate::strategies::*;

/// Effective fraction by its formula, over fractions.
fn effective(parameters: &MarginParameters, open_interest: Uint128) -> BigInt {
    let base = whole(parameters.initial_margin_ppm);
    let (lower, upper) = (
        parameters.open_interest_lower,
        parameters.open_interest_upper,
    );
    if upper.is_zero() || open_interest <= lower {
        return floor(&base);
    }
    let excess = (whole(open_interest) - whole(lower)) / (whole(upper) - whole(lower));
    floor(&(base.clone() + (whole(PPM) - base) * excess.min(one())))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn effective_fraction(parameters in parameters(), open_interest in any_u128(), more in any_u128()) {
        let ppm = effective_initial_margin_ppm(&parameters, open_interest).unwrap();
        // Bounds that meet: the model would divide by zero where the crate already says "all".
        if parameters.open_interest_lower < parameters.open_interest_upper {
            prop_assert_eq!(big(ppm), effective(&parameters, open_interest));
        }
        prop_assert!(ppm >= parameters.initial_margin_ppm && ppm <= PPM);
        let later = effective_initial_margin_ppm(&parameters, open_interest.saturating_add(more)).unwrap();
        prop_assert!(later >= ppm, "crowding never lowers the requirement");
    }

    #[test]
    fn maintenance_fraction(initial in any_u32(), fraction in any_u32()) {
        let ppm_of_notional = maintenance_margin_ppm(initial, fraction);
        if initial > PPM || fraction > PPM {
            let refused = matches!(ppm_of_notional, Err(RiskError::OutOfRange { .. }));
            prop_assert!(refused);
        } else {
            prop_agrees!(ppm_of_notional, floor(&(whole(initial) * ppm(fraction))));
        }
    }

    // R1, R2: requirements up, equity down, over every price, size and number of decimals.
    #[test]
    fn position_risk_is_exact(
        size in any_i128(), price in any_price(), decimals in decimals(), parameters in parameters(), extra in fraction(),
    ) {
        let scale = ValueScale::new(decimals.0, decimals.1).unwrap();
        let effective = parameters.initial_margin_ppm.max(extra);
        let exact = whole(size) * per_atom(price, decimals);
        let notional = exact.abs();
        let base = ceil(&(notional.clone() * ppm(parameters.initial_margin_ppm)));
        let maintenance = ceil(&(BigRational::from_integer(base) * ppm(parameters.maintenance_fraction_ppm)));
        let initial = ceil(&(notional * ppm(effective)));
        match position_risk(&scale, size, price, &parameters, effective) {
            Ok(risk) => {
                prop_assert_eq!(big(risk.net_notional), floor(&exact));
                prop_assert_eq!(big(risk.initial_margin), initial);
                prop_assert_eq!(big(risk.maintenance_margin), maintenance);
                prop_assert!(risk.maintenance_margin <= risk.initial_margin);
            }
            Err(error) => {
                let overflows = matches!(error, RiskError::Overflow { .. });
                prop_assert!(overflows);
                let too_large = floor(&exact).to_string().parse::<Int128>().is_err();
                prop_assert!(too_large, "only a value beyond 128 bits is refused");
            }
        }
    }

    // R3: a short has the requirements of the long of its size.
    #[test]
    fn long_and_short_need_the_same(size in any_i128(), price in any_price(), scale in any_scale(), parameters in parameters()) {
        prop_assume!(size != Int128::MIN);
        let risk = |size| position_risk(&scale, size, price, &parameters, PPM);
        if let (Ok(long), Ok(short)) = (risk(size), risk(-size)) {
            prop_assert_eq!(long.initial_margin, short.initial_margin);
            prop_assert_eq!(long.maintenance_margin, short.maintenance_margin);
        }
    }

    // R1: splitting a position into accounts never lowers the requirement.
    #[test]
    fn requirements_do_not_shrink_by_splitting(
        a in any_u64(), b in any_u64(), price in any_price(), scale in any_scale(), parameters in parameters(),
    ) {
        let size = |atoms: u128| Int128::new(i128::try_from(atoms).unwrap());
        let risk = |atoms: u128| position_risk(&scale, size(atoms), price, &parameters, parameters.initial_margin_ppm);
        let both = risk(u128::from(a) + u128::from(b));
        if let (Ok(a), Ok(b), Ok(both)) = (risk(a.into()), risk(b.into()), both) {
            prop_assert!(a.initial_margin + b.initial_margin >= both.initial_margin);
            prop_assert!(a.maintenance_margin + b.maintenance_margin >= both.maintenance_margin);
            prop_assert!(a.net_notional + b.net_notional <= both.net_notional);
        }
    }

    #[test]
    fn initial_margin_is_exact(notional in any_u128(), fraction in fraction()) {
        prop_agrees!(initial_margin(notional, fraction), ceil(&(whole(notional) * ppm(fraction))));
    }

    #[test]
    fn sums_are_exact(account in any_account(), before in any_position(), after in any_position(), quote in any_i128()) {
        let sum = account.with(&before);
        prop_agrees!(sum.clone().map(|sum| sum.equity).or_else(|error| {
            // One sum that does not fit refuses all three.
            let others_fit = account.initial_margin.checked_add(before.initial_margin).is_ok()
                && account.maintenance_margin.checked_add(before.maintenance_margin).is_ok();
            if others_fit { Err(error) } else { (big(account.equity) + big(before.net_notional)).to_string().parse::<Int128>().map_err(|_| error) }
        }), big(account.equity) + big(before.net_notional));
        // Taking a position in and out again leaves what was there.
        if let Ok(sum) = sum {
            let back = sum.after_trade(&before, &PositionRisk::default(), Int128::zero());
            prop_assert_eq!(back, Ok(account));
        }
        if let Ok(traded) = account.after_trade(&before, &after, quote) {
            let expected = big(account.equity) - big(before.net_notional) + big(after.net_notional) + big(quote);
            prop_assert_eq!(big(traded.equity), expected);
            let expected = big(account.initial_margin) - big(before.initial_margin) + big(after.initial_margin);
            prop_assert_eq!(big(traded.initial_margin), expected);
            let expected = big(account.maintenance_margin) - big(before.maintenance_margin) + big(after.maintenance_margin);
            prop_assert_eq!(big(traded.maintenance_margin), expected);
        }
    }

    #[test]
    fn states_are_exact(account in any_account()) {
        let (equity, initial, maintenance) =
            (big(account.equity), big(account.initial_margin), big(account.maintenance_margin));
        prop_assert_eq!(account.meets_initial_margin(), equity >= initial);
        prop_assert_eq!(account.meets_maintenance(), equity >= maintenance);
        prop_assert_eq!(account.is_bankrupt(), equity.is_negative());
        prop_assert_eq!(account.is_liquidatable(), !maintenance.is_zero() && equity < maintenance);
    }

    // R3: an order over all accounts, negative equity included.
    #[test]
    fn risk_is_ordered(a in any_account(), b in any_account()) {
        let order = a.compare_risk(&b).unwrap();
        prop_assert_eq!(b.compare_risk(&a).unwrap(), order.reverse());
        let (ma, mb) = (big(a.maintenance_margin), big(b.maintenance_margin));
        if !ma.is_zero() && !mb.is_zero() {
            let health = |account: &AccountRisk| ratio(account.equity, account.maintenance_margin);
            prop_assert_eq!(order, health(&b).cmp(&health(&a)).then(ma.cmp(&mb)));
        } else if ma.is_zero() && mb.is_zero() {
            prop_assert_eq!(order, b.equity.cmp(&a.equity));
        }
    }

    #[test]
    fn transitions(old in any_account(), new in any_account()) {
        let allowed = transition_allowed(&old, &new).unwrap();
        let (before, after) = (old.maintenance_margin, new.maintenance_margin);
        let expected = if after > before {
            false
        } else if after.is_zero() {
            before.is_zero() && new.equity > old.equity
        } else {
            ratio(new.equity, after) >= ratio(old.equity, before)
        };
        prop_assert_eq!(allowed, expected);
        prop_assert_eq!(change_allowed(&old, &new).unwrap(), allowed || new.meets_initial_margin());
    }
}
