//! Messages of `ballast-insurance-fund`, and the little a market contract needs to use it.
//!
//! A market contract sends [`ExecuteMsg::TopUp`] and [`ExecuteMsg::ClaimShortfall`], reads
//! [`ClaimAnswer`] or [`TopUpAnswer`] from the reply's data, and accepts [`MarketHookMsg`].

mod changes;
mod parameters;
mod query;

use ballast_json::{FromJson, ToJson};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};
use cw20::{Cw20ReceiveMsg, Denom, Expiration};
use cw_ownable::cw_ownable_execute;

use crate::{MarketId, MarketReport, RiskLevel, RiskParameters};

pub use changes::*;
pub use parameters::*;
pub use query::*;

/// Instantiates the fund.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct InstantiateMsg {
    /// Who may register claimants and change parameters, but never move reserves.
    pub owner: String,
    /// The one token of the ledger.
    pub collateral: Denom,
    /// Defaults where absent.
    pub parameters: Option<FundParameters>,
    /// Name of the underwriters' shares; a default where absent.
    #[serde(default)]
    pub share_token: Option<ShareToken>,
}

/// How wallets show the underwriters' shares. Ten shares are minted for the first atom.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ShareToken {
    /// 3 to 50 bytes.
    pub name: String,
    /// 3 to 12 letters or hyphens.
    pub symbol: String,
    /// At most 18; one more than the collateral's makes a share worth about one unit of it.
    pub decimals: u8,
}

/// What a top-up is.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum TopUpKind {
    /// Fees of the sending market contract: its emergency debt, that of other markets (at most half of the fees), its
    /// reserve to the target, the mutual reserve to its target, then a share to the underwriters' drip and the
    /// rest to surplus. Only from a registered contract for its own market. With a report and without coins
    /// it is the report alone, also where the collateral is a cw20.
    Fees,
    /// To the reserve of one market, from anyone.
    Reserve,
    /// To the mutual reserve, from anyone. Changes no level's drawdown.
    Donation,
}

/// A top-up, as an execute message with coins or inside a cw20 `Send`.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct TopUp {
    /// Market contract; the sender where absent.
    pub contract: Option<String>,
    /// Required for fees and reserve.
    pub market: Option<MarketId>,
    /// Which ledger line it goes to.
    pub kind: TopUpKind,
    /// The market's report; believed only from the registered contract itself.
    pub state: Option<MarketReport>,
}

/// What can be done.
#[cw_ownable_execute]
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum ExecuteMsg {
    /// Adds native coins to the ledger. Answer data: [`TopUpAnswer`].
    TopUp(TopUp),
    /// cw20 hook: `msg` is a [`ReceiveMsg`].
    Receive(Cw20ReceiveMsg),
    /// Asks for money. By a registered contract; an unlisted market gets `paid: 0`, not an error.
    /// Native coins attached are booked first, as fees of that market. Answer data: [`ClaimAnswer`].
    ClaimShortfall {
        /// The claiming contract's market.
        market: MarketId,
        /// Whose loss it is, for the record. At most 128 bytes.
        account: String,
        /// Strictly increasing per contract. A used id moves nothing and returns its recorded answer.
        claim_id: u64,
        /// What is missing, quote atoms.
        amount: Uint128,
        /// The market's report.
        state: MarketReport,
        /// The account increased its risk shortly before: only the market's own reserve pays.
        #[serde(default)]
        recent_risk: bool,
    },
    /// Books coins that arrived without a message to the mutual reserve. Anyone.
    Sync {},
    /// Stakes native coins behind the fund for shares. Anyone. Losses that the market's and the mutual reserve do not
    /// cover take them, at most `max_slash_ppm` in seven days.
    Stake {},
    /// Turns shares into a claim on what they are worth now: it is paid after a cooldown, inside a window, less every
    /// later slash. It earns nothing meanwhile, cannot be transferred, and there is one an address.
    RequestExit {
        /// Shares of the sender.
        shares: Uint128,
    },
    /// Turns an exit back into shares; what the pool gained meanwhile stays with the others.
    CancelExit {},
    /// Pays an exit whose cooldown is over. When its window is over as well it does what `CancelExit` does.
    CompleteExit {},
    /// cw20: moves shares.
    Transfer {
        /// Who receives them.
        recipient: String,
        /// Shares.
        amount: Uint128,
    },
    /// cw20: moves shares to a contract and calls it.
    Send {
        /// Which contract.
        contract: String,
        /// Shares.
        amount: Uint128,
        /// For the contract.
        msg: Binary,
    },
    /// cw20: lets another address move more of the sender's shares.
    IncreaseAllowance {
        /// Who.
        spender: String,
        /// Shares more.
        amount: Uint128,
        /// Until when; unchanged where absent.
        expires: Option<Expiration>,
    },
    /// cw20: lets it move less.
    DecreaseAllowance {
        /// Who.
        spender: String,
        /// Shares less.
        amount: Uint128,
        /// Until when; unchanged where absent.
        expires: Option<Expiration>,
    },
    /// cw20: moves shares of an owner who allowed it.
    TransferFrom {
        /// Whose shares.
        owner: String,
        /// Who receives them.
        recipient: String,
        /// Shares.
        amount: Uint128,
    },
    /// cw20: moves shares of an owner who allowed it to a contract and calls it.
    SendFrom {
        /// Whose shares.
        owner: String,
        /// Which contract.
        contract: String,
        /// Shares.
        amount: Uint128,
        /// For the contract.
        msg: Binary,
    },
    /// Adds native coins to the emergency facility, as a loan. By the treasury.
    CommitEmergency {},
    /// Announces that the treasury takes coins back that are not drawn then. Replaces an earlier request; zero
    /// takes it back. They may be drawn while the notice runs. By the treasury.
    RequestEmergencyWithdrawal {
        /// Quote atoms.
        amount: Uint128,
    },
    /// Pays what was requested, at most what is not drawn, once the notice is over. By the treasury.
    WithdrawEmergency {},
    /// Names who may commit coins to the emergency facility and take them back; nobody where absent. Refused while
    /// the facility holds or is owed anything: coins of one treasury never become another's. By the owner; naming
    /// somebody waits. Answer data: [`ChangeAnswer`].
    AppointTreasury {
        /// Its address.
        treasury: Option<String>,
    },
    /// Names who receives surplus; nobody where absent. By the owner; naming somebody waits. Answer data:
    /// [`ChangeAnswer`].
    AppointSurplusRecipient {
        /// Its address.
        recipient: Option<String>,
    },
    /// Pays one lot of surplus to its recipient, once an epoch. Anyone. Refused below the level surplus, while the
    /// mutual reserve is below its target, and while a loan or a reported deficit is open.
    PaySurplus {},
    /// Recomputes levels and pushes risk parameters to one contract. Anyone.
    Poke {
        /// A registered market contract.
        contract: String,
    },
    /// Registers a market of a contract as claimant. By the owner; waits, except while the fund holds nothing. Answer
    /// data: [`ChangeAnswer`].
    RegisterMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its standing.
        parameters: ClaimantParameters,
    },
    /// Changes a registered market. By the owner. What loosens any field waits. `isolated` may not change. Answer
    /// data: [`ChangeAnswer`].
    UpdateMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// Its new standing.
        parameters: ClaimantParameters,
    },
    /// Changes the fund's parameters. By the owner. What loosens any field waits. Answer data: [`ChangeAnswer`].
    UpdateParameters {
        /// All of them.
        parameters: FundParameters,
    },
    /// Applies a change whose time has come. Anyone. It is checked anew.
    ApplyChange {
        /// Its number.
        id: u64,
    },
    /// Takes a waiting change back. By the owner.
    CancelChange {
        /// Its number.
        id: u64,
    },
}

