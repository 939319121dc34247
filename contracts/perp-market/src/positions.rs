//! How a fill changes a position: its size, its average entry, open interest.

use ballast_types::Side;
use cosmwasm_std::{Decimal, Int128, Uint128};

use crate::error::{ContractError, ContractResult};
use crate::exchange::Market;
use crate::funding::side_index;
use crate::ledger::credit;
use crate::math::{add, subtract, to_signed};
use crate::state::{Account, Position, MAX_POSITIONS};

/// Buys or sells `size` for `value` quote atoms: quote, position and open interest change; fees do not
/// belong here. The position must be settled before.
///
/// Growing averages the entry; reducing keeps the entry price and cuts the entry notional in proportion,
/// rounded down; crossing zero starts anew with the part of `value` that opened the new side, rounded down.
pub fn apply_fill(
    account: &mut Account,
    market: &mut Market,
    side: Side,
    size: Uint128,
    value: Uint128,
) -> ContractResult<()> {
    let signed = |amount: Uint128, negative: bool| -> ContractResult<Int128> {
        Ok(ballast_risk::with_sign(amount, negative)?)
    };
    credit(account, signed(value, side == Side::Buy)?)?;
    apply_size(account, market, signed(size, side == Side::Sell)?, value)
}

/// The same for a signed change of size whose quote is booked elsewhere (deleveraging, where the quote may
/// have either sign): `value` is what the change is worth, for the entry price only.
pub fn apply_size(
    account: &mut Account,
    market: &mut Market,
    delta: Int128,
    value: Uint128,
) -> ContractResult<()> {
    let before = account.size(market.id);
    let after = before
        .checked_add(delta)
        .map_err(|_| ContractError::Overflow {
            what: "size",
            value: delta.to_string(),
        })?;
    count_open_interest(market, before, after)?;
    let slot = account
        .positions
        .iter()
        .position(|position| position.market == market.id);
    if after.is_zero() {
        if let Some(slot) = slot {
            account.positions.remove(slot);
            account.isolated &= !account.positions.is_empty();
        }
        return Ok(());
    }
    let old = slot.and_then(|slot| account.positions.get(slot));
    let (entry_notional, entry_price) = entry_after(market, old, before, after, delta, value)?;
    let position = Position {
        market: market.id,
        size: after,
        entry_notional,
        entry_price,
        index: side_index(market, after),
        small_growth: old.and_then(|old| old.small_growth),
    };
    match slot.and_then(|slot| account.positions.get_mut(slot)) {
        Some(old) => *old = position,
        None => {
            let found = account.positions.len().saturating_add(1);
            if found > MAX_POSITIONS {
                return Err(ContractError::TooManyPositions {
                    max: MAX_POSITIONS,
                    found,
                }
                .into());
            }
            check_isolation(account, market)?;
            account.isolated = market.config.isolated;
            account.positions.push(position);
            account.positions.sort_by_key(|position| position.market);
        }
    }
    Ok(())
}

/// An isolated market's position is held alone.
fn check_isolation(account: &Account, market: &Market) -> ContractResult<()> {
    match account.positions.first() {
        Some(_) if market.config.isolated => {
            Err(ContractError::IsolatedMarket { market: market.id }.into())
        }
        Some(held) if account.isolated => Err(ContractError::IsolatedMarket {
            market: held.market,
        }
        .into()),
        _ => Ok(()),
    }
}

fn entry_after(
    market: &Market,
    old: Option<&Position>,
    before: Int128,
    after: Int128,
    delta: Int128,
    value: Uint128,
) -> ContractResult<(Uint128, Decimal)> {
    let fresh = |notional: Uint128| -> ContractResult<(Uint128, Decimal)> {
        Ok((
            notional,
            market.scale.entry_price(notional, after.unsigned_abs())?,
        ))
    };
    let Some(old) = old else {
        return fresh(value);
    };
    if before.is_negative() != after.is_negative() {
        return fresh(proportion(
            value,
            after.unsigned_abs(),
            delta.unsigned_abs(),
        )?);
    }
    if before.is_negative() == delta.is_negative() {
        return fresh(add(old.entry_notional, value)?);
    }
    let kept = proportion(
        old.entry_notional,
        after.unsigned_abs(),
        before.unsigned_abs(),
    )?;
    Ok((kept, old.entry_price))
}

fn proportion(whole: Uint128, part: Uint128, of: Uint128) -> ContractResult<Uint128> {
    Ok(ballast_risk::mul_div(
        whole,
        part,
        of,
        ballast_risk::Rounding::Down,
    )?)
}

