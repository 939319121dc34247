//! Deleveraging: closing a position against counterparties who are in profit, without an order book.
//!
//! Invariants: every transfer is zero-sum to the atom; nobody's ratio of equity to requirement falls (a counterparty for
//! whom it would is skipped); the size closed is the size asked for, less what nobody could take.
//! Source: dYdX v4 `x/clob/keeper/deleveraging.go`.

use cosmwasm_std::{Decimal, Int128, Uint128};

use crate::account::{change_allowed, AccountRisk};
use crate::bankruptcy::{bankruptcy_quote, size_after_close};
use crate::error::{RiskError, RiskResult};
use crate::margin::{position_risk, MarginParameters, PositionRisk};
use crate::rounding::{negate, with_sign};
use crate::value::ValueScale;

/// At which price an account may be deleveraged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleveragePrice {
    /// Not at all: it is solvent and its market goes on.
    None,
    /// At its bankruptcy price, because it is bankrupt.
    Bankruptcy,
    /// At the oracle price, because its market is being settled.
    Oracle,
}

/// Whether and at which price an account may be deleveraged: bankrupt, at its bankruptcy price; otherwise at the oracle
/// price if the market is in final settlement. What the fund holds plays no part.
/// Source: dYdX v4 `CanDeleverageSubaccount` (vectors `dydx.can_deleverage`).
#[must_use]
pub const fn can_deleverage(account: &AccountRisk, final_settlement: bool) -> DeleveragePrice {
    if account.is_bankrupt() {
        DeleveragePrice::Bankruptcy
    } else if final_settlement {
        DeleveragePrice::Oracle
    } else {
        DeleveragePrice::None
    }
}

/// What is needed to value a position in one market.
#[derive(Clone, Copy, Debug)]
pub struct MarketView {
    /// How sizes become quote atoms.
    pub scale: ValueScale,
    /// Oracle price.
    pub price: Decimal,
    /// Margin parameters.
    pub parameters: MarginParameters,
    /// Initial margin fraction at the present open interest, ppm.
    pub effective_initial_margin_ppm: u32,
}

impl MarketView {
    /// The contribution of a position in this market. See [`position_risk`].
    ///
    /// # Errors
    /// As [`position_risk`].
    pub fn position_risk(&self, size: Int128) -> RiskResult<PositionRisk> {
        position_risk(
            &self.scale,
            size,
            self.price,
            &self.parameters,
            self.effective_initial_margin_ppm,
        )
    }
}

/// An account and its position in the market at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The whole account, this position included.
    pub account: AccountRisk,
    /// Its signed position in base atoms.
    pub size: Int128,
}

impl Holder {
    /// The holder after its position changes by `delta` for `quote` (+ received).
    ///
    /// # Errors
    /// [`RiskError::InvalidClosingSize`] unless `delta` reduces the position, [`RiskError::Overflow`].
    pub fn after_close(
        self,
        market: &MarketView,
        delta: Int128,
        quote: Int128,
    ) -> RiskResult<Self> {
        let size = size_after_close(self.size, delta)?;
        let before = market.position_risk(self.size)?;
        let after = market.position_risk(size)?;
        Ok(Self {
            account: self.account.after_trade(&before, &after, quote)?,
            size,
        })
    }
}

/// Two accounts after one closed against the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleveraged {
    /// Quote atoms that the liquidated account received (+) or paid (-); the other one the opposite.
    pub quote: Int128,
    /// The liquidated account afterwards.
    pub liquidated: Holder,
    /// The offsetting account afterwards.
    pub offsetting: Holder,
}

/// What a holder must receive for closing `delta` at its bankruptcy price. See [`bankruptcy_quote`].
///
/// # Errors
/// As [`bankruptcy_quote`], and [`RiskError::InvalidClosingSize`].
pub fn holder_bankruptcy_quote(
    market: &MarketView,
    holder: &Holder,
    delta: Int128,
) -> RiskResult<Int128> {
    let before = market.position_risk(holder.size)?;
    let after = market.position_risk(size_after_close(holder.size, delta)?)?;
    bankruptcy_quote(&holder.account, &before, &after)
}

/// Closes `delta` of the liquidated account against an offsetting one at the bankruptcy price of the former.
///
/// Exactly zero-sum. Source: dYdX v4 `ProcessDeleveraging` (vectors `dydx.deleverage`, `dydx.deleverage_rounding`).
///
/// # Errors
/// [`RiskError::InvalidClosingSize`] unless the trade reduces both positions, [`RiskError::TransitionRefused`] if either
/// account would end below initial margin with a worse ratio (the bankruptcy prices do not overlap),
/// [`RiskError::NoMaintenanceMargin`], [`RiskError::Overflow`].
pub fn deleverage_at_bankruptcy_price(
    market: &MarketView,
    liquidated: &Holder,
    offsetting: &Holder,
    delta: Int128,
) -> RiskResult<Deleveraged> {
    let quote = holder_bankruptcy_quote(market, liquidated, delta)?;
    close_between(market, liquidated, offsetting, delta, quote)
}

