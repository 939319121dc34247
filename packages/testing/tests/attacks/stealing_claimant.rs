//! A contract that was registered as a market to steal: it claims all it can, every hour, for two months.
//!
//! The design's limits, computed here from the parameters: of the mutual reserve a tenth of its high a day, in its life at
//! most half of the mutual target; of the underwriters a tenth of their stake a week; all of it growing from nothing over
//! thirty days. That is what governance's delay and the guardian have time for. The emergency facility is not part of the
//! scene: it lends to nobody while the suite is sound, and to who reports that it is not by the same ramp
//! (`contracts/insurance-fund/tests/emergency.rs`).

use ballast_testing::suite::{claimant_parameters, fund_parameters, Collateral};
use ballast_testing::wealth::FUND;
use ballast_types::fund::{ExecuteMsg, Layer};
use ballast_types::MarketReport;
use cosmwasm_std::{to_json_binary, Addr, Uint128, WasmMsg};

use crate::scene::{spec, Contest, Money, Played, Scene, ATTACKER, COLLATERALS, UNIT};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const STAKERS: &str = "honest stakers";

/// A mutual reserve at its target.
const FULL: Money = Money {
    reserve: 100_000 * UNIT,
    mutual: 1_000_000 * UNIT,
};
const STAKED: u128 = 300_000 * UNIT;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    days: u64,
    /// Claims a day.
    claims: u64,
    /// All that is there, or as much as one day's part at a time.
    asks: u128,
}

fn claim(scene: &mut Scene, thief: &Addr, claim_id: u64, amount: u128) {
    let msg = ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "nobody".to_owned(),
        claim_id,
        amount: Uint128::new(amount),
        state: MarketReport {
            open_interest_value: Uint128::zero(),
            deficit: Uint128::zero(),
        },
        recent_risk: false,
    };
    let message = WasmMsg::Execute {
        contract_addr: scene.suite.fund.to_string(),
        msg: to_json_binary(&msg).unwrap(),
        funds: vec![],
    };
    scene.must(|suite| suite.act(thief, vec![message.into()]));
}

fn play(plan: &Plan) -> Played {
    let mut scene = Scene::with(plan.collateral, FULL, spec("A"), |builder| {
        builder.fund_parameters(fund_parameters(6))
    });
    let staker = scene.hand(STAKERS, "staker", 0);
    scene.suite.mint(&staker, STAKED).unwrap();
    scene.must(|suite| suite.stake(&staker, STAKED));
    let thief = scene.suite.deploy_actor().unwrap();
    scene.put(ATTACKER, &thief);
    let msg = ExecuteMsg::RegisterMarket {
        contract: thief.to_string(),
        market: 0,
        parameters: claimant_parameters(6),
    };
    scene.must(|suite| suite.change_fund(&msg));
    scene.start();
    let mut id = 0;
    for _ in 0..plan.days * plan.claims {
        scene.wait(DAY / plan.claims);
        id += 1;
        claim(&mut scene, &thief, id, plan.asks);
    }
    let query = ballast_types::fund::QueryMsg::Claims {
        contract: thief.to_string(),
        start_after: None,
        limit: Some(1),
    };
    let first: Vec<ballast_types::fund::ClaimRecord> = scene.suite.ask_fund(&query).unwrap();
    assert_eq!(first[0].layers[0].layer, Layer::MarketReserve);
    let (of_mutual, of_stake) = limits(plan.days);
    let figures = [
        ("limit of the mutual reserve", of_mutual),
        ("limit of the stake", of_stake),
    ];
    assert!(-scene_gain(&scene, STAKERS) <= of_stake, "{plan:?}");
    scene.end(plan, of_mutual + of_stake, &figures)
}

fn scene_gain(scene: &Scene, row: &str) -> i128 {
    scene.stock().of(row).unwrap() - STAKED as i128
}

/// What can be had in so many days: the parts of days before the thirtieth grow with them.
fn limits(days: u64) -> (i128, i128) {
    let (mutual, staked) = (FULL.mutual as i128, STAKED as i128);
    let lifetime = mutual / 2;
    let (mut of_mutual, mut of_stake) = (0, 0);
    for day in 1..=days {
        let grown = i128::from(day.min(30));
        of_mutual += mutual / 10 * grown / 30;
        of_stake += staked / 10 / 7 * grown / 30;
    }
    // A full bucket to begin with, as far as it has grown.
    let grown = i128::from(days.min(30));
    of_mutual += mutual / 10 * grown / 30;
    of_stake += staked / 10 * grown / 30;
    (of_mutual.min(lifetime * grown / 30), of_stake)
}

// S4: who is registered to steal gets what its layers' bounds allow, from nothing in the first hour.
#[test]
fn s4_a_claimant_registered_to_steal() {
    let mut contest = Contest::new("a claimant registered to steal");
    for collateral in COLLATERALS {
        for (days, claims) in [(1, 24), (7, 24), (30, 1), (60, 4)] {
            for asks in [10_000_000 * UNIT, 5_000 * UNIT] {
                let played = play(&Plan {
                    collateral,
                    days,
                    claims,
                    asks,
                });
                println!(
                    "  {days} days, {claims} claims of {} a day: {:+} of {}; the stakers {:+}, the fund {:+}",
                    asks / UNIT,
                    played.gain(),
                    played.limit,
                    played.gain_of(STAKERS),
                    played.gain_of(FUND),
                );
                contest.offer(played);
            }
        }
    }
    contest.close();
}