fn count_open_interest(market: &mut Market, before: Int128, after: Int128) -> ContractResult<()> {
    let parts = |size: Int128| {
        let magnitude = size.unsigned_abs();
        if size.is_negative() {
            (Uint128::zero(), magnitude)
        } else {
            (magnitude, Uint128::zero())
        }
    };
    let (long_before, short_before) = parts(before);
    let (long_after, short_after) = parts(after);
    let state = &mut market.state;
    state.open_interest_long = subtract(add(state.open_interest_long, long_after)?, long_before)?;
    state.open_interest_short =
        subtract(add(state.open_interest_short, short_after)?, short_before)?;
    to_signed(state.open_interest_long)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::default_market;
    use crate::state::{MarketConfig, MarketState};
    use ballast_risk::ValueScale;
    use cosmwasm_std::Addr;

    fn market() -> Market {
        Market {
            id: 3,
            config: MarketConfig {
                symbol: "TEST".to_string(),
                base_decimals: 6,
                tick_size: Decimal::one(),
                lot_size: Uint128::new(1),
                tick_lot_value: Uint128::new(1),
                oracle: Addr::unchecked("oracle"),
                feed_id: String::new(),
                max_confidence_ppm: 0,
                min_price: Decimal::zero(),
                max_price: Decimal::MAX,
                isolated: false,
                parameters: default_market(),
                settling: None,
            },
            state: MarketState::default(),
            sample: None,
            viewed: None,
            scale: ValueScale::new(6, 6).unwrap(),
        }
    }

    fn account() -> Account {
        Account::new(Addr::unchecked("owner"), 0)
    }

    fn trade(account: &mut Account, market: &mut Market, side: Side, size: u128, value: u128) {
        apply_fill(account, market, side, size.into(), value.into()).unwrap();
    }

    #[test]
    fn growing_averages_the_entry_and_reducing_keeps_it() {
        let (mut account, mut market) = (account(), market());
        trade(&mut account, &mut market, Side::Buy, 10, 1_000);
        trade(&mut account, &mut market, Side::Buy, 10, 2_000);
        let position = account.position(3).unwrap().clone();
        assert_eq!(position.entry_notional.u128(), 3_000);
        assert_eq!(position.entry_price, Decimal::from_ratio(150u128, 1u128));
        trade(&mut account, &mut market, Side::Sell, 5, 900);
        let reduced = account.position(3).unwrap();
        assert_eq!(reduced.entry_price, position.entry_price);
        assert_eq!(reduced.entry_notional.u128(), 2_250);
        assert_eq!(account.quote, Int128::new(-2_100));
        assert_eq!(market.state.open_interest_long.u128(), 15);
    }

    // R3: a short is the mirror of a long.
    #[test]
    fn crossing_zero_starts_anew_on_either_side() {
        for (open, close) in [(Side::Buy, Side::Sell), (Side::Sell, Side::Buy)] {
            let (mut account, mut market) = (account(), market());
            trade(&mut account, &mut market, open, 10, 1_000);
            trade(&mut account, &mut market, close, 14, 2_800);
            let position = account.position(3).unwrap();
            assert_eq!(position.size.unsigned_abs().u128(), 4);
            assert_eq!(position.size.is_negative(), open == Side::Buy);
            assert_eq!(position.entry_notional.u128(), 800);
            assert_eq!(position.entry_price, Decimal::from_ratio(200u128, 1u128));
            let interest = &market.state;
            let held = [
                interest.open_interest_long.u128(),
                interest.open_interest_short.u128(),
            ];
            assert_eq!(held, if open == Side::Buy { [0, 4] } else { [4, 0] });
        }
    }

    // S7: no position of size zero stays.
    #[test]
    fn closing_removes_the_position() {
        let (mut account, mut market) = (account(), market());
        trade(&mut account, &mut market, Side::Sell, 7, 700);
        trade(&mut account, &mut market, Side::Buy, 7, 650);
        assert!(account.positions.is_empty());
        assert_eq!(account.quote, Int128::new(50));
        assert!(market.state.open_interest_short.is_zero());
    }

    #[test]
    fn an_isolated_position_is_held_alone() {
        let mut isolated = market();
        isolated.config.isolated = true;
        let mut cross = Market { id: 4, ..market() };
        let one = Uint128::one();
        let mut account = account();
        trade(&mut account, &mut isolated, Side::Buy, 1, 1);
        assert!(account.isolated);
        let refused = apply_fill(&mut account, &mut cross, Side::Buy, one, one);
        assert_eq!(
            refused,
            Err(ContractError::IsolatedMarket { market: 3 }.into())
        );
        // In the isolated market itself it trades as it likes, also through zero.
        trade(&mut account, &mut isolated, Side::Sell, 2, 2);
        assert!(account.isolated);
        trade(&mut account, &mut isolated, Side::Buy, 1, 1);
        assert!(!account.isolated);
        trade(&mut account, &mut cross, Side::Buy, 1, 1);
        let refused = apply_fill(&mut account, &mut isolated, Side::Buy, one, one);
        assert_eq!(
            refused,
            Err(ContractError::IsolatedMarket { market: 3 }.into())
        );
    }

    // G1: the record of an account is bounded.
    #[test]
    fn a_ninth_position_is_refused() {
        let mut account = account();
        for id in 0..8 {
            let mut market = Market { id, ..market() };
            trade(&mut account, &mut market, Side::Buy, 1, 1);
        }
        let mut market = Market { id: 8, ..market() };
        let refused = apply_fill(
            &mut account,
            &mut market,
            Side::Buy,
            1u128.into(),
            1u128.into(),
        );
        assert_eq!(
            refused,
            Err(ContractError::TooManyPositions { max: 8, found: 9 }.into())
        );
    }
}
