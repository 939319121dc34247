//! Takes a step.

use anyhow::Result;
use ballast_testing::metering::scenarios::Target;
use ballast_testing::suite::{Answered, PriceUpdate, Suite};
use ballast_types::fund::{ClaimAnswer, TopUp, TopUpKind};
use ballast_types::market::{
    BatchAnswer, BatchOrder, Change, ExecuteMsg, LiquidationAnswer, PlaceOrder,
    ProcessWithdrawalsAnswer, RemoveOrdersAnswer, SettleAnswer,
};
use ballast_types::{MarketReport, RiskLevel, RiskParameters};
use cosmwasm_std::{from_json, to_json_binary, Decimal, Event, Uint128};

use super::predict::{address_of, LONG_ACCOUNT};
use super::step::{Order, Step, Trespass, User};
use super::triggers::TriggerStep;
use super::world::World;
use super::{
    changes, claimants, emergency, feeds, freeze, government, life, ownership, shares, staking,
    triggers, waiting,
};

/// What a step that committed did.
pub struct Done {
    pub events: Vec<Event>,
    pub answer: Answer,
}

/// What it answered, where that is looked at.
#[derive(Debug)]
pub enum Answer {
    None,
    Batch(BatchAnswer),
    Liquidation(LiquidationAnswer),
    Processed(ProcessWithdrawalsAnswer),
    Removed(RemoveOrdersAnswer),
    Settled(SettleAnswer),
    /// Whose trigger order was executed.
    Triggered {
        user: User,
        sub: u32,
    },
}

impl Done {
    pub fn events(events: Vec<Event>) -> Self {
        Self {
            events,
            answer: Answer::None,
        }
    }

    pub fn answered<T>(done: Answered<T>, answer: impl FnOnce(T) -> Answer) -> Self {
        Self {
            events: done.events,
            answer: answer(done.answer),
        }
    }
}

