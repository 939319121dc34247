//! A4, S5: with the wiring of production, every call from one contract to another is made and works, and
//! a stranger who makes the same call gets nothing.

mod support;

use ballast_perp_market::ContractError;
use ballast_testing::metering::Report;
use ballast_testing::suite::{Collateral, MarketSpec, SuiteBuilder};
use ballast_types::fund::{self, TopUp, TopUpKind};
use ballast_types::market;
use ballast_types::{MarketReport, RiskLevel, RiskParameters, Side};
use cosmwasm_std::Uint128;
use support::{id, Checked, Money, BTC, KINDS, UNIT};

fn called(report: &Report, contract: &str, kind: &str) -> u64 {
    report
        .row(contract, kind)
        .map_or(0, |row| row.calls - row.failed)
}

#[test]
fn every_call_between_contracts_is_made_and_works() {
    for collateral in KINDS {
        let mut world = Checked::new(
            collateral,
            Money {
                reserve: 1_000 * UNIT,
                mutual: 10_000 * UNIT,
            },
        );
        let (alice, bob) = (world.alice.clone(), world.bob.clone());
        world.suite.meter.set_counting(true);
        world.open_positions();
        world.must(|suite| suite.flush(0));
        // A cw20 `Send` loses the answer; the claim's, or a push, makes up for it.
        let before = world.suite.market_info(0).unwrap().risk;
        assert_eq!(before.is_some(), collateral == Collateral::Native);
        // Trading after a flush leaves fees for the claim to take along.
        world.trade(&bob, &alice, BTC / 2, "20000");
        world.trade(&alice, &bob, BTC / 2, "20000");
        world.price("18000");
        let answer = world.liquidate(&alice);
        assert_eq!(answer.paid, answer.asked);

        let report = world.suite.meter.report();
        assert!(called(&report, "price-feed", "query price_feed") > 0);
        assert_eq!(called(&report, "insurance-fund", "claim_shortfall"), 1);
        let top_ups = match collateral {
            Collateral::Native => called(&report, "insurance-fund", "top_up"),
            _ => called(&report, "insurance-fund", "receive"),
        };
        assert!(top_ups > 0);
        assert!(
            called(&report, "perp-market", "reply 1") > 0,
            "top-ups are answered"
        );
        assert_eq!(
            called(&report, "perp-market", "reply 2"),
            1,
            "the claim is answered"
        );

        // The fund's word reached the market with the claim's answer; the push only repeats it.
        let after = world.suite.market_info(0).unwrap().risk.unwrap();
        assert_eq!(after, world.suite.risk_parameters(0).unwrap());
        assert!(before.map_or(true, |before| after.revision >= before.revision));
        world.must(|suite| suite.poke());
        let report = world.suite.meter.report();
        assert_eq!(called(&report, "perp-market", "set_risk_level"), 1);
        assert!(
            called(&report, "insurance-fund", "reply 1") > 0,
            "the push is answered"
        );
        assert_eq!(world.suite.market_info(0).unwrap().risk, Some(after));
    }
}

/// What the fund tells binds at once, pushed or carried in an answer.
#[test]
fn a_lower_level_makes_the_market_reduce_only_at_once() {
    let mut world = Checked::new(
        Collateral::Native,
        Money {
            reserve: 0,
            mutual: 20_000 * UNIT,
        },
    );
    let (alice, bob) = (world.alice.clone(), world.bob.clone());
    world.open_positions();
    world.price("17500");
    let answer = world.liquidate(&alice);
    assert!(answer.paid.u128() > 0);
    // Required capital above all that is left: critical.
    let mut parameters = ballast_testing::suite::fund_parameters(6);
    parameters.required_capital_floor = Uint128::new(1_000_000 * UNIT);
    world.must(|suite| suite.update_fund_parameters(parameters));
    world.must(|suite| suite.poke());
    let told = world.suite.market_info(0).unwrap();
    assert_eq!(told.risk.map(|risk| risk.level), Some(RiskLevel::Critical));
    assert!(told.reduce_only);
    world.deposit(&alice, 10_000 * UNIT);
    world.rest(&bob, Side::Sell, BTC, "17600");
    let price = support::decimal("17600");
    let refused = world
        .step(|suite| suite.ioc(&alice, 0, 0, Side::Buy, BTC, price))
        .unwrap_err();
    assert_eq!(
        refused.downcast_ref::<ContractError>(),
        Some(&ContractError::ReduceOnly { market: 0 })
    );
}

