//! What a step must lead to, from what can be asked before it.
//!
//! Everything is predicted exactly but few regions: an order that passes every check of its own may still
//! fail on margin, open interest or the number of orders, depending on what it trades against. There the
//! error must hold up against what can be asked ([`Expect::Order`]), orders with ample margin must pass,
//! and what an accepted order leaves is checked by `judge`.

pub mod margin;
pub mod money;
pub mod orders;
pub mod prices;

use ballast_administration::pending::PendingError;
use ballast_insurance_fund::ContractError as FundError;
use ballast_perp_market::ContractError;
use ballast_price_feed::ContractError as FeedError;
use ballast_types::fund::TopUpKind;
use cosmwasm_std::{Addr, Uint128};

use super::step::{FundChoice, Step, Trespass, User};
use super::world::World;
use super::{
    changes, claimants, emergency, feeds, freeze, government, life, ownership, shares, staking,
    triggers, waiting,
};

/// What must happen.
#[derive(Debug)]
pub enum Expect {
    /// It commits.
    Ok,
    /// The market refuses with exactly this.
    Market(ContractError),
    /// The fund refuses with exactly this.
    Fund(FundError),
    /// The price feed refuses with exactly this.
    Feed(FeedError),
    /// Governance refuses with an error of this name.
    Governance(&'static str),
    /// A contract that governance told something refuses.
    Told,
    /// Refused with a text that contains this.
    Text(&'static str),
    /// The token or the bank refuses.
    Transfer,
    /// A change whose time has come: it commits, or does not fit what is in force by now.
    Applied,
    /// Parameters that contradict each other.
    Contradiction,
    /// An order that passes its own checks: commits, or fails for a reason that holds up.
    Order {
        /// Has so much margin, and so few orders, that it must pass.
        ample: bool,
    },
    /// The order of a trigger order that is due: as an order, or nothing of it could be traded.
    Triggered {
        /// Base atoms.
        wanted: Uint128,
    },
    /// One of these.
    OneOf(Vec<Expect>),
}

pub fn expected(world: &World, step: &Step) -> Expect {
    let suite = &world.suite;
    match step {
        Step::Deposit { user, amount, .. } => {
            money::transfer(world, &world.users[*user], &suite.market, *amount, true)
        }
        Step::Withdraw { user, sub, amount } => money::withdraw(world, *user, *sub, *amount),
        Step::Place {
            by,
            user,
            sub,
            order,
        } => orders::acts(world, *by, *user, *sub)
            .unwrap_or_else(|| orders::place(world, *user, *sub, order)),
        Step::Cancel { by, user, sub, id } => {
            orders::acts(world, *by, *user, *sub).unwrap_or_else(|| match world.owner_of(id) {
                Some(owner) if owner == (*user, *sub) => Expect::Ok,
                _ => Expect::Market(ContractError::NoSuchOrder { id: *id }),
            })
        }
        Step::CancelNamed { user, sub, name } => orders::acts(world, *user, *user, *sub)
            .unwrap_or_else(|| {
                let client_order_id = Uint128::new(*name);
                if orders::named(world, *user, *sub, *name) {
                    Expect::Ok
                } else {
                    Expect::Market(ContractError::NoSuchClientOrder { client_order_id })
                }
            }),
        Step::CancelAll { by, user, sub, .. } => {
            orders::acts(world, *by, *user, *sub).unwrap_or(Expect::Ok)
        }
        Step::CancelNothing { .. } => Expect::Market(ContractError::AmbiguousReference {}),
        Step::Batch {
            by,
            user,
            sub,
            cancel,
            place,
        } => orders::batch(world, (*by, *user, *sub), cancel, place),
        Step::RemoveOrders { orders, .. } => orders::remove_orders(world, orders),
        Step::Trigger(step) => triggers::expected(world, step),
        Step::ProcessWithdrawals { .. } => Expect::Ok,
        Step::CancelWithdrawal { user, id } => money::cancel_withdrawal(world, *user, *id),
        Step::Transfer {
            user,
            from,
            to,
            amount,
        } => money::transfer_between(world, *user, *from, *to, *amount),
        Step::AskChange {
            market,
            field,
            value,
        } => changes::expected(world, *market, *field, *value),
        Step::AskExchangeChange { row, value } => {
            changes::expected_of_exchange(world, *row, *value)
        }
        Step::ApplyChange { id } => changes::expected_to_apply(world, *id),
        Step::CancelChange { id } => {
            let waiting = suite.pending_changes().unwrap();
            if waiting.iter().any(|change| change.id == *id) {
                Expect::Ok
            } else {
                Expect::Market(ContractError::Pending(PendingError::NoSuchChange {
                    found: *id,
                }))
            }
        }
        Step::SetDelegate {
            user,
            sub,
            delegate,
            secs,
        } => orders::set_delegate(world, *user, *sub, *delegate, *secs),
        Step::RemoveDelegate {
            user,
            sub,
            delegate,
        } => orders::acts(world, *user, *user, *sub).unwrap_or_else(|| {
            let known = world.delegates(*user, *sub);
            if known.iter().any(|(one, _)| one == delegate) {
                return Expect::Ok;
            }
            orders::not_delegate(world, *user, *sub, *delegate)
        }),
        Step::Liquidate {
            user, sub, market, ..
        } => margin::liquidate(world, *user, *sub, *market, false),
        Step::Deleverage {
            user, sub, market, ..
        } => margin::liquidate(world, *user, *sub, *market, true),
        Step::Accrue { market } => match world.existing(*market) {
            Ok(_) => Expect::Ok,
            Err(error) => Expect::Market(error),
        },
        Step::SyncMarket | Step::SyncFund | Step::Poke { registered: true } => Expect::Ok,
        Step::Poke { registered: false } => {
            let contract = world.nobody.to_string();
            Expect::Fund(FundError::ContractNotRegistered { contract })
        }
        Step::Flush { .. } if world.fund_in_use().is_none() => {
            Expect::Market(ContractError::NoInsuranceFund {})
        }
        Step::Flush { market } => match world.existing(*market) {
            Ok(_) => Expect::Ok,
            Err(error) => Expect::Market(error),
        },
        Step::BareSend {
            user,
            to_fund,
            amount,
        } => {
            let to = if *to_fund { &suite.fund } else { &suite.market };
            money::transfer(world, &world.users[*user], to, *amount, false)
        }
        Step::TopUp {
            user,
            kind,
            amount,
            market,
        } => {
            let sent = money::transfer(world, &world.users[*user], &suite.fund, *amount, true);
            match (sent, kind) {
                (Expect::Ok, TopUpKind::Fees) => Expect::Text("fees"),
                // A market may be listed and its registration wait, or never have been asked for.
                (Expect::Ok, TopUpKind::Reserve)
                    if claimants::registered(world, *market).is_none() =>
                {
                    Expect::Fund(FundError::MarketNotRegistered {
                        contract: suite.market.to_string(),
                        market: *market,
                    })
                }
                (other, _) => other,
            }
        }
        Step::Price { .. } | Step::PriceOfOneFeeder { .. } => prices::price(world, step),
        Step::Advance { .. }
        | Step::SetFund { .. }
        | Step::FundBehaves { .. }
        | Step::OracleBehaves { .. }
        | Step::TokenBehaves { .. } => Expect::Ok,
        Step::ReduceOnly { market, .. } => match world.active_market(*market) {
            Ok(_) => Expect::Ok,
            Err(error) => Expect::Market(error),
        },
        Step::Feed(step) => feeds::expected(world, step),
        Step::Ownership(step) => ownership::expected(world, *step),
        Step::Freeze { by, secs } => freeze::expected(world, *by, *secs),
        Step::Stake(step) => staking::expected(world, *step),
        Step::Share(step) => shares::expected(world, *step),
        Step::Emergency(step) => emergency::expected(world, *step),
        Step::Waiting(step) => waiting::expected(world, *step),
        Step::Claimant(step) => claimants::expected(world, step),
        Step::Life(step) => life::expected(world, step),
        Step::Govern(step) => government::expected(world, step),
        Step::UseOracle { market, hostile } => prices::oracle(world, *market, *hostile),
        Step::PayFees { market, amount } => money::pay_fees(world, *market, *amount),
        Step::Trespass { user, what } => trespass(world, *user, *what),
    }
}

fn trespass(world: &World, user: User, what: Trespass) -> Expect {
    match what {
        Trespass::SetInsuranceFund => Expect::Text("not the contract's current owner"),
        Trespass::SetRiskLevel => Expect::Market(ContractError::Unauthorized {
            expected: world.fund_in_use().unwrap_or_else(|| "nobody".to_owned()),
            found: world.users[user].to_string(),
        }),
        Trespass::Receive => Expect::Text("collateral"),
        Trespass::Claim => Expect::Ok,
        Trespass::LongClaim => Expect::Fund(FundError::AccountTooLong {
            expected: 128,
            found: LONG_ACCOUNT,
        }),
    }
}

/// Bytes of an account that is too long for a claim.
pub const LONG_ACCOUNT: usize = 129;

/// That `FundChoice` stays in step with what the test can set.
pub fn address_of(world: &World, choice: FundChoice) -> Option<Addr> {
    match choice {
        FundChoice::Real => Some(world.suite.fund.clone()),
        FundChoice::Hostile => Some(world.hostile_fund.clone()),
        FundChoice::None => None,
        FundChoice::Nobody => Some(world.nobody.clone()),
    }
}