/// What a cw20 `Send` to the fund may carry.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum ReceiveMsg {
    /// As [`ExecuteMsg::TopUp`]; the sender is the cw20 message's sender. A cw20 `Send` loses answer data.
    TopUp(TopUp),
    /// As [`ExecuteMsg::Stake`].
    Stake {},
    /// As [`ExecuteMsg::CommitEmergency`].
    CommitEmergency {},
}

/// What a market contract must accept from the fund.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub enum MarketHookMsg {
    /// New risk parameters; not newer ones are to be ignored, without an error.
    SetRiskLevel {
        /// Highest revision in `markets`.
        revision: u64,
        /// One entry a market of that contract.
        markets: Vec<RiskParameters>,
    },
}

/// Answer to a claim. It explains; what counts as paid is what arrived.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ClaimAnswer {
    /// Which claim.
    pub claim_id: u64,
    /// Coins sent with this answer.
    pub paid: Uint128,
    /// Amount asked less everything ever paid for this id.
    pub uncovered: Uint128,
    /// True where the id was used before: nothing was sent now.
    pub replay: bool,
    /// New risk parameters of the market; none for an unlisted one.
    pub risk: Option<RiskParameters>,
}

/// Answer to a top-up.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct TopUpAnswer {
    /// What was booked.
    pub booked: Uint128,
    /// New risk parameters of the market, where one was named and is registered.
    pub risk: Option<RiskParameters>,
}

/// Layers of the waterfall in the order in which they pay.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum Layer {
    /// The market's own reserve.
    MarketReserve,
    /// The mutual reserve of all cross-margined markets.
    Mutual,
    /// Underwriters' stake.
    Stake,
    /// The treasury's emergency facility.
    Emergency,
}

/// What stopped a layer from paying more.
#[cw_serde]
#[derive(FromJson, ToJson, Copy, Eq)]
pub enum Bound {
    /// Nothing more was missing.
    Covered,
    /// Its balance.
    Balance,
    /// The market's own bucket of the layer: a day of the mutual reserve, seven days of the stake.
    Window,
    /// The market's lifetime limit.
    Lifetime,
    /// The market is isolated and may not use this layer.
    Isolated,
    /// The market's drawdown breaker is open.
    Drawdown,
    /// The layer holds no capital in this deployment.
    Unfunded,
    /// The limit of the layer for all markets together, which refills over seven days.
    SharedWindow,
    /// What the emergency facility lends to one market for all its claims within an hour.
    Event,
    /// The emergency facility is closed: the level after the layers above is better than deficient.
    Level,
    /// The account increased its risk shortly before the claim: nothing below the market's own reserve pays.
    RecentRisk,
}

/// What one layer did in a claim.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct LayerPayment {
    /// The layer.
    pub layer: Layer,
    /// Quote atoms.
    pub paid: Uint128,
    /// Why not more.
    pub bound: Bound,
}

/// The record of a claim.
#[cw_serde]
#[derive(FromJson, ToJson)]
pub struct ClaimRecord {
    /// The claiming contract.
    pub contract: String,
    /// Its id.
    pub claim_id: u64,
    /// Its market.
    pub market: MarketId,
    /// Whose loss it is.
    pub account: String,
    /// Quote atoms.
    pub amount: Uint128,
    /// Sum over `layers`.
    pub paid: Uint128,
    /// `amount - paid`.
    pub uncovered: Uint128,
    /// All four layers, in order. Empty for an unlisted market.
    pub layers: Vec<LayerPayment>,
    /// Level of the suite after the claim.
    pub level: RiskLevel,
    /// Seconds.
    pub at: u64,
}
