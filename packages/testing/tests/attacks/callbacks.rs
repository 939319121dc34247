//! A receiver that calls back in the middle: the token, the fund, or a trader who is a contract acts again
//! while a message of the market is under way, and does it in every order that a seed gives.
//!
//! The attacker is a contract with three subaccounts and a second address. With the price where it was, any
//! sequence gains nothing; after a jump, no more than was lacking.

use ballast_testing::hostile::actor;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::suite::{Collateral, NewOrder, Suite};
use ballast_types::market::{ExecuteMsg, OrderType, ReceiveMsg, TimeInForce};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{to_json_binary, Addr, CosmosMsg, Decimal, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::scene::{
    cents, Contest, Money, Played, Scene, ATTACKER, MAKERS, POOR, RICH, UNIT, WINNERS,
};

const SEEDS: u64 = 60;

#[derive(Clone, Copy, Debug)]
struct Plan {
    seed: u64,
    money: Money,
    /// Price after the jump, hundredths; 10,000: none.
    to: u128,
}

fn execute(contract: &Addr, msg: &impl cosmwasm_schema::serde::Serialize) -> CosmosMsg {
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(msg).unwrap(),
        funds: vec![],
    }
    .into()
}

fn order(
    subaccount: u32,
    side: Side,
    size: u128,
    price: Decimal,
    time_in_force: TimeInForce,
) -> NewOrder {
    NewOrder {
        subaccount,
        market: 0,
        side,
        size,
        order_type: OrderType::Limit {
            price,
            time_in_force,
        },
        reduce_only: false,
    }
}

/// Something that the attacker does in its own name.
fn deed(rng: &mut ChaCha8Rng, suite: &Suite, attacker: &Addr) -> CosmosMsg {
    let market = &suite.market;
    let subaccount = rng.gen_range(0..3);
    let account = AccountId {
        owner: attacker.to_string(),
        subaccount: rng.gen_range(0..3),
    };
    let amount = Uint128::new(rng.gen_range(1..200) * UNIT);
    let price = cents(rng.gen_range(9_300..10_100));
    let msg = match rng.gen_range(0..10) {
        0..=2 => ExecuteMsg::Withdraw { subaccount, amount },
        3 | 4 => {
            let size = rng.gen_range(1..500) * 10_000;
            let side = if rng.gen() { Side::Buy } else { Side::Sell };
            let time_in_force = if rng.gen() {
                TimeInForce::GoodTilCancelled
            } else {
                TimeInForce::ImmediateOrCancel
            };
            ExecuteMsg::PlaceOrder(order(subaccount, side, size, price, time_in_force).message())
        }
        5 => ExecuteMsg::CancelAllOrders {
            owner: None,
            subaccount,
            market: None,
            trigger_orders: false,
        },
        6 => ExecuteMsg::Liquidate { account, market: 0 },
        7 => ExecuteMsg::Flush { market: 0 },
        8 => ExecuteMsg::Sync {},
        _ => {
            let hook = to_json_binary(&ReceiveMsg::Deposit { subaccount }).unwrap();
            let send = Cw20ExecuteMsg::Send {
                contract: market.to_string(),
                amount,
                msg: hook,
            };
            return execute(suite.token().unwrap(), &send);
        }
    };
    execute(market, &msg)
}

/// What the token sends at its next transfer: the attacker acts.
fn calls_back(rng: &mut ChaCha8Rng, suite: &Suite, attacker: &Addr) -> TokenBehaviour {
    let msgs = (0..rng.gen_range(1..4))
        .map(|_| {
            let msgs = vec![deed(rng, suite, attacker)];
            execute(attacker, &actor::ExecuteMsg::Act { msgs })
        })
        .collect();
    TokenBehaviour::CallsBack { msgs }
}

fn play(plan: &Plan) -> Played {
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut scene = Scene::new(Collateral::HostileCw20, plan.money);
    let honest = scene.hand(WINNERS, "honest winner", 20_000 * UNIT);
    let maker = scene.hand(MAKERS, "maker", 20_000 * UNIT);
    let other = scene.hand(ATTACKER, "other address", 5_000 * UNIT);
    let attacker = scene.suite.deploy_actor().unwrap();
    scene.put(ATTACKER, &attacker);
    scene.suite.mint(&attacker, 3_000 * UNIT).unwrap();
    scene.trade(&maker, &honest, 10 * UNIT, cents(10_100));
    for (subaccount, amount) in [(0, 60), (1, 1_000), (2, 300)] {
        let hook = to_json_binary(&ReceiveMsg::Deposit { subaccount }).unwrap();
        let send = Cw20ExecuteMsg::Send {
            contract: scene.suite.market.to_string(),
            amount: Uint128::new(amount * UNIT),
            msg: hook,
        };
        let deposit = execute(scene.suite.token().unwrap(), &send);
        scene.must(|suite| suite.act(&attacker, vec![deposit]));
    }
    // Two-sided quotes of an honest maker.
    scene
        .rest(&maker, Side::Buy, 5 * UNIT, cents(9_990))
        .unwrap();
    scene
        .rest(&maker, Side::Sell, 5 * UNIT, cents(10_010))
        .unwrap();
    scene.wait(1);
    scene.start();
    // Subaccount 0 long and the other address short, a bankruptcy in waiting.
    scene
        .rest(&other, Side::Sell, 10 * UNIT, cents(10_000))
        .unwrap();
    let taken = TimeInForce::ImmediateOrCancel;
    let buy = order(0, Side::Buy, 10 * UNIT, cents(10_000), taken).message();
    let buy = ExecuteMsg::PlaceOrder(buy);
    let buy = execute(&scene.suite.market, &buy);
    scene.must(|suite| suite.act(&attacker, vec![buy]));
    scene.wait(61);
    if plan.to != 10_000 {
        scene.move_to(cents(plan.to), 5);
    }
    let lacking: i128 = (0..3)
        .filter_map(|subaccount| scene.suite.account(&attacker, subaccount).ok())
        .map(|account| (-account.equity.i128()).max(0))
        .sum();
    let stale = if plan.to == 10_000 {
        0
    } else {
        // The honest maker's bid was not moved in time.
        5 * i128::try_from((9_990 - plan.to) * UNIT / 100).unwrap()
    };
    let (mut went, mut refused) = (0, 0);
    for _ in 0..20 {
        let behaviour = calls_back(&mut rng, &scene.suite, &attacker);
        scene.suite.set_token_behaviour(behaviour).unwrap();
        let act = deed(&mut rng, &scene.suite, &attacker);
        match scene.step(|suite| suite.act(&attacker, vec![act])) {
            Ok(_) => went += 1,
            Err(_) => refused += 1,
        }
    }
    scene
        .suite
        .set_token_behaviour(TokenBehaviour::Honest)
        .unwrap();
    scene.crank();
    let figures = [
        ("lacking", lacking),
        ("a stale quote's loss", stale),
        ("messages that went through", went),
        ("refused", refused),
    ];
    scene.end(plan, lacking + stale, &figures)
}

// E1, F3: whatever is done in the middle of a transfer, the hand ends with no more.
#[test]
fn e1_receivers_that_call_back() {
    for to in [10_000, 9_400, 8_500] {
        let mut contest = Contest::new("a token that has the attacker call back");
        for seed in 0..SEEDS {
            for money in [POOR, RICH] {
                contest.offer(play(&Plan { seed, money, to }));
            }
        }
        contest.close();
    }
}
