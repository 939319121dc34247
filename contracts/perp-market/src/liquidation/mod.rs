//! Liquidation: always possible, exact, in a fixed order (design section 6).
//!
//! * [`solvent`]: equity covers the losses. Closed into the book at prices no worse than bankruptcy, only
//!   as far as initial margin needs; the fund is never asked and nobody is deleveraged.
//! * [`bankrupt`]: equity is negative. A plan closes the position into the book and against
//!   counterparties; what that leaves missing is asked of the fund ([`claim`]); the reply closes with what
//!   arrived, and counterparties bear exactly the rest ([`deleverage`]).

pub mod answer;
pub mod bankrupt;
pub mod bounty;
pub mod caps;
pub mod claim;
pub mod deleverage;
pub mod plan;
pub mod solvent;

use ballast_json::to_json_binary;
use ballast_risk::AccountRisk;
use ballast_types::market::{LiquidationAnswer, LiquidationStatus};
use ballast_types::{AccountId, MarketId, Side};
use cosmwasm_std::{Decimal, DepsMut, Env, Int128, MessageInfo, Response, Uint128};

use crate::changes::Changes;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::fund::{self, Flush};
use crate::gate;
use crate::liquidation::caps::{Caps, Use};
use crate::margin::{position_in, risk_across, size_risk};
use crate::math::{add, add_signed, to_signed};
use crate::orders::cancel::remove_all;
use crate::price::{price_for, Valuation};
use crate::state::{DeleverageCursor, DELEVERAGE_CURSORS, PENDING_CLAIMS};

/// What a liquidation found when it began.
#[derive(Clone)]
pub struct Subject {
    /// Account number.
    pub number: u64,
    /// The position's market.
    pub market: MarketId,
    /// Signed size.
    pub size: Int128,
    /// Oracle price.
    pub price: Decimal,
    /// The account as it was.
    pub risk: AccountRisk,
}

impl Subject {
    /// Settles the account and values it. Needs a position in the market and a fresh price of it; positions
    /// elsewhere count at their last price, so that a silent oracle there shields nobody here.
    pub fn load(exchange: &mut Exchange, number: u64, market: MarketId) -> ContractResult<Self> {
        exchange.open_market(market)?;
        exchange.settle_account(number)?;
        let size = position_in(exchange, number, market)?;
        let price = price_for(
            exchange,
            exchange.market(market)?,
            Valuation::Plain,
            !size.is_negative(),
        )?;
        let risk = Self::risk_of(exchange, number, market)?;
        Ok(Self {
            number,
            market,
            size,
            price,
            risk,
        })
    }

    /// An account as liquidation in a market values it, its own or a counterparty's.
    pub fn risk_of(
        exchange: &mut Exchange,
        number: u64,
        market: MarketId,
    ) -> ContractResult<AccountRisk> {
        let account = exchange.account(number)?.clone();
        risk_across(
            exchange,
            &account,
            market,
            Valuation::Plain,
            Valuation::Last,
        )
    }

    /// The subject as this message has changed it.
    pub fn now(&self, exchange: &mut Exchange) -> ContractResult<Self> {
        let size = exchange.account(self.number)?.size(self.market);
        let risk = Self::risk_of(exchange, self.number, self.market)?;
        Ok(Self {
            size,
            risk,
            ..self.clone()
        })
    }

    /// Whether the position is long.
    #[must_use]
    pub fn is_long(&self) -> bool {
        !self.size.is_negative()
    }

    /// Side of the order that closes the position.
    #[must_use]
    pub fn closing_side(&self) -> Side {
        if self.is_long() {
            Side::Sell
        } else {
            Side::Buy
        }
    }

    /// Signed change of size that closes `amount`.
    pub fn closing_delta(&self, amount: Uint128) -> ContractResult<Int128> {
        Ok(ballast_risk::with_sign(amount, self.is_long())?)
    }

    /// Signed quote that the account receives for selling, or pays for buying, at `value`.
    pub fn received(&self, value: Uint128) -> ContractResult<Int128> {
        Ok(ballast_risk::with_sign(value, !self.is_long())?)
    }

    /// What is left of the position after closing `amount` of the original size.
    pub fn size_after(&self, amount: Uint128) -> ContractResult<Int128> {
        self.size
            .checked_add(self.closing_delta(amount)?)
            .map_err(|_| {
                ContractError::Overflow {
                    what: "size",
                    value: amount.to_string(),
                }
                .into()
            })
    }

    /// The subject as it would be with so much more, quote atoms.
    pub fn better_by(&self, amount: Uint128) -> ContractResult<Self> {
        let equity = add_signed(self.risk.equity, to_signed(amount)?)?;
        Ok(Self {
            risk: AccountRisk {
                equity,
                ..self.risk
            },
            ..self.clone()
        })
    }

