//! Claims that fail for a position that is gone by then.

use ballast_testing::hostile::fund::{ExecuteMsg as HostileFund, FundBehaviour, Reaction};
use ballast_testing::suite::{market_parameters, Collateral, Suite};
use ballast_types::market::{ExecuteMsg, LiquidationStatus};
use ballast_types::{AccountId, Side};
use cosmwasm_std::Addr;

use crate::world::{price, spec, World, UNIT};

fn id(user: &Addr) -> AccountId {
    AccountId {
        owner: user.to_string(),
        subaccount: 0,
    }
}

/// With a cw20 the fees go ahead of the claim, so that the position may be gone when the claim fails: here the fund liquidates it
/// when it gets the fees, pays for that, and fails at the claim that was under way.
fn closed_before_its_claim_fails() -> (World, Addr, Addr) {
    let mut world = World::with(|builder| {
        let mut parameters = market_parameters(6);
        parameters.liquidation_max_portion_ppm = 1_000_000;
        let mut spec = spec("A");
        spec.parameters = Some(parameters);
        builder.collateral(Collateral::Cw20).market(spec)
    });
    let fund = world
        .suite
        .deploy_hostile_fund(FundBehaviour::pays(1_000_000))
        .unwrap();
    world.suite.mint(&fund, 10_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let long = world.user("long", 100 * UNIT + 500_000);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(100);
    world.move_to("80");
    let liquidate = ExecuteMsg::Liquidate {
        account: id(&long),
        market: 0,
    };
    let fails = FundBehaviour::claims(Reaction::Errors { bytes: 5 });
    let reenter = vec![
        Suite::call(&world.suite.market, &liquidate).unwrap(),
        Suite::call(&fund, &HostileFund::SetBehaviour(fails)).unwrap(),
    ];
    let behaviour = FundBehaviour {
        reenter,
        ..FundBehaviour::pays(1_000_000)
    };
    world.suite.set_fund_behaviour(&fund, behaviour).unwrap();
    let keeper = world.suite.keeper.clone();
    let done = world.suite.liquidate(&keeper, &id(&long), 0).unwrap();
    assert_eq!(world.size(&long), 0, "{:?}", done.answer);
    (world, long, short)
}

/// M1 (a failure path leaves no temporary state): the failure is recorded for a position that is gone, and nothing takes it away.
/// `Conclusion::save` leaves it to `Changes::save`, which sees only positions that the reply itself closed.
#[test]
fn a_claim_that_failed_for_a_closed_position_leaves_nothing_behind() {
    let (world, _, _) = closed_before_its_claim_fails();
    let pending = world.suite.pending_claims().unwrap();
    assert!(pending.is_empty(), "{pending:?}");
}

/// G3, design 6: what was left behind counts for the next position there: the first claim that fails for it deleverages at once,
/// as if it had been failing for a minute.
#[test]
fn the_next_position_is_not_deleveraged_at_its_first_failed_claim() {
    let (mut world, long, short) = closed_before_its_claim_fails();
    world.suite.mint(&long, 100 * UNIT).unwrap();
    world.suite.deposit(&long, 0, 100 * UNIT).unwrap();
    let short_again = [
        world
            .suite
            .limit(&short, 0, 0, Side::Sell, 10 * UNIT, price("80"))
            .map(|_| ()),
        world
            .suite
            .ioc(&long, 0, 0, Side::Buy, 10 * UNIT, price("80"))
            .map(|_| ()),
    ];
    assert!(short_again.iter().all(Result::is_ok), "{short_again:?}");
    world.suite.advance(100);
    world.suite.push_price(0, price("60")).unwrap();
    let before = world.size(&short);
    let keeper = world.suite.keeper.clone();
    let answer = world
        .suite
        .liquidate(&keeper, &id(&long), 0)
        .unwrap()
        .answer;
    assert_eq!(answer.status, LiquidationStatus::ClaimPending, "{answer:?}");
    assert_eq!(world.size(&short), before, "nobody was deleveraged");
}
