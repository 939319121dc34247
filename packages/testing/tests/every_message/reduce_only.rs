//! Rule A5: what may be done while a market is reduce-only, set by its owner or by the fund's level. Everything but
//! growing open interest: above all deposits, withdrawals, cancelling, liquidation, claims and fees.

use ballast_perp_market::ContractError;
use ballast_testing::metering::scenarios::{self, Stage, Target};
use ballast_testing::suite::Collateral;
use ballast_types::market::ExecuteMsg;
use ballast_types::{RiskLevel, RiskParameters};
use cosmwasm_std::Uint128;

/// What is refused: orders that would grow open interest.
const REFUSED: [(&str, &str); 8] = [
    ("place_order", "1 fill"),
    ("place_order", "2 fills"),
    ("place_order", "10 fills"),
    ("place_order", "1 fill, positions that are settled"),
    ("place_order", "10 fills, positions that are settled"),
    (
        "place_order",
        "1 fill, positions that are settled, asks the oracle",
    ),
    ("place_order", "1 fill at the crowd's price"),
    ("place_order", "removes 1 order of its own"),
];

fn by_the_owner(stage: &mut Stage) {
    for market in [0, 1] {
        let mut parameters = stage.suite.market_info(market).unwrap().config.parameters;
        parameters.reduce_only = true;
        stage.suite.update_market(market, parameters).unwrap();
    }
}

/// As the level critical does.
fn by_the_fund(stage: &mut Stage) {
    let markets = [0, 1].map(|market| RiskParameters {
        market,
        revision: 900_000,
        level: RiskLevel::Critical,
        reduce_only: true,
        fee_share_ppm: 1_000_000,
        premium_rate_ppm: 200_000,
        open_interest_cap: Uint128::zero(),
    });
    let msg = ExecuteMsg::SetRiskLevel {
        revision: 900_000,
        markets: markets.to_vec(),
    };
    let (market, fund) = (stage.suite.market.clone(), stage.suite.fund.clone());
    let in_office = stage.suite.config().unwrap().insurance_fund;
    if in_office == Some(fund.to_string()) {
        stage.suite.execute(&fund, &market, &msg, &[]).unwrap();
    } else {
        by_the_owner(stage);
    }
}

// A5, G3
#[test]
fn reduce_only_stops_growth_and_nothing_else() {
    for stop in [by_the_owner as fn(&mut Stage), by_the_fund] {
        let mut refused = vec![];
        for collateral in [Collateral::Native, Collateral::Cw20] {
            let mut stage = Stage::new(collateral, 2).unwrap();
            let all = scenarios::all().into_iter().filter(|one| {
                let of_market = matches!(one.target, Target::Market | Target::Fund);
                of_market && one.tokens.include(collateral)
            });
            for scenario in all {
                let mark = stage.suite.mark();
                let prepared = scenario.prepare(&mut stage).unwrap();
                stop(&mut stage);
                let result = stage.execute(&prepared);
                if REFUSED.contains(&(scenario.message, scenario.state)) {
                    let error = result.unwrap_err().downcast::<ContractError>().unwrap();
                    assert_eq!(
                        error,
                        ContractError::ReduceOnly { market: 0 },
                        "{}",
                        scenario.name()
                    );
                    refused.push(scenario.state);
                } else {
                    assert!(
                        result.is_ok(),
                        "{}: {:#}",
                        scenario.name(),
                        result.unwrap_err()
                    );
                }
                stage.suite.rewind_and_drop(mark);
            }
        }
        assert_eq!(refused, REFUSED.map(|(_, state)| state));
    }
}