pub fn apply(world: &mut World, step: &Step) -> Result<Done> {
    let user_at = |user: &User| world.users[*user].clone();
    let response = match step {
        Step::Deposit { user, sub, amount } => {
            let user = user_at(user);
            world.suite.deposit(&user, *sub, *amount)?
        }
        Step::Withdraw { user, sub, amount } => {
            let user = user_at(user);
            world.suite.withdraw(&user, *sub, *amount)?
        }
        Step::Place {
            by,
            user,
            sub,
            order,
        } => {
            let (sender, owner) = (user_at(by), user_at(user));
            let message = PlaceOrder {
                owner: (by != user).then(|| owner.to_string()),
                subaccount: *sub,
                market: order.market,
                side: order.side,
                size: Uint128::new(order.size),
                order_type: order.order_type,
                reduce_only: order.reduce_only,
                client_order_id: order.name.map(Uint128::new),
            };
            let placed = world.suite.place_order(&sender, &message)?;
            return Ok(Done::events(placed.events));
        }
        Step::Cancel { by, user, sub, id } => {
            let msg = ExecuteMsg::CancelOrder {
                owner: (by != user).then(|| user_at(user).to_string()),
                subaccount: *sub,
                order_id: Some(*id),
                trigger_order_id: None,
                client_order_id: None,
            };
            world.tell_market(*by, &msg)?
        }
        Step::CancelNamed { user, sub, name } => {
            let msg = ExecuteMsg::CancelOrder {
                owner: None,
                subaccount: *sub,
                order_id: None,
                trigger_order_id: None,
                client_order_id: Some(Uint128::new(*name)),
            };
            world.tell_market(*user, &msg)?
        }
        Step::CancelAll {
            by,
            user,
            sub,
            market,
            trigger_orders,
        } => {
            let msg = ExecuteMsg::CancelAllOrders {
                owner: (by != user).then(|| user_at(user).to_string()),
                subaccount: *sub,
                market: *market,
                trigger_orders: *trigger_orders,
            };
            world.tell_market(*by, &msg)?
        }
        Step::CancelNothing { user, sub } => {
            let msg = ExecuteMsg::CancelOrder {
                owner: None,
                subaccount: *sub,
                order_id: None,
                trigger_order_id: None,
                client_order_id: None,
            };
            world.tell_market(*user, &msg)?
        }
        Step::Batch {
            by,
            user,
            sub,
            cancel,
            place,
        } => {
            let msg = ExecuteMsg::Batch {
                owner: (by != user).then(|| user_at(user).to_string()),
                subaccount: *sub,
                cancel: cancel.clone(),
                place: place.iter().map(batch_order).collect(),
            };
            let response = world.tell_market(*by, &msg)?;
            let answer = from_json(response.data.clone().unwrap_or_default())?;
            return Ok(Done {
                events: response.events,
                answer: Answer::Batch(answer),
            });
        }
        Step::RemoveOrders { by, orders } => {
            let by = user_at(by);
            let done = world.suite.remove_orders(&by, orders)?;
            return Ok(Done::answered(done, Answer::Removed));
        }
        Step::Trigger(step) => return trigger(world, step),
        Step::ProcessWithdrawals { limit } => {
            let keeper = world.suite.keeper.clone();
            let done = world.suite.process_withdrawals(&keeper, *limit)?;
            return Ok(Done::answered(done, Answer::Processed));
        }
        Step::CancelWithdrawal { user, id } => {
            let user = user_at(user);
            world.suite.cancel_withdrawal(&user, *id)?
        }
        Step::Transfer {
            user,
            from,
            to,
            amount,
        } => {
            let user = user_at(user);
            world.suite.transfer(&user, *from, *to, *amount)?;
            return Ok(Done::events(vec![]));
        }
        Step::AskChange {
            market,
            field,
            value,
        } => {
            let change = changes::asked(world, *market, *field, *value);
            let asked = world.as_owner(Target::Market, |suite| suite.ask_for(&change))?;
            return Ok(Done::events(asked.events));
        }
        Step::AskExchangeChange { row, value } => {
            let parameters = changes::asked_of_exchange(world, *row, *value);
            let change = Change::UpdateParameters { parameters };
            let asked = world.as_owner(Target::Market, |suite| suite.ask_for(&change))?;
            return Ok(Done::events(asked.events));
        }
        Step::ApplyChange { id } => world.suite.apply_change(*id)?,
        Step::CancelChange { id } => {
            world.as_owner(Target::Market, |suite| suite.cancel_change(*id))?
        }
        Step::SetDelegate {
            user,
            sub,
            delegate,
            secs,
        } => {
            let msg = ExecuteMsg::SetDelegate {
                subaccount: *sub,
                delegate: user_at(delegate).to_string(),
                expires_at: world.suite.now() + secs,
            };
            world.tell_market(*user, &msg)?
        }
        Step::RemoveDelegate {
            user,
            sub,
            delegate,
        } => {
            let msg = ExecuteMsg::RemoveDelegate {
                subaccount: *sub,
                delegate: user_at(delegate).to_string(),
            };
            world.tell_market(*user, &msg)?
        }
        Step::Liquidate {
            by,
            user,
            sub,
            market,
        } => {
            let (by, id) = (user_at(by), Suite::account_id(&user_at(user), *sub));
            let done = world.suite.liquidate(&by, &id, *market)?;
            return Ok(Done::answered(done, Answer::Liquidation));
        }
        Step::Deleverage {
            by,
            user,
            sub,
            market,
        } => {
            let (by, id) = (user_at(by), Suite::account_id(&user_at(user), *sub));
            let done = world.suite.deleverage(&by, &id, *market)?;
            return Ok(Done::answered(done, Answer::Liquidation));
        }
        Step::Accrue { market } => world.suite.accrue(*market)?,
        Step::Flush { market } => world.suite.flush(*market)?,
        Step::SyncMarket => {
            let user = user_at(&0);
            world.suite.sync_market(&user)?
        }
        Step::SyncFund => {
            let user = user_at(&0);
            world.suite.sync_fund(&user)?
        }
        Step::Poke { registered: true } => world.suite.poke()?,
        Step::Poke { registered: false } => {
            let (user, fund) = (user_at(&0), world.suite.fund.clone());
            let msg = ballast_types::fund::ExecuteMsg::Poke {
                contract: world.nobody.to_string(),
            };
            world.suite.execute(&user, &fund, &msg, &[])?
        }
        Step::BareSend {
            user,
            to_fund,
            amount,
        } => {
            let user = user_at(user);
            let suite = &mut world.suite;
            let to = if *to_fund {
                suite.fund.clone()
            } else {
                suite.market.clone()
            };
            suite.bare_send(&user, &to, *amount)?
        }
        Step::TopUp {
            user,
            kind,
            market,
            amount,
        } => {
            let user = user_at(user);
            let contract = Some(world.suite.market.to_string());
            let market = (*kind != TopUpKind::Donation).then_some(*market);
            let top_up = TopUp {
                contract,
                market,
                kind: *kind,
                state: None,
            };
            world.suite.top_up(&user, &top_up, *amount)?
        }
        Step::Price {
            market,
            ppm,
            conf_ppm,
        } => {
            let update = update(world, *market, *ppm, *conf_ppm);
            world.suite.push_updates(&[update])?;
            return Ok(Done::events(vec![]));
        }
        Step::PriceOfOneFeeder { market, ppm } => {
            let update = update(world, *market, *ppm, 0);
            let feeder = world.suite.feeders[0].clone();
            world.suite.push_updates_as(&feeder, &[update])?
        }
        Step::Advance { secs } => {
            world.suite.advance(*secs);
            return Ok(Done::events(vec![]));
        }
        Step::SetFund { choice } => {
            let fund = address_of(world, *choice);
            world.as_owner(Target::Market, |suite| {
                suite.set_insurance_fund(fund.as_ref())
            })?
        }
        Step::FundBehaves { behaviour } => {
            let fund = world.hostile_fund.clone();
            world.suite.set_fund_behaviour(&fund, behaviour.clone())?
        }
        Step::UseOracle { market, hostile } => {
            let oracle = if *hostile {
                world.hostile_oracle.clone()
            } else {
                world.suite.price_feed.clone()
            };
            world.as_owner(Target::Market, |suite| suite.set_oracle(*market, &oracle))?
        }
        Step::OracleBehaves { market, behaviour } => {
            let oracle = world.hostile_oracle.clone();
            world
                .suite
                .set_oracle_behaviour(&oracle, *market, behaviour.clone())?
        }
        Step::TokenBehaves { behaviour } => {
            if world.suite.token().is_none() {
                return Ok(Done::events(vec![]));
            }
            let response = world.suite.set_token_behaviour(behaviour.clone())?;
            world.token = behaviour.clone();
            response
        }
        Step::ReduceOnly { market, on } => {
            let mut parameters = world.parameters(*market);
            parameters.reduce_only = *on;
            world.as_owner(Target::Market, |suite| {
                suite.update_market(*market, parameters)
            })?
        }
        Step::PayFees { market, amount } => {
            let to = world.suite.owner.clone();
            world.as_owner(Target::Market, |suite| {
                suite.pay_fees(*market, &to, *amount)
            })?
        }
        Step::Feed(step) => feeds::apply(world, step)?,
        Step::Ownership(step) => ownership::apply(world, *step)?,
        Step::Freeze { by, secs } => freeze::apply(world, *by, *secs)?,
        Step::Stake(step) => staking::apply(world, *step)?,
        Step::Share(step) => shares::apply(world, *step)?,
        Step::Emergency(step) => emergency::apply(world, *step)?,
        Step::Waiting(step) => waiting::apply(world, *step)?,
        Step::Claimant(step) => claimants::apply(world, step)?,
        Step::Life(step) => return life::apply(world, step),
        Step::Govern(step) => government::apply(world, step)?,
        Step::Trespass { user, what } => return trespass(world, *user, *what),
    };
    Ok(Done::events(response.events))
}

