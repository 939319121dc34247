//! What anyone can do, hostile and out-of-order steps included, and which message each step sends.

use ballast_testing::hostile::fund::FundBehaviour;
use ballast_testing::hostile::oracle::OracleBehaviour;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::metering::scenarios::Target;
use ballast_types::fund::TopUpKind;
use ballast_types::market::{OrderId, OrderReference, OrderType};
use ballast_types::{MarketId, Side};

use super::changes::Field;
use super::claimants::ClaimantStep;
use super::emergency::EmergencyStep;
use super::feeds::FeedStep;
use super::government::GovernStep;
use super::life::LifeStep;
use super::ownership::OwnershipStep;
use super::shares::ShareStep;
use super::staking::StakeStep;
use super::triggers::TriggerStep;
use super::waiting::WaitingStep;

/// Index into [`World::users`].
pub type User = usize;

/// Which fund the market is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundChoice {
    Real,
    Hostile,
    None,
    Nobody,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    Deposit {
        user: User,
        sub: u32,
        amount: u128,
    },
    Withdraw {
        user: User,
        sub: u32,
        amount: u128,
    },
    /// `by` is the owner, its delegate, or neither.
    Place {
        by: User,
        user: User,
        sub: u32,
        order: Order,
    },
    Cancel {
        by: User,
        user: User,
        sub: u32,
        id: OrderId,
    },
    /// By the client order id.
    CancelNamed {
        user: User,
        sub: u32,
        name: u128,
    },
    CancelAll {
        by: User,
        user: User,
        sub: u32,
        market: Option<MarketId>,
        trigger_orders: bool,
    },
    /// Names no order at all.
    CancelNothing {
        user: User,
        sub: u32,
    },
    Batch {
        by: User,
        user: User,
        sub: u32,
        cancel: Vec<OrderReference>,
        place: Vec<Order>,
    },
    RemoveOrders {
        by: User,
        orders: Vec<OrderId>,
    },
    Trigger(TriggerStep),
    ProcessWithdrawals {
        limit: Option<u32>,
    },
    CancelWithdrawal {
        user: User,
        id: u64,
    },
    Transfer {
        user: User,
        from: u32,
        to: u32,
        amount: u128,
    },
    /// The owner asks for another market parameter.
    AskChange {
        market: MarketId,
        field: Field,
        value: u128,
    },
    /// The owner asks for another parameter of the exchange, by its place in the published table.
    AskExchangeChange {
        row: usize,
        value: i128,
    },
    ApplyChange {
        id: u64,
    },
    CancelChange {
        id: u64,
    },
    /// For so many seconds from now.
    SetDelegate {
        user: User,
        sub: u32,
        delegate: User,
        secs: u64,
    },
    RemoveDelegate {
        user: User,
        sub: u32,
        delegate: User,
    },
    Liquidate {
        by: User,
        user: User,
        sub: u32,
        market: MarketId,
    },
    Deleverage {
        by: User,
        user: User,
        sub: u32,
        market: MarketId,
    },
    Accrue {
        market: MarketId,
    },
    Flush {
        market: MarketId,
    },
    SyncMarket,
    SyncFund,
    /// For the market's contract, or for one that nobody registered.
    Poke {
        registered: bool,
    },
    BareSend {
        user: User,
        to_fund: bool,
        amount: u128,
    },
    TopUp {
        user: User,
        kind: TopUpKind,
        market: MarketId,
        amount: u128,
    },
    Stake(StakeStep),
    Share(ShareStep),
    Emergency(EmergencyStep),
    Waiting(WaitingStep),
    Claimant(ClaimantStep),
    Life(LifeStep),
    /// What governance and its members do, where it owns the suite.
    Govern(GovernStep),
    /// All feeders push the last price times this, in ppm.
    Price {
        market: MarketId,
        ppm: u64,
        conf_ppm: u64,
    },
    /// The price feed's owner, and prices of feeds whether or not a market uses them.
    Feed(FeedStep),
    /// One feeder of three: no quorum, or an old price once the others' are forgotten.
    PriceOfOneFeeder {
        market: MarketId,
        ppm: u64,
    },
    Advance {
        secs: u64,
    },
    SetFund {
        choice: FundChoice,
    },
    FundBehaves {
        behaviour: FundBehaviour,
    },
    UseOracle {
        market: MarketId,
        hostile: bool,
    },
    OracleBehaves {
        market: MarketId,
        behaviour: OracleBehaviour,
    },
    TokenBehaves {
        behaviour: TokenBehaviour,
    },
    ReduceOnly {
        market: MarketId,
        on: bool,
    },
    PayFees {
        market: MarketId,
        amount: u128,
    },
    Ownership(OwnershipStep),
    /// By the owner, or by a user, for so many seconds.
    Freeze {
        by: Option<User>,
        secs: u64,
    },
    /// A stranger sends what only the owner, the fund or the token may.
    Trespass {
        user: User,
        what: Trespass,
    },
}