/// Closes `delta` of one account against another at the oracle price: `quote = floor(-delta * oracle)`.
///
/// Exactly zero-sum. Source: dYdX v4 `ProcessDeleveraging` in final settlement (vectors `dydx.deleverage_oracle`).
///
/// # Errors
/// As [`deleverage_at_bankruptcy_price`].
pub fn deleverage_at_oracle_price(
    market: &MarketView,
    liquidated: &Holder,
    offsetting: &Holder,
    delta: Int128,
) -> RiskResult<Deleveraged> {
    let quote = market.scale.net_notional(negate(delta)?, market.price)?;
    close_between(market, liquidated, offsetting, delta, quote)
}

/// Closes `delta` of one account against another for `quote`, if both may.
///
/// # Errors
/// As [`deleverage_at_bankruptcy_price`].
pub fn close_between(
    market: &MarketView,
    liquidated: &Holder,
    offsetting: &Holder,
    delta: Int128,
    quote: Int128,
) -> RiskResult<Deleveraged> {
    let after = liquidated.after_close(market, delta, quote)?;
    refuse_unless_allowed("liquidated", liquidated, &after)?;
    let offset = offsetting.after_close(market, negate(delta)?, negate(quote)?)?;
    refuse_unless_allowed("offsetting", offsetting, &offset)?;
    Ok(Deleveraged {
        quote,
        liquidated: after,
        offsetting: offset,
    })
}

fn refuse_unless_allowed(account: &'static str, old: &Holder, new: &Holder) -> RiskResult<()> {
    if change_allowed(&old.account, &new.account)? {
        return Ok(());
    }
    Err(RiskError::TransitionRefused {
        account,
        equity: new.account.equity,
        maintenance_margin: new.account.maintenance_margin,
    })
}

/// One counterparty's part in [`offset_position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetFill {
    /// Place in the list of counterparties.
    pub index: usize,
    /// Base atoms closed.
    pub size: Uint128,
    /// Quote atoms that the liquidated account received (+) or paid (-) for it.
    pub quote: Int128,
    /// The counterparty afterwards.
    pub counterparty: Holder,
}

/// Result of [`offset_position`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// The fills, in the order of the walk.
    pub fills: Vec<OffsetFill>,
    /// Base atoms that nobody could take.
    pub remaining: Uint128,
    /// The liquidated account afterwards.
    pub liquidated: Holder,
}

/// Closes `delta` of a bankrupt account against a list of counterparties, in order, at its bankruptcy price, which is
/// computed anew for each fill.
///
/// Passed over: who is on the same side or has no position, and whose bankruptcy price does not overlap. Each takes
/// `min(remaining, |position|)`. The caller bounds the list; cost is linear in it.
/// Source: dYdX v4 `OffsetSubaccountPerpetualPosition` (vectors `dydx.offset`).
///
/// # Errors
/// [`RiskError::InvalidClosingSize`] unless `delta` reduces the position; [`RiskError::Overflow`]. A counterparty that
/// cannot take a fill is no error.
pub fn offset_position(
    market: &MarketView,
    liquidated: &Holder,
    delta: Int128,
    counterparties: &[Holder],
) -> RiskResult<Offset> {
    walk(
        market,
        liquidated,
        delta,
        counterparties,
        deleverage_at_bankruptcy_price,
    )
}

/// As [`offset_position`], but at the oracle price: for a market in final settlement.
///
/// # Errors
/// As [`offset_position`].
pub fn offset_position_at_oracle_price(
    market: &MarketView,
    liquidated: &Holder,
    delta: Int128,
    counterparties: &[Holder],
) -> RiskResult<Offset> {
    walk(
        market,
        liquidated,
        delta,
        counterparties,
        deleverage_at_oracle_price,
    )
}

/// How one counterparty takes its part.
type Rule = fn(&MarketView, &Holder, &Holder, Int128) -> RiskResult<Deleveraged>;