fn update(world: &World, market: u32, ppm: u64, conf_ppm: u64) -> PriceUpdate {
    let price = world.moved_price(market, ppm);
    PriceUpdate {
        market,
        price,
        confidence: price * Decimal::from_ratio(conf_ppm, 1_000_000u64),
        publish_time: world.suite.now(),
    }
}

fn batch_order(order: &Order) -> BatchOrder {
    BatchOrder {
        market: order.market,
        side: order.side,
        size: Uint128::new(order.size),
        order_type: order.order_type,
        reduce_only: order.reduce_only,
        client_order_id: order.name.map(Uint128::new),
    }
}

fn trigger(world: &mut World, step: &TriggerStep) -> Result<Done> {
    let owner = match step {
        TriggerStep::Execute { id, .. } => world.trigger_owner(id),
        _ => None,
    };
    let response = triggers::apply(world, step)?;
    Ok(Done {
        events: response.events,
        answer: owner.map_or(Answer::None, |(user, sub)| Answer::Triggered { user, sub }),
    })
}

fn trespass(world: &mut World, user: User, what: Trespass) -> Result<Done> {
    let user = world.users[user].clone();
    let (market, fund) = (world.suite.market.clone(), world.suite.fund.clone());
    let response = match what {
        Trespass::SetInsuranceFund => {
            let msg = ExecuteMsg::SetInsuranceFund {
                insurance_fund: None,
            };
            world.suite.execute(&user, &market, &msg, &[])?
        }
        Trespass::SetRiskLevel => {
            let risk = RiskParameters {
                market: 0,
                revision: u64::MAX,
                level: RiskLevel::Surplus,
                reduce_only: false,
                fee_share_ppm: 0,
                premium_rate_ppm: 0,
                open_interest_cap: Uint128::MAX,
            };
            let msg = ExecuteMsg::SetRiskLevel {
                revision: u64::MAX,
                markets: vec![risk],
            };
            world.suite.execute(&user, &market, &msg, &[])?
        }
        Trespass::Receive => {
            let hook = cw20::Cw20ReceiveMsg {
                sender: user.to_string(),
                amount: Uint128::new(1),
                msg: to_json_binary(&ballast_types::market::ReceiveMsg::Deposit { subaccount: 0 })?,
            };
            world
                .suite
                .execute(&user, &market, &ExecuteMsg::Receive(hook), &[])?
        }
        Trespass::Claim | Trespass::LongClaim => {
            let account = if what == Trespass::Claim {
                "mine".to_owned()
            } else {
                "m".repeat(LONG_ACCOUNT)
            };
            let claim = ballast_types::fund::ExecuteMsg::ClaimShortfall {
                market: 0,
                account,
                claim_id: u64::MAX,
                amount: Uint128::new(1_000_000),
                state: MarketReport {
                    open_interest_value: Uint128::MAX,
                    deficit: Uint128::MAX,
                },
                recent_risk: false,
            };
            let response = world.suite.execute(&user, &fund, &claim, &[])?;
            let answer: ClaimAnswer = from_json(response.data.clone().unwrap_or_default())?;
            assert!(answer.paid.is_zero() && answer.risk.is_none());
            response
        }
    };
    Ok(Done::events(response.events))
}
