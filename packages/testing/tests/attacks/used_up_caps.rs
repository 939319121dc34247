//! The caps of a block used up by one's own liquidations, so that somebody else's has to wait.
//!
//! The hand lets accounts of its own go bankrupt and liquidates them first in every block, until the market's cap
//! of that block is gone. The design's limit is time: its own notional over the cap, in blocks. What the price does
//! meanwhile the fund bears, so that the caps have to be wide against the open interest. The hand gains nothing
//! beyond what its own accounts lack when they are closed.

use ballast_testing::suite::{market_parameters, Collateral};
use ballast_testing::wealth::FUND;
use cosmwasm_std::{Addr, Uint128};

use crate::scene::{
    cents, id, spec, Contest, Played, Scene, ATTACKER, COLLATERALS, MAKERS, RICH, UNIT, WINNERS,
};

/// Somebody whose liquidation waits.
const VICTIM: &str = "waiting loser";

/// Base units of the honest loser, and of each of the attacker's.
const SIZE: u128 = 20;

#[derive(Clone, Copy, Debug)]
struct Plan {
    collateral: Collateral,
    /// The attacker's losers.
    own: u32,
    /// Whole units that the market may liquidate in a block.
    cap: u128,
    /// Hundredths by which the price falls each block from 9,400.
    falls: u128,
}

fn play(plan: &Plan) -> Played {
    let mut market = spec("A");
    let mut parameters = market_parameters(6);
    parameters.market_block_notional = Uint128::new(plan.cap * UNIT);
    market.parameters = Some(parameters);
    let mut scene = Scene::with(plan.collateral, RICH, market, |builder| builder);
    let size = SIZE * UNIT;
    let notional = 100 * size;
    let margin = notional / 20 + notional / 500;
    let honest = scene.hand(WINNERS, "honest winner", 100 * notional);
    let maker = scene.hand(MAKERS, "maker", 100 * notional);
    let waiting = scene.hand(VICTIM, "waiting loser", margin);
    let winner = scene.hand(ATTACKER, "winner", 20 * notional);
    let own: Vec<Addr> = (0..plan.own)
        .map(|number| scene.hand(ATTACKER, &format!("own loser {number}"), margin))
        .collect();
    scene.trade(&maker, &honest, size, cents(10_100));
    scene.trade(&waiting, &honest, size, cents(10_000));
    scene.start();
    for loser in &own {
        scene.trade(loser, &winner, size, cents(10_000));
    }
    scene.wait(61);
    let (mut price, mut blocks, mut lacking, mut bet) = (9_400, 0, 0, 0);
    scene.move_to(cents(price), 6);
    while scene.size(&waiting) != 0 && blocks < 60 {
        // First in the block, as often as the caps allow.
        for loser in &own {
            let before = scene.lacking(loser);
            if scene.size(loser) != 0 && scene.liquidate(&id(loser)).is_ok() {
                lacking += before - scene.lacking(loser);
            }
        }
        scene.liquidate(&id(&waiting)).unwrap();
        blocks += 1;
        // A winner whose loser is closed is a bet on the price like any other.
        let net: i128 = own.iter().chain([&winner]).map(|one| scene.size(one)).sum();
        bet += (-net * i128::try_from(plan.falls).unwrap() / 100).max(0);
        price -= plan.falls;
        scene.move_to(cents(price), 6);
    }
    assert_eq!(scene.size(&waiting), 0, "{plan:?}");
    for loser in &own {
        assert_eq!(scene.size(loser), 0, "they came first: {plan:?}");
    }
    let figures = [
        ("lacking of its own", lacking),
        ("won on the price alone", bet),
        ("blocks until the other was closed", blocks),
    ];
    scene.end(plan, lacking + bet + 2 * i128::from(plan.own), &figures)
}

// G3, S4: own bankruptcies hold another's liquidation up for as many blocks as they fill, and no longer.
#[test]
fn g3_block_caps_used_up_by_own_liquidations() {
    let mut contest = Contest::new("block caps used up by own liquidations");
    for collateral in COLLATERALS {
        for falls in [0, 20] {
            for (own, cap) in [(0, 2_000), (5, 20_000), (5, 2_000), (5, 500)] {
                let played = play(&Plan {
                    collateral,
                    own,
                    cap,
                    falls,
                });
                let blocks = played.figure("blocks until the other was closed");
                let all = i128::from(own + 1) * 2_000;
                let most = all / i128::try_from(cap).unwrap() + i128::from(own) + 2;
                println!(
                    "  {own} own losers, cap {cap} a block, falling {falls}: {blocks} blocks, fund {:+}, attacker {:+}",
                    played.gain_of(FUND),
                    played.gain(),
                );
                assert!(blocks <= most, "{blocks} of {most}: {played}");
                contest.offer(played);
            }
        }
    }
    contest.close();
}
