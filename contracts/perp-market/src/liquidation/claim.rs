//! The claim as a message: what is missing is asked of the fund.
//!
//! Everything is saved before the message leaves and loaded anew in the reply: the fund may have called
//! back in between.

use ballast_storage::{record, to_bytes};
use ballast_types::fund::ExecuteMsg as FundMsg;
use ballast_types::{MarketId, RiskLevel};
use cosmwasm_std::{Addr, Coin, DepsMut, Response, SubMsg, Uint128};
use cw20::Denom;

use crate::changes::Changes;
use crate::error::ContractResult;
use crate::events;
use crate::exchange::{Exchange, Market};
use crate::fund::{
    change_vault, execute, submessage, take_fees, take_from_vault, unaccounted, withdraw_fees,
    Flush, Movement, CLAIM_REPLY,
};
use crate::liquidation::caps::{self, Use};
use crate::liquidation::{bounty, Subject};
use crate::math::add;
use crate::recent_risk;
use crate::state::{NEXT_CLAIM, VAULT};

/// What the reply must know of its claim: ids and numbers only.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimPayload {
    /// Account number.
    pub account: u64,
    /// The position's market.
    pub market: MarketId,
    /// Its id.
    pub claim_id: u64,
    /// What was asked.
    pub amount: Uint128,
    /// Base atoms it was asked for.
    pub size: Uint128,
    /// Coins the books did not know before the message left.
    pub unaccounted: Uint128,
    /// The residue line then: what `Sync` booked of those coins since is not to be subtracted again.
    pub residue: Uint128,
    /// Fees that travel with the claim.
    pub fees: Uint128,
    /// Account number of who gets the bounty, where there is one.
    pub keeper: Option<u64>,
    /// Notional that was counted for `size` in this block.
    pub notional: Uint128,
    /// Who sent the message and is paid for removing dead orders.
    pub remover: Addr,
    /// What an earlier claim for the same was paid, quote atoms.
    pub before: Uint128,
    /// Fees owed stayed behind: where too little is paid, they are sent and the rest is asked for.
    pub behind: bool,
}

record! {
    struct ClaimPayload {
        account,
        market,
        claim_id,
        amount,
        size,
        unaccounted,
        residue,
        fees,
        keeper,
        notional,
        remover,
        before,
        behind,
    }
}

impl ClaimPayload {
    /// All that was asked for the size, quote atoms.
    pub fn asked(&self) -> ContractResult<Uint128> {
        add(self.before, self.amount)
    }

    /// What the claim counted in this block.
    pub const fn used(&self) -> Use {
        Use {
            account: self.account,
            market: self.market,
            notional: self.notional,
            loss: self.amount,
        }
    }
}

/// A claim ready to be sent.
pub struct Claim {
    changes: Changes,
    top_up: Option<Flush>,
    message: SubMsg,
    claim_id: u64,
    fees: Uint128,
}

/// What is asked of the fund.
pub struct Request {
    /// Quote atoms.
    pub amount: Uint128,
    /// Base atoms it is asked for.
    pub size: Uint128,
    /// Account number of who gets the bounty.
    pub keeper: Option<u64>,
    /// What a claim for the same has been paid already, quote atoms, where fees stayed behind with it.
    pub before: Option<Uint128>,
}