fn walk(
    market: &MarketView,
    liquidated: &Holder,
    delta: Int128,
    counterparties: &[Holder],
    rule: Rule,
) -> RiskResult<Offset> {
    size_after_close(liquidated.size, delta)?;
    let mut state = *liquidated;
    let mut remaining = delta.unsigned_abs();
    let mut fills = Vec::new();
    for (index, counterparty) in counterparties.iter().enumerate() {
        if remaining.is_zero() {
            break;
        }
        // A trade of the liquidated account's sign reduces only positions of that sign.
        let offsets =
            !counterparty.size.is_zero() && counterparty.size.is_negative() == delta.is_negative();
        if !offsets {
            continue;
        }
        let size = remaining.min(counterparty.size.unsigned_abs());
        let part = with_sign(size, delta.is_negative())?;
        let outcome = match rule(market, &state, counterparty, part) {
            Ok(outcome) => outcome,
            Err(RiskError::TransitionRefused { .. }) => continue,
            Err(error) => return Err(error),
        };
        remaining = remaining
            .checked_sub(size)
            .map_err(RiskError::overflow("offset_position"))?;
        state = outcome.liquidated;
        fills.push(OffsetFill {
            index,
            size,
            quote: outcome.quote,
            counterparty: outcome.offsetting,
        });
    }
    Ok(Offset {
        fills,
        remaining,
        liquidated: state,
    })
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    fn market() -> MarketView {
        MarketView {
            scale: ValueScale::new(0, 0).unwrap(),
            price: Decimal::from_ratio(100u128, 1u128),
            parameters: MarginParameters {
                initial_margin_ppm: 100_000,
                maintenance_fraction_ppm: 500_000,
                ..MarginParameters::default()
            },
            effective_initial_margin_ppm: 100_000,
        }
    }

    fn holder(quote: i128, size: i128) -> Holder {
        let size = Int128::new(size);
        Holder {
            account: AccountRisk::new(Int128::new(quote))
                .with(&market().position_risk(size).unwrap())
                .unwrap(),
            size,
        }
    }

    const fn i(value: i128) -> Int128 {
        Int128::new(value)
    }

    #[test]
    fn only_the_bankrupt_and_the_settled() {
        assert_eq!(
            can_deleverage(&holder(999, -10).account, false),
            DeleveragePrice::Bankruptcy
        );
        assert_eq!(
            can_deleverage(&holder(999, -10).account, true),
            DeleveragePrice::Bankruptcy
        );
        assert_eq!(
            can_deleverage(&holder(1_000, -10).account, false),
            DeleveragePrice::None
        );
        assert_eq!(
            can_deleverage(&holder(1_000, -10).account, true),
            DeleveragePrice::Oracle
        );
    }

    #[test]
    fn the_counterparty_gives_what_is_missing() {
        // Short 10 with 990: bankrupt by 10. It pays 990 for what is worth 1,000.
        let done =
            deleverage_at_bankruptcy_price(&market(), &holder(990, -10), &holder(-500, 30), i(10))
                .unwrap();
        assert_eq!(done.quote, i(-990));
        assert_eq!(done.liquidated, holder(0, 0));
        assert_eq!(done.offsetting, holder(490, 20));
    }

    #[test]
    fn who_would_be_worse_off_is_not_touched() {
        // Long 10 with a debt of 1,000 has no equity; it cannot sell below 100.
        let refused = deleverage_at_bankruptcy_price(
            &market(),
            &holder(990, -10),
            &holder(-1_000, 10),
            i(10),
        );
        assert_eq!(
            refused,
            Err(RiskError::TransitionRefused {
                account: "offsetting",
                equity: i(-10),
                maintenance_margin: Uint128::zero(),
            })
        );
        let wrong_side =
            deleverage_at_oracle_price(&market(), &holder(2_000, -10), &holder(2_000, -10), i(10));
        assert!(matches!(
            wrong_side,
            Err(RiskError::InvalidClosingSize { .. })
        ));
    }

    #[test]
    fn the_walk_skips_and_stops() {
        let candidates = [
            holder(2_000, -10), // same side
            holder(0, 0),       // no position
            holder(-1_000, 10), // does not overlap
            holder(-500, 6),    // takes 6
            holder(5_000, 20),  // takes the rest
            holder(5_000, 20),  // not needed
        ];
        let done = offset_position(&market(), &holder(990, -10), i(10), &candidates).unwrap();
        let taken: Vec<(usize, u128)> = done
            .fills
            .iter()
            .map(|fill| (fill.index, fill.size.u128()))
            .collect();
        assert_eq!(taken, [(3, 6), (4, 4)]);
        assert!(done.remaining.is_zero());
        assert_eq!(done.liquidated, holder(0, 0));
        let paid: i128 = done.fills.iter().map(|fill| fill.quote.i128()).sum();
        assert_eq!(paid, -990);

        let nobody =
            offset_position(&market(), &holder(990, -10), i(10), &candidates[..3]).unwrap();
        assert!(nobody.fills.is_empty());
        assert_eq!(nobody.remaining, Uint128::new(10));
        assert_eq!(nobody.liquidated, holder(990, -10));
        assert!(offset_position(&market(), &holder(990, -10), i(11), &candidates).is_err());
    }

    #[test]
    fn settlement_walks_at_the_oracle_price() {
        let done = offset_position_at_oracle_price(
            &market(),
            &holder(2_000, -10),
            i(10),
            &[holder(0, 4), holder(0, 9)],
        )
        .unwrap();
        assert_eq!(done.liquidated, holder(1_000, 0));
        assert_eq!(done.fills[0].counterparty, holder(400, 0));
        assert_eq!(done.fills[1].counterparty, holder(600, 3));
    }
}
