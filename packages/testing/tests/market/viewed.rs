//! A market that is only looked at is not written; one that is written after all is written whole.

use ballast_perp_market::state::MARKET_STATES;
use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use ballast_types::{RiskLevel, RiskParameters, Side};
use cosmwasm_std::Addr;

use crate::world::{free, price, World, UNIT};

fn told(world: &mut World, fund: &Addr, level: RiskLevel, premium_rate_ppm: u32) {
    let known = world.suite.market_info(0).unwrap().risk;
    let revision = known.map_or(1, |known| known.revision + 1);
    let risk = RiskParameters {
        market: 0,
        revision,
        level,
        reduce_only: false,
        fee_share_ppm: 250_000,
        premium_rate_ppm,
        open_interest_cap: (10_000_000 * UNIT).into(),
    };
    let msg = ExecuteMsg::SetRiskLevel {
        revision,
        markets: vec![risk],
    };
    let market = world.suite.market.clone();
    world.suite.execute(fund, &market, &msg, &[]).unwrap();
    world.check();
}

fn stored_deficit(world: &World) -> u128 {
    let storage = world.suite.market_storage();
    let state = MARKET_STATES.load(storage.as_ref(), 0).unwrap();
    state.deficit.u128()
}

/// A market with a premium of 100 % a year and a fund whose claims fail. The loser lacks 100 and gates, and has a subaccount
/// with a position and money; what it was liquidated with waits.
fn gating_loser() -> (World, Addr) {
    let mut world = World::with(|builder| builder.market(free("A")));
    let fund = world
        .suite
        .deploy_hostile_fund(FundBehaviour::pays(0))
        .unwrap();
    world.suite.mint(&fund, 10_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let loser = world.user("loser", 1_100 * UNIT);
    world.suite.transfer(&loser, 0, 1, 1_000 * UNIT).unwrap();
    world.check();
    let winner = world.user("winner", 100_000 * UNIT);
    {
        // As in `gate::a_deficit_shuts_it_for_everybody_until_it_is_repaid`.
        let [long, weak, bridge] =
            [("long", 100), ("weak", 51), ("bridge", 1_000)].map(|(n, a)| world.user(n, a * UNIT));
        world.open(&bridge, &weak, 10 * UNIT, "100");
        world.open(&long, &bridge, 10 * UNIT, "100");
        world.suite.advance(100);
        world.move_to("80");
        let free = world.suite.account(&weak, 0).unwrap().free_collateral;
        world.suite.withdraw(&weak, 0, free.u128()).unwrap();
        world.check();
        for _ in 0..4 {
            if world.size(&long) != 0 {
                world.liquidate(&long).unwrap();
                world.suite.advance(5);
                world.suite.push_price(0, price("80")).unwrap();
            }
        }
        assert!(stored_deficit(&world) > 0, "there is a deficit");
        world.move_to("100");
    }
    world.open(&loser, &winner, 10 * UNIT, "100");
    world
        .suite
        .limit(&winner, 0, 0, Side::Sell, 10 * UNIT, price("100"))
        .unwrap();
    world
        .suite
        .ioc(&loser, 1, 0, Side::Buy, 10 * UNIT, price("100"))
        .unwrap();
    world.check();
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    world.suite.set_fund_behaviour(&fund, failing).unwrap();
    told(&mut world, &fund, RiskLevel::Healthy, 1_000_000);
    world.suite.advance(100);
    world.move_to("75");
    let answer = world.liquidate(&loser).unwrap().answer;
    assert_eq!(answer.status, LiquidationStatus::ClaimPending);
    // A minute is sampled, the price is asked for, and then two seconds pass.
    world.suite.advance(600 - world.suite.now() % 60);
    world.suite.push_price(0, price("75")).unwrap();
    world.suite.accrue(0).unwrap();
    world.check();
    world.suite.advance(2);
    (world, loser)
}

/// S2, S4: `Exchange::view_market` takes what accrued as stored, because nobody will write the market; but a transfer to an
/// account that gates settles that account in the same market, which does. Where the premium repaid a deficit the gate never
/// hears of it (`Changes::save` compares with what was taken as stored): its deficit never is zero again, and whoever has held
/// no position for an hour is gated with all others from then on.
#[test]
fn a_deficit_that_a_transfer_repays_is_repaid_at_the_gate_too() {
    let (mut world, loser) = gating_loser();
    let deficit = stored_deficit(&world);
    world.suite.transfer(&loser, 1, 0, UNIT).unwrap();
    let left = stored_deficit(&world);
    assert!(left < deficit, "the premium repaid a part");
    let gate = world.suite.withdrawal_gate(None).unwrap();
    assert_eq!(gate.deficit.u128(), left);
}

/// The same seen by somebody who never traded: no market has a deficit any more, and still the gate is shut for it.
#[test]
fn who_never_traded_is_not_gated_once_the_deficit_is_repaid() {
    let (mut world, loser) = gating_loser();
    let idle = world.suite.new_user("idle", 1_000 * UNIT).unwrap();
    world.suite.deposit(&idle, 0, 500 * UNIT).unwrap();
    world.suite.transfer(&loser, 1, 0, UNIT).unwrap();
    let left = stored_deficit(&world);
    world.suite.repay_deficit(&idle, 0, left).unwrap();
    assert_eq!(stored_deficit(&world), 0);
    let withdrawn = world.suite.withdraw(&idle, 0, UNIT);
    let gate = world.suite.withdrawal_gate(None).unwrap();
    assert!(withdrawn.is_ok(), "{:#}; {gate:?}", withdrawn.unwrap_err());
}
