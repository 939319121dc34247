//! Who may send what, with which coins. One row a message; some have a second one for another way to send it.

use ballast_testing::metering::scenarios::Target::{self, Fund, Governance, Market, PriceFeed};

/// Who may send a message, and what everybody else is told.
#[derive(Clone, Copy, Debug)]
pub enum May {
    /// Everybody.
    Anyone,
    /// Nobody; everybody gets this error.
    Nobody(&'static str),
    /// Everybody but governance itself, which gets this error.
    AnyoneElse(&'static str),
    /// The owner of the contract.
    Owner,
    /// Governance itself.
    Itself,
    /// Who stakes for power; everybody else gets this error.
    Member(&'static str),
    /// Governance's guardian.
    Guardian,
    /// Who instantiated governance.
    Instantiator,
    /// The token that governance stakes, for the staker it names.
    PowerToken,
    /// To whom ownership was offered.
    Heir,
    /// The insurance fund.
    InsuranceFund,
    /// The market contract; everybody else gets this error.
    MarketContract(&'static str),
    /// Everybody, but only a registered market is paid.
    PaysTheMarket,
    /// Who was appointed feeder.
    Feeder,
    /// Who was appointed treasury.
    Treasury,
    /// The staker whose shares or exit are meant; everybody else gets this error.
    Staker(&'static str),
    /// Whom the staker allowed to move shares; everybody else gets this error.
    Spender(&'static str),
    /// The collateral token, for the user it names.
    CollateralToken,
    /// The owner of the account that is meant, which is always the sender's own. Somebody else with an account
    /// acts on that, or gets this error.
    OwnAccount(Option<&'static str>),
    /// The owner of the account that is meant.
    AccountOwner,
    /// The account's owner, and a delegate.
    OwnerOrDelegate,
}

/// Which coins a message takes where the collateral is native.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// One coin of the collateral.
    Collateral,
    /// One coin of the collateral, or none.
    CollateralOrNothing,
    /// One coin of what governance stakes.
    Power,
    /// A deposit of one unit of the collateral.
    Deposit,
    /// None, where it could be a deposit.
    NoDeposit,
}

/// One message.
pub struct Row {
    pub target: Target,
    /// JSON name.
    pub message: &'static str,
    /// State of the scenario; the first of the message where absent.
    pub state: Option<&'static str>,
    pub may: May,
    pub takes: Takes,
}

const fn row(target: Target, message: &'static str, may: May, takes: Takes) -> Row {
    Row {
        target,
        message,
        state: None,
        may,
        takes,
    }
}

/// Another way to send a message that has a row.
const fn also(
    target: Target,
    message: &'static str,
    state: &'static str,
    may: May,
    takes: Takes,
) -> Row {
    Row {
        target,
        message,
        state: Some(state),
        may,
        takes,
    }
}

use May::*;
use Takes::*;

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row(Market, "deposit", Anyone, Collateral),
    row(Market, "receive.deposit", CollateralToken, Nothing),
    row(Market, "withdraw", OwnAccount(None), Nothing),
    row(Market, "process_withdrawals", Anyone, Nothing),
    row(Market, "cancel_withdrawal", AccountOwner, Nothing),
    row(Market, "transfer", OwnAccount(None), Nothing),
    row(Market, "place_order", OwnAccount(None), Nothing),
    also(Market, "place_order", "rests, named and ending, by a delegate", OwnerOrDelegate, Nothing),
    row(Market, "cancel_order", OwnAccount(Some("NoSuchOrder")), Nothing),
    also(Market, "cancel_order", "by its name, by a delegate", OwnerOrDelegate, Nothing),
    also(Market, "cancel_order", "a trigger order", OwnAccount(Some("NoSuchTriggerOrder")), Nothing),
    row(Market, "cancel_all_orders", OwnAccount(None), Nothing),
    also(Market, "cancel_all_orders", "1 order, by a delegate", OwnerOrDelegate, Nothing),
    row(Market, "batch", OwnAccount(None), Nothing),
    also(Market, "batch", "cancels 1, places 1, by a delegate", OwnerOrDelegate, Nothing),
    row(Market, "remove_orders", Anyone, Nothing),
    row(Market, "place_trigger_order", OwnAccount(None), Nothing),
    also(Market, "place_trigger_order", "named and ending, by a delegate", OwnerOrDelegate, Nothing),
    row(Market, "execute_trigger_order", Anyone, Nothing),
    row(Market, "set_delegate", OwnAccount(None), Nothing),
    row(Market, "remove_delegate", OwnAccount(Some("NotDelegate")), Nothing),
    row(Market, "liquidate", Anyone, Nothing),
    row(Market, "deleverage", Anyone, Nothing),
    row(Market, "accrue_funding", Anyone, Nothing),
    row(Market, "flush", Anyone, Nothing),
    row(Market, "sync", Anyone, Nothing),
    row(Market, "set_risk_level", InsuranceFund, Nothing),
    row(Market, "list_market", Owner, Nothing),
    row(Market, "update_market", Owner, Nothing),
    row(Market, "update_oracle", Owner, Nothing),
    row(Market, "update_parameters", Owner, Nothing),
    row(Market, "set_insurance_fund", Owner, Nothing),
    also(Market, "update_market", "a loosening one waits", Owner, Nothing),
    row(Market, "set_freeze", Owner, Nothing),
    row(Market, "apply_change", Anyone, Nothing),
    row(Market, "cancel_change", Owner, Nothing),
    row(Market, "settle_market", Anyone, Nothing),
    row(Market, "settle", Anyone, Nothing),
    row(Market, "delist_market", Anyone, Nothing),
    row(Market, "repay_deficit", Anyone, Collateral),
    row(Market, "receive.repay_deficit", CollateralToken, Nothing),
    row(Market, "pay_fees", Owner, Nothing),
    row(Market, "update_ownership.transfer_ownership", Owner, Nothing),
    row(Market, "update_ownership.accept_ownership", Heir, Nothing),
    row(Market, "update_ownership.renounce_ownership", Nobody("RenounceRefused"), Nothing),

    row(Fund, "top_up", MarketContract("MarketNotRegistered"), CollateralOrNothing),
    also(Fund, "top_up", "a report without coins", MarketContract("MarketNotRegistered"), CollateralOrNothing),
    also(Fund, "top_up", "to a reserve", Anyone, Collateral),
    also(Fund, "top_up", "a donation", Anyone, Collateral),
    row(Fund, "receive.top_up", CollateralToken, Nothing),
    row(Fund, "receive.stake", CollateralToken, Nothing),
    row(Fund, "receive.commit_emergency", CollateralToken, Nothing),
    row(Fund, "claim_shortfall", PaysTheMarket, CollateralOrNothing),
    row(Fund, "sync", Anyone, Nothing),
    row(Fund, "poke", Anyone, Nothing),
    row(Fund, "stake", Anyone, Collateral),
    row(Fund, "request_exit", Staker("Risk(NotEnoughShares"), Nothing),
    row(Fund, "cancel_exit", Staker("NoExit"), Nothing),
    row(Fund, "complete_exit", Staker("NoExit"), Nothing),
    row(Fund, "transfer", Staker("Share(Std(Overflow"), Nothing),
    row(Fund, "send", Staker("Share(Std(Overflow"), Nothing),
    row(Fund, "increase_allowance", Anyone, Nothing),
    row(Fund, "decrease_allowance", Staker("Share(Std(NotFound"), Nothing),
    row(Fund, "transfer_from", Spender("Share(NoAllowance)"), Nothing),
    row(Fund, "send_from", Spender("Share(NoAllowance)"), Nothing),
    row(Fund, "commit_emergency", Treasury, Collateral),
    row(Fund, "request_emergency_withdrawal", Treasury, Nothing),
    row(Fund, "withdraw_emergency", Treasury, Nothing),
    row(Fund, "appoint_treasury", Owner, Nothing),
    row(Fund, "register_market", Owner, Nothing),
    row(Fund, "update_market", Owner, Nothing),
    row(Fund, "update_parameters", Owner, Nothing),
    row(Fund, "appoint_surplus_recipient", Owner, Nothing),
    row(Fund, "apply_change", Anyone, Nothing),
    row(Fund, "cancel_change", Owner, Nothing),
    row(Fund, "pay_surplus", Anyone, Nothing),
    row(Fund, "update_ownership.transfer_ownership", Owner, Nothing),
    row(Fund, "update_ownership.accept_ownership", Heir, Nothing),
    row(Fund, "update_ownership.renounce_ownership", Nobody("RenounceRefused"), Nothing),

    row(PriceFeed, "push_prices", Feeder, Nothing),
    row(PriceFeed, "set_feed", Owner, Nothing),
    row(PriceFeed, "remove_feed", Owner, Nothing),
    row(PriceFeed, "set_adverse_delay", Owner, Nothing),
    row(PriceFeed, "apply_change", Anyone, Nothing),
    row(PriceFeed, "cancel_change", Owner, Nothing),
    row(PriceFeed, "update_ownership.transfer_ownership", Owner, Nothing),
    row(PriceFeed, "update_ownership.accept_ownership", Heir, Nothing),
    row(PriceFeed, "update_ownership.renounce_ownership", Nobody("RenounceRefused"), Nothing),

    row(Governance, "propose", Member("NoPower"), NoDeposit),
    also(Governance, "propose", "with a deposit", Member("NoPower"), Deposit),
    row(Governance, "propose_protective", Member("NoPower"), NoDeposit),
    row(Governance, "vote", Member("NoPowerAtStart"), Nothing),
    row(Governance, "execute", Anyone, Nothing),
    row(Governance, "close", Anyone, Nothing),
    row(Governance, "revert_protective", Anyone, Nothing),
    row(Governance, "cancel", Guardian, Nothing),
    row(Governance, "freeze", Guardian, Nothing),
    row(Governance, "check_messages", Nobody("CheckPassed"), Nothing),
    row(Governance, "stake", AnyoneElse("StakesItself"), Power),
    row(Governance, "receive.stake", PowerToken, Nothing),
    row(Governance, "unstake", Member("StakeTooSmall"), Nothing),
    row(Governance, "claim", Member("NothingToClaim"), Nothing),
    row(Governance, "bootstrap", Instantiator, Nothing),
    row(Governance, "update_settings", Itself, Nothing),
    row(Governance, "set_guardian", Itself, Nothing),
    row(Governance, "confirm_protective", Itself, Nothing),
    row(Governance, "run_proposal", Itself, Nothing),
    row(Governance, "check_books", Itself, Nothing),
];