#[test]
fn strangers_get_nothing() {
    for collateral in KINDS {
        let mut world = Checked::new(
            collateral,
            Money {
                reserve: 100 * UNIT,
                mutual: 10_000 * UNIT,
            },
        );
        let (stranger, fund, market) = (
            world.alice.clone(),
            world.suite.fund.clone(),
            world.suite.market.clone(),
        );
        // The market's role towards the fund.
        let state = MarketReport {
            open_interest_value: Uint128::MAX,
            deficit: Uint128::MAX,
        };
        let claim = fund::ExecuteMsg::ClaimShortfall {
            market: 0,
            account: "me".to_owned(),
            claim_id: 1,
            amount: Uint128::new(1_000 * UNIT),
            state: state.clone(),
            recent_risk: false,
        };
        let before = world.suite.balance(&stranger).unwrap();
        let response = world.must(|suite| suite.execute(&stranger, &fund, &claim, &[]));
        let answer: fund::ClaimAnswer = cosmwasm_std::from_json(response.data.unwrap()).unwrap();
        assert_eq!((answer.paid.u128(), answer.risk), (0, None));
        assert_eq!(world.suite.balance(&stranger).unwrap(), before);
        for kind in [TopUpKind::Fees, TopUpKind::Reserve] {
            // Not registered as a market contract, and no other's market may be reported on.
            let own = TopUp {
                contract: None,
                market: Some(0),
                kind,
                state: Some(state.clone()),
            };
            assert!(world
                .step(|suite| suite.top_up(&stranger, &own, UNIT))
                .is_err());
        }
        let told = TopUp {
            contract: Some(market.to_string()),
            market: Some(0),
            kind: TopUpKind::Reserve,
            state: Some(state),
        };
        world.must(|suite| suite.top_up(&stranger, &told, UNIT));
        assert_eq!(
            world.suite.claimant(0).unwrap().open_interest_value.u128(),
            0
        );
        assert_eq!(world.suite.claimant(0).unwrap().deficit.u128(), 0);

        // The fund's role towards the market.
        let risk = RiskParameters {
            market: 0,
            revision: u64::MAX,
            level: RiskLevel::Surplus,
            reduce_only: false,
            fee_share_ppm: 0,
            premium_rate_ppm: 0,
            open_interest_cap: Uint128::MAX,
        };
        let push = market::ExecuteMsg::SetRiskLevel {
            revision: u64::MAX,
            markets: vec![risk],
        };
        for sender in [&stranger, &world.suite.owner.clone(), &market] {
            assert!(world
                .step(|suite| suite.execute(sender, &market, &push, &[]))
                .is_err());
        }
        // The token's role towards both, and the feeders' towards the feed.
        let hook = cw20::Cw20ReceiveMsg {
            sender: stranger.to_string(),
            amount: Uint128::new(1_000 * UNIT),
            msg: cosmwasm_std::to_json_binary(&market::ReceiveMsg::Deposit { subaccount: 0 })
                .unwrap(),
        };
        let forged = market::ExecuteMsg::Receive(hook.clone());
        assert!(world
            .step(|suite| suite.execute(&stranger, &market, &forged, &[]))
            .is_err());
        let forged = fund::ExecuteMsg::Receive(hook);
        assert!(world
            .step(|suite| suite.execute(&stranger, &fund, &forged, &[]))
            .is_err());
        let update = ballast_testing::suite::PriceUpdate {
            market: 0,
            price: support::decimal("1"),
            confidence: support::decimal("0"),
            publish_time: world.suite.now(),
        };
        assert!(world
            .step(|suite| suite.push_updates_as(&stranger, &[update]))
            .is_err());
    }
}

/// A claim that is repeated by the market itself cannot be paid twice: ids only rise (S4).
#[test]
fn each_claim_has_an_id_of_its_own() {
    let mut world = Checked::from(SuiteBuilder::new().market(MarketSpec {
        reserve: 500 * UNIT,
        ..MarketSpec::btc()
    }));
    let (alice, keeper) = (world.alice.clone(), world.suite.keeper.clone());
    for round in 1..4u64 {
        world.price("20000");
        world.open_positions();
        world.price("18000");
        let answer = world.liquidate_by(&keeper, &id(&alice));
        assert!(answer.asked.u128() > 0);
        let claims = world.suite.claims().unwrap();
        assert_eq!(claims.iter().map(|claim| claim.claim_id).max(), Some(round));
    }
}
