//! Rule A5: what may be done while withdrawals are gated, and while a market is being settled. The lists of what is
//! refused are whole: everything else commits.

use std::collections::BTreeSet;

use ballast_perp_market::state::{Interval, GATE, MARKETS};
use ballast_perp_market::ContractError;
use ballast_testing::metering::scenarios::{Stage, Target};
use ballast_types::market::{ExecuteMsg, Settling};
use cosmwasm_std::Uint128;

use crate::for_each;

/// Message, and how the error begins.
type Refusals = BTreeSet<(String, String)>;

/// What messages of the market or the fund are refused with, where they are, once something has happened before them.
fn refused_after(happens: fn(&mut Stage)) -> Refusals {
    let mut refused = Refusals::new();
    for_each(|stage, scenario, prepared| {
        if !matches!(scenario.target, Target::Market | Target::Fund) {
            return;
        }
        happens(stage);
        if let Err(error) = stage.execute(&prepared) {
            let error = match error.downcast::<ContractError>() {
                Ok(error) => format!("{error:?}"),
                Err(other) => panic!("{}: {other:#}", scenario.name()),
            };
            let kind = error.split([' ', '{', '(']).next().unwrap_or_default();
            refused.insert((scenario.message.to_owned(), kind.to_owned()));
        }
    });
    refused
}

fn list(expected: &[(&str, &str)]) -> Refusals {
    let pairs = expected.iter();
    pairs
        .map(|(message, error)| ((*message).to_owned(), (*error).to_owned()))
        .collect()
}

/// The gate is shut for everybody: there is a deficit besides.
fn gate_shuts(stage: &mut Stage) {
    let (market, now) = (stage.suite.market.clone(), stage.suite.now());
    let mut storage = stage.suite.app.contract_storage_mut(&market);
    let mut gate = GATE.load(storage.as_ref()).unwrap();
    gate.deficit += Uint128::one();
    gate.shut.push(Interval {
        from: now,
        to: now + 3_600,
    });
    GATE.save(storage.as_mut(), &gate).unwrap();
}

/// Both markets that traders are in have been settled for an hour, at their last price.
fn markets_settle(stage: &mut Stage) {
    let since = stage.suite.now() - 3_600;
    for id in [0, 1] {
        let price = stage.suite.market_info(id).unwrap().price.unwrap().price;
        let market = stage.suite.market.clone();
        let mut storage = stage.suite.app.contract_storage_mut(&market);
        let mut config = MARKETS.load(storage.as_ref(), id).unwrap();
        config.settling.get_or_insert(Settling { price, since });
        MARKETS.save(storage.as_mut(), id, &config).unwrap();
    }
}

// A5, F4: a shut gate stops money that leaves the exchange, and nothing else: margin can be added, positions closed,
// liquidated and deleveraged, fees sent, exits of the fund go on.
#[test]
fn a5_a_shut_gate_stops_withdrawals_and_nothing_else() {
    assert_eq!(
        refused_after(gate_shuts),
        list(&[("withdraw", "WithdrawalsGated")])
    );
}

/// The owner has frozen it.
fn exchange_freezes(stage: &mut Stage) {
    let (owner, market) = (stage.suite.owner.clone(), stage.suite.market.clone());
    let msg = ExecuteMsg::SetFreeze {
        until: stage.suite.now() + 3_600,
    };
    stage.suite.execute(&owner, &market, &msg, &[]).unwrap();
}

// A5, G3: a freeze stops orders that take more risk and money taken out of an account with a position; closing,
// liquidation, claims, fees, deposits, settling and the fund's stakers go on.
#[test]
fn a5_a_freeze_stops_more_risk_and_nothing_else() {
    let expected = ["withdraw", "transfer", "place_order"].map(|message| (message, "Frozen"));
    let mut found = refused_after(exchange_freezes);
    // The scenario of the message itself asks for a longer one.
    assert!(found.remove(&("set_freeze".to_owned(), "FreezeTooEarly".to_owned())));
    assert_eq!(found, list(&expected));
}

// A5, O3: what is being settled takes no orders and no changes; money comes and goes, liquidation goes on.
#[test]
fn a5_settling_stops_trade_and_changes_and_nothing_else() {
    let expected = [
        "place_order",
        "place_trigger_order",
        "execute_trigger_order",
        "update_market",
        "update_oracle",
        "apply_change",
    ]
    .map(|message| (message, "MarketSettling"));
    assert_eq!(refused_after(markets_settle), list(&expected));
}