    /// Bankruptcy quote of closing `amount` from this state: what the account must receive (+) or may
    /// pay (-), rounded up.
    pub fn bankruptcy_quote(&self, exchange: &Exchange, amount: Uint128) -> ContractResult<Int128> {
        let market = exchange.market(self.market)?;
        let before = size_risk(exchange, market, self.size, Valuation::Plain)?;
        let after = size_risk(exchange, market, self.size_after(amount)?, Valuation::Plain)?;
        Ok(ballast_risk::bankruptcy_quote(&self.risk, &before, &after)?)
    }

    /// Signed quote that closing `amount` is worth at the oracle price, with the rounding of equity.
    pub fn oracle_quote(&self, exchange: &Exchange, amount: Uint128) -> ContractResult<Int128> {
        let market = exchange.market(self.market)?;
        let before = size_risk(exchange, market, self.size, Valuation::Plain)?;
        let after = size_risk(exchange, market, self.size_after(amount)?, Valuation::Plain)?;
        crate::math::subtract_signed(before.net_notional, after.net_notional)
    }
}

/// Closes what must be closed of one position of a liquidatable account. Anyone.
///
/// `only_bankrupt`: refuse an account whose equity is not negative (`Deleverage`).
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    id: &AccountId,
    market: MarketId,
    only_bankrupt: bool,
) -> ContractResult<Response> {
    cw_utils::nonpayable(info)?;
    let mut exchange = Exchange::new(deps.as_ref(), env)?;
    let number = exchange.resolve(id)?;
    let subject = Subject::load(&mut exchange, number, market)?;
    if !subject.risk.is_liquidatable() && !only_bankrupt && exchange.account(number)?.gates {
        // It recovered by itself: the gate need not wait for it any more.
        return conclude(exchange, &subject, &Outcome::new())?.save(deps);
    }
    if !subject.risk.is_liquidatable() {
        return Err(ContractError::NotLiquidatable {
            equity: subject.risk.equity,
            maintenance_margin: subject.risk.maintenance_margin,
        }
        .into());
    }
    if only_bankrupt && !subject.risk.is_bankrupt() {
        return Err(ContractError::NotBankrupt {
            equity: subject.risk.equity,
        }
        .into());
    }
    remove_all(&mut exchange, number, None, "liquidation")?;
    let caps = Caps::load(&mut exchange, &subject)?;
    if caps.size.is_zero() {
        return conclude(exchange, &subject, &Outcome::capped())?.save(deps);
    }
    if subject.risk.is_bankrupt() {
        return match plan::plan(exchange, &subject, &info.sender, &caps)? {
            plan::Step::Close(conclusion) => conclusion.save(deps),
            plan::Step::Ask(claim) => claim.save(deps),
        };
    }
    let outcome = solvent::close(&mut exchange, &subject, &info.sender, &caps)?;
    conclude(exchange, &subject, &outcome)?.save(deps)
}

/// What a liquidation did; turned into event and answer by [`conclude`].
#[derive(Clone)]
pub struct Outcome {
    /// How far it got.
    pub status: LiquidationStatus,
    /// Base atoms closed into the book.
    pub closed_in_book: Uint128,
    /// Base atoms closed against counterparties.
    pub deleveraged: Uint128,
    /// Base atoms closed against the pool of a market that is being settled.
    pub settled: Uint128,
    /// Liquidation fee, keeper's share included.
    pub fee: Uint128,
    /// The keeper's share.
    pub keeper_fee: Uint128,
    /// The keeper's bounty for a bankrupt account, out of fees owed.
    pub bounty: Uint128,
    /// Asked of the fund.
    pub asked: Uint128,
    /// Arrived.
    pub paid: Uint128,
    /// Needed by what was really closed: missing in the book and against counterparties.
    pub needed: Uint128,
    /// Of that, what counterparties lack that are bankrupt themselves (last pass only).
    pub lacked_by_counterparties: Uint128,
    /// Borne by counterparties.
    pub counterparty_loss: Uint128,
    /// Left with the account's other positions.
    pub carried: Uint128,
    /// What deleveraging left with the account: a part of its equity for what is closed after it.
    pub left_by_deleveraging: Uint128,
    /// Booked as the market's deficit.
    pub deficit: Uint128,
    /// Paid and not needed.
    pub leftover: Uint128,
    /// 0: no claim.
    pub claim_id: u64,
    /// Where deleveraging stopped; `None` where the position is closed.
    pub cursor: Option<DeleverageCursor>,
}

