//! A slash with 10 and with 10,000 stakers reads and writes the same records (G1).
#![allow(missing_docs)]

use anyhow::Result;
use ballast_testing::invariants::check_invariants;
use ballast_testing::metering::Counts;
use ballast_testing::suite::{FundSeed, SuiteBuilder};
use ballast_types::fund::{ClaimantParameters, ExecuteMsg};
use ballast_types::MarketReport;
use cosmwasm_std::Uint128;

fn cost_of_a_slash(stakers: u32) -> Result<(Counts, String)> {
    let mut suite = SuiteBuilder::new().seed(FundSeed { mutual: 0 }).build()?;
    let (owner, fund) = (suite.owner.clone(), suite.fund.clone());
    // A claimant of our own: any registered address may claim.
    let register = ExecuteMsg::RegisterMarket {
        contract: owner.to_string(),
        market: 0,
        parameters: ClaimantParameters {
            risk_weight_ppm: 20_000,
            open_interest_cap: Uint128::new(1_000_000),
            reserve_target: Uint128::zero(),
            isolated: false,
        },
    };
    suite.change_fund(&register)?;
    // The same stake in all, so that numbers are as long.
    let each = 10_000_000_000 / u128::from(stakers);
    for staker in 0..stakers {
        let staker = suite.new_user(&format!("staker{staker}"), each)?;
        suite.stake(&staker, each)?;
    }
    suite.meter.set_counting(true);
    suite.meter.reset();
    let claim = ExecuteMsg::ClaimShortfall {
        market: 0,
        account: "somebody".to_owned(),
        claim_id: 1,
        amount: Uint128::new(500_000_000),
        state: MarketReport {
            open_interest_value: Uint128::zero(),
            deficit: Uint128::zero(),
        },
        recent_risk: false,
    };
    let response = suite.execute(&owner, &fund, &claim, &[])?;
    let taken = response
        .events
        .iter()
        .find(|event| ballast_types::events::is(event, ballast_types::events::fund::SLASH))
        .and_then(|event| ballast_types::events::attribute(event, "amount"))
        .unwrap_or_default()
        .to_owned();
    let report = suite.meter.report();
    let counts = report
        .rows
        .iter()
        .find(|row| row.kind.contains("claim_shortfall"))
        .map(|row| row.total)
        .unwrap_or_default();
    suite.meter.set_counting(false);
    check_invariants(&suite)?;
    Ok((counts, taken))
}

#[test]
fn a_slash_costs_the_same_with_10_and_with_10_000_stakers() -> Result<()> {
    let (few, taken_of_few) = cost_of_a_slash(10)?;
    let (many, taken_of_many) = cost_of_a_slash(10_000)?;
    assert_eq!(
        (&*taken_of_few, &*taken_of_many),
        ("500000000", "500000000")
    );
    assert!(few.reads > 5 && few.writes >= 3, "{few:?}");
    assert_eq!(few, many);
    println!("a slash: {few:?}, {} gas", few.gas());
    Ok(())
}