/// An order to place.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub market: MarketId,
    pub side: Side,
    pub size: u128,
    pub order_type: OrderType,
    pub reduce_only: bool,
    /// Client order id.
    pub name: Option<u128>,
}

/// What a stranger sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trespass {
    /// The owner's.
    SetInsuranceFund,
    /// The fund's.
    SetRiskLevel,
    /// The collateral token's.
    Receive,
    /// A registered market's: recorded, and paid nothing.
    Claim,
    /// The same with an account too long to be recorded.
    LongClaim,
}

/// A contract and the JSON name of one of its messages.
pub type Message = (Target, &'static str);

impl Step {
    /// The message that it sends to a contract of the suite; none for what is done to the parts around it. Where the
    /// collateral is a cw20, money arrives by a hook.
    pub fn message(&self, native: bool) -> Option<Message> {
        use Target::{Fund, Market, PriceFeed};
        let either = |coins, hook| if native { coins } else { hook };
        Some(match self {
            Self::Deposit { .. } => (Market, either("deposit", "receive.deposit")),
            Self::Withdraw { .. } => (Market, "withdraw"),
            Self::Place { .. } => (Market, "place_order"),
            Self::Cancel { .. } | Self::CancelNamed { .. } | Self::CancelNothing { .. } => {
                (Market, "cancel_order")
            }
            Self::CancelAll { .. } => (Market, "cancel_all_orders"),
            Self::Batch { .. } => (Market, "batch"),
            Self::RemoveOrders { .. } => (Market, "remove_orders"),
            Self::Trigger(step) => (Market, step.message()),
            Self::ProcessWithdrawals { .. } => (Market, "process_withdrawals"),
            Self::CancelWithdrawal { .. } => (Market, "cancel_withdrawal"),
            Self::Transfer { .. } => (Market, "transfer"),
            Self::AskChange { .. } | Self::ReduceOnly { .. } => (Market, "update_market"),
            Self::AskExchangeChange { .. } => (Market, "update_parameters"),
            Self::ApplyChange { .. } => (Market, "apply_change"),
            Self::CancelChange { .. } => (Market, "cancel_change"),
            Self::SetDelegate { .. } => (Market, "set_delegate"),
            Self::RemoveDelegate { .. } => (Market, "remove_delegate"),
            Self::Liquidate { .. } => (Market, "liquidate"),
            Self::Deleverage { .. } => (Market, "deleverage"),
            Self::Accrue { .. } => (Market, "accrue_funding"),
            Self::Flush { .. } => (Market, "flush"),
            Self::SyncMarket => (Market, "sync"),
            Self::SetFund { .. } => (Market, "set_insurance_fund"),
            Self::UseOracle { .. } => (Market, "update_oracle"),
            Self::PayFees { .. } => (Market, "pay_fees"),
            Self::SyncFund => (Fund, "sync"),
            Self::Poke { .. } => (Fund, "poke"),
            Self::TopUp { .. } => (Fund, either("top_up", "receive.top_up")),
            Self::Price { .. } | Self::PriceOfOneFeeder { .. } => (PriceFeed, "push_prices"),
            Self::Feed(step) => (PriceFeed, step.message()),
            Self::Ownership(step) => step.message(),
            Self::Freeze { .. } => (Market, "set_freeze"),
            Self::Stake(step) => step.message(native),
            Self::Share(step) => step.message(),
            Self::Emergency(step) => step.message(native),
            Self::Waiting(step) => step.message(),
            Self::Claimant(step) => step.message(),
            Self::Life(step) => step.message(native),
            Self::Govern(step) => return step.message(native),
            Self::Trespass { what, .. } => match what {
                Trespass::SetInsuranceFund => (Market, "set_insurance_fund"),
                Trespass::SetRiskLevel => (Market, "set_risk_level"),
                Trespass::Receive => (Market, "receive.deposit"),
                Trespass::Claim | Trespass::LongClaim => (Fund, "claim_shortfall"),
            },
            Self::BareSend { .. }
            | Self::Advance { .. }
            | Self::FundBehaves { .. }
            | Self::OracleBehaves { .. }
            | Self::TokenBehaves { .. } => return None,
        })
    }
}