impl Outcome {
    /// Nothing done yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            status: LiquidationStatus::Done,
            closed_in_book: Uint128::zero(),
            deleveraged: Uint128::zero(),
            settled: Uint128::zero(),
            fee: Uint128::zero(),
            keeper_fee: Uint128::zero(),
            bounty: Uint128::zero(),
            asked: Uint128::zero(),
            paid: Uint128::zero(),
            needed: Uint128::zero(),
            lacked_by_counterparties: Uint128::zero(),
            counterparty_loss: Uint128::zero(),
            carried: Uint128::zero(),
            left_by_deleveraging: Uint128::zero(),
            deficit: Uint128::zero(),
            leftover: Uint128::zero(),
            claim_id: 0,
            cursor: None,
        }
    }

    /// The block's caps are used up.
    #[must_use]
    pub fn capped() -> Self {
        Self {
            status: LiquidationStatus::More,
            ..Self::new()
        }
    }

    /// Base atoms closed in all.
    pub fn closed(&self) -> ContractResult<Uint128> {
        add(add(self.closed_in_book, self.deleveraged)?, self.settled)
    }

    /// Asked for, and then not needed: fills that were not made, or were better than the oracle price.
    #[must_use]
    pub fn avoided(&self) -> Uint128 {
        self.asked.saturating_sub(self.needed)
    }
}

impl Default for Outcome {
    fn default() -> Self {
        Self::new()
    }
}

/// A liquidation that is computed and only has to be saved.
pub struct Conclusion {
    changes: Changes,
    messages: Vec<Flush>,
    answer: LiquidationAnswer,
    key: (u64, MarketId),
    waits: bool,
    over: bool,
    answered: bool,
    cursor: Option<DeleverageCursor>,
}

/// Says what happened and takes fees that are due.
pub fn conclude(
    mut exchange: Exchange,
    subject: &Subject,
    outcome: &Outcome,
) -> ContractResult<Conclusion> {
    let owner = exchange.account(subject.number)?.clone();
    exchange
        .events
        .push(events::liquidation(&owner.id(), subject, outcome));
    if subject.risk.is_bankrupt() || owner.gates {
        gate::judge(&mut exchange, subject.number)?;
    }
    let messages = fund::automatic_flush(&mut exchange, subject.market)?;
    let closed = outcome.closed()?;
    // What was asked of the fund was counted when it was asked.
    let used = Use {
        account: subject.number,
        market: subject.market,
        notional: caps::notional(exchange.market(subject.market)?, closed, subject.price)?,
        loss: Uint128::zero(),
    };
    used.record(&mut exchange)?;
    // Nothing waits any more for a position that is closed or whose account recovered.
    let closed = owner.size(subject.market).is_zero();
    let over = closed || !subject.risk.is_bankrupt();
    let cursor = outcome.cursor.clone().filter(|_| !over);
    if cursor.is_some() {
        exchange.account_mut(subject.number)?.waits = true;
    }
    Ok(Conclusion {
        changes: exchange.into_changes(),
        messages,
        answer: LiquidationAnswer {
            status: outcome.status,
            closed_in_book: outcome.closed_in_book,
            deleveraged: outcome.deleveraged,
            fee: outcome.fee,
            bounty: outcome.bounty,
            asked: outcome.asked,
            paid: outcome.paid,
            deficit: outcome.deficit,
        },
        key: (subject.number, subject.market),
        // What waited for a position that is closed goes with it.
        waits: owner.waits && !closed,
        over,
        answered: false,
        cursor,
    })
}

impl Conclusion {
    /// The fund answered: no claim of this position fails any more.
    #[must_use]
    pub const fn answered(mut self) -> Self {
        self.answered = true;
        self
    }

    /// Saves everything, then sends the fees that are due.
    pub fn save(self, deps: DepsMut) -> ContractResult<Response> {
        let happened = self.changes.save(deps.storage)?;
        fund::take_from_vault(deps.storage, &self.messages)?;
        if self.waits && self.over {
            DELEVERAGE_CURSORS.remove(deps.storage, self.key);
        }
        if self.waits && (self.over || self.answered) {
            PENDING_CLAIMS.remove(deps.storage, self.key);
        }
        if let Some(cursor) = self.cursor {
            DELEVERAGE_CURSORS.save(deps.storage, self.key, &cursor)?;
        }
        Ok(Response::new()
            .add_attribute("action", "liquidate")
            .add_attribute("status", self.answer.status.as_str())
            .add_events(happened)
            .add_submessages(self.messages.into_iter().map(|flush| flush.message))
            .set_data(to_json_binary(&self.answer)))
    }
}
