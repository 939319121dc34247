//! Takes a step.

use anyhow::Result;
use ballast_testing::suite::{PriceUpdate, Suite};
use ballast_types::fund::{ClaimAnswer, TopUp, TopUpKind};
use ballast_types::market::{ExecuteMsg, LiquidationAnswer, PlaceOrder};
use ballast_types::{MarketReport, RiskLevel, RiskParameters};
use cosmwasm_std::{from_json, to_json_binary, Decimal, Event, Uint128};

use super::changes;
use super::predict::address_of;
use super::steps::{Step, User};
use super::world::World;

/// What a step that committed did.
pub struct Done {
    pub events: Vec<Event>,
    pub liquidation: Option<LiquidationAnswer>,
}

impl Done {
    fn events(events: Vec<Event>) -> Self {
        Self {
            events,
            liquidation: None,
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
        } => {
            let msg = ExecuteMsg::CancelAllOrders {
                owner: (by != user).then(|| user_at(user).to_string()),
                subaccount: *sub,
                market: *market,
                trigger_orders: false,
            };
            world.tell_market(*by, &msg)?
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
            return Ok(Done::events(world.suite.ask_for(&change)?.events));
        }
        Step::ApplyChange { id } => world.suite.apply_change(*id)?,
        Step::CancelChange { id } => world.suite.cancel_change(*id)?,
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
            return Ok(Done {
                events: done.events,
                liquidation: Some(done.answer),
            });
        }
        Step::Deleverage {
            by,
            user,
            sub,
            market,
        } => {
            let (by, id) = (user_at(by), Suite::account_id(&user_at(user), *sub));
            let done = world.suite.deleverage(&by, &id, *market)?;
            return Ok(Done {
                events: done.events,
                liquidation: Some(done.answer),
            });
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
        Step::Poke => world.suite.poke()?,
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
            world.suite.set_insurance_fund(fund.as_ref())?
        }
        Step::FundBehaves { behaviour } => {
            let fund = world.hostile_fund.clone();
            world.suite.set_fund_behaviour(&fund, behaviour.clone())?
        }
        Step::UseOracle { market, hostile } => {
            let suite = &mut world.suite;
            let oracle = if *hostile {
                world.hostile_oracle.clone()
            } else {
                suite.price_feed.clone()
            };
            suite.set_oracle(*market, &oracle)?
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
            let mut parameters = world.market(*market).config.parameters;
            parameters.reduce_only = *on;
            world.suite.update_market(*market, parameters)?
        }
        Step::PayFees { market, amount } => {
            let owner = world.suite.owner.clone();
            world.suite.pay_fees(*market, &owner, *amount)?
        }
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

fn trespass(world: &mut World, user: User, what: u8) -> Result<Done> {
    let user = world.users[user].clone();
    let (market, fund) = (world.suite.market.clone(), world.suite.fund.clone());
    let response = match what % 4 {
        0 => {
            let msg = ExecuteMsg::SetInsuranceFund {
                insurance_fund: None,
            };
            world.suite.execute(&user, &market, &msg, &[])?
        }
        1 => {
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
        2 => {
            let hook = cw20::Cw20ReceiveMsg {
                sender: user.to_string(),
                amount: Uint128::new(1),
                msg: to_json_binary(&ballast_types::market::ReceiveMsg::Deposit { subaccount: 0 })?,
            };
            world
                .suite
                .execute(&user, &market, &ExecuteMsg::Receive(hook), &[])?
        }
        _ => {
            let claim = ballast_types::fund::ExecuteMsg::ClaimShortfall {
                market: 0,
                account: "mine".to_owned(),
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