/// Makes the claim: with the fees owed where the fund may need them, counted against the caps of the block.
pub fn ask(
    mut exchange: Exchange,
    subject: &Subject,
    fund: &Addr,
    remover: &Addr,
    request: Request,
) -> ContractResult<Claim> {
    let Request {
        amount,
        size,
        keeper,
        before,
    } = request;
    let claim_id = NEXT_CLAIM.load(exchange.deps.storage)?;
    let account = exchange.account(subject.number)?.clone();
    let now = exchange.now();
    let recent_secs = exchange.config.parameters.recent_risk_secs;
    let recent_risk = recent_risk::is_recent(&account, now, recent_secs);
    let account = account.id();
    let collateral = exchange.config.collateral.clone();
    let vault = VAULT.load(exchange.deps.storage)?;
    let stray = unaccounted(exchange.deps, exchange.env, &collateral, &vault)?;
    // Fees owed reach the fund before the claim does, where it may need them and did not just refuse some: with the
    // claim where they are native, ahead of it where they are a cw20 (whose `Send` would lose the claim's answer).
    let kept = match keeper {
        Some(_) => bounty::kept(exchange.market(subject.market)?, subject, size)?,
        None => Uint128::zero(),
    };
    let mut top_up = None;
    let mut fees = Uint128::zero();
    let mut funds = vec![];
    let market = exchange.market(subject.market)?;
    let sendable = now >= market.state.flush_blocked_until && market.state.fees_owed > kept;
    let wanted = before.is_some()
        || recent_risk
        || fees_are_wanted(market, exchange.config.parameters.flush_lot);
    if wanted && sendable {
        match &collateral {
            Denom::Cw20(_) => top_up = take_fees(&mut exchange, subject.market, true, kept)?,
            Denom::Native(denom) => {
                fees = withdraw_fees(&mut exchange, subject.market, kept)?;
                if !fees.is_zero() {
                    funds.push(Coin::new(fees.u128(), denom));
                }
            }
        }
    }
    let market = exchange.market(subject.market)?;
    let message = FundMsg::ClaimShortfall {
        market: subject.market,
        account: format!("{}/{}", account.owner, account.subaccount),
        claim_id,
        amount,
        state: market.report()?,
        recent_risk,
    };
    let notional = caps::notional(market, size, subject.price)?;
    let payload = ClaimPayload {
        account: subject.number,
        market: subject.market,
        claim_id,
        amount,
        size,
        unaccounted: stray,
        residue: vault.residue,
        fees,
        keeper,
        notional,
        remover: remover.clone(),
        before: before.unwrap_or_default(),
        behind: sendable && !wanted,
    };
    let mut used = payload.used();
    if before.is_some() {
        // Counted when it was asked for first.
        used.loss = Uint128::zero();
    }
    used.record(&mut exchange)?;
    let payload = to_bytes(&payload);
    let message = submessage(
        &exchange.config,
        execute(fund, ballast_json::to_json_binary(&message), funds),
        CLAIM_REPLY,
        payload,
    );
    exchange.events.push(events::claim(
        subject.number,
        subject.market,
        claim_id,
        amount,
    ));
    Ok(Claim {
        changes: exchange.into_changes(),
        top_up,
        message,
        claim_id,
        fees,
    })
}

/// Whether fees owed leave with a claim. They cost a fifth of it, so less than a lot stays behind at first where the fund
/// said that all is well: then it mostly pays all without them.
fn fees_are_wanted(market: &Market, lot: Uint128) -> bool {
    let well = market.state.risk.as_ref().is_some_and(|risk| {
        matches!(risk.level, RiskLevel::Surplus | RiskLevel::Healthy) && !risk.reduce_only
    });
    !well || market.config.isolated || market.state.fees_owed >= lot
}

impl Claim {
    /// Saves everything, then sends the claim.
    pub fn save(self, deps: DepsMut) -> ContractResult<Response> {
        let happened = self.changes.save(deps.storage)?;
        NEXT_CLAIM.save(deps.storage, &self.claim_id.saturating_add(1))?;
        if !self.fees.is_zero() {
            change_vault(deps.storage, Movement::Out(self.fees))?;
        }
        take_from_vault(deps.storage, self.top_up.as_slice())?;
        Ok(Response::new()
            .add_attribute("action", "liquidate")
            .add_attribute("status", "claimed")
            .add_events(happened)
            .add_submessages(self.top_up.map(|top_up| top_up.message))
            .add_submessage(self.message))
    }
}
