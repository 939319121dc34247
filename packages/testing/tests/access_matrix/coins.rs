//! Rule F1: every message with every kind of coins.

use ballast_testing::metering::scenarios::{Prepared, Target};
use ballast_testing::suite::{Collateral, GOVERNANCE_COIN};
use cosmwasm_std::{coin, Coin};

use crate::stage::{message, value, variant, World, FALSE_COINS};
use crate::table::{May, Row, Takes, ROWS};

/// Coins attached where the collateral is native.
fn cases(world: &World) -> Vec<(&'static str, Vec<Coin>)> {
    let right = |amount| world.stage.suite.funds(amount);
    let both = |denom: &str| {
        let mut coins = right(7);
        coins.push(coin(7, denom));
        coins.sort_by(|a, b| a.denom.cmp(&b.denom));
        coins
    };
    let mut cases = vec![
        ("no coins", vec![]),
        ("one atom", right(1)),
        ("the right coin", right(1_000_000)),
        ("the right coin and another", both("uusd")),
        ("the right coin and its namesake", both("UUSDC")),
        ("the right coin twice", [right(3), right(4)].concat()),
    ];
    cases.push(("what governance stakes", vec![coin(5, GOVERNANCE_COIN)]));
    cases.extend(FALSE_COINS.map(|denom| ("a false coin", vec![coin(1_000_000, denom)])));
    cases
}

/// The error, or none where these coins are taken.
fn expected(row: &Row, coins: &[Coin]) -> Option<String> {
    let right = |coin: &Coin| coin.denom == "uusdc";
    let deposit = coin(1_000_000, "uusdc");
    let error = match (row.takes, coins) {
        (Takes::Power, [one]) if one.denom == GOVERNANCE_COIN => return None,
        (Takes::Power, _) => "WrongToken",
        (Takes::Deposit, [one]) if *one == deposit => return None,
        (Takes::Deposit, _) => "WrongDeposit",
        (_, []) if row.takes != Takes::Collateral => return None,
        (Takes::NoDeposit, _) => "WrongDeposit",
        (Takes::Collateral | Takes::CollateralOrNothing, [one]) if right(one) => return None,
        (Takes::Nothing, _) => match row.target {
            Target::Fund => "NoFundsExpected",
            _ => "Payment(NonPayable",
        },
        (_, coins) if row.target == Target::Market => match coins {
            [] => "Payment(NoFunds",
            [_] => "Payment(MissingDenom",
            _ => "Payment(MultipleDenoms",
        },
        _ => "WrongFunds",
    };
    Some(error.to_owned())
}

// F1, F2: with every kind of coins, the collateral's namesakes among them
#[test]
fn every_message_with_every_kind_of_coins() {
    let mut wrong: Vec<String> = vec![];
    let mut cells = 0;
    let mut world = World::new(Collateral::Native);
    let cases = cases(&world);
    for row in ROWS {
        if matches!(row.may, May::Nobody(_)) {
            continue;
        }
        let mark = world.stage.suite.mark();
        if let Some(prepared) = world.prepare(row, Collateral::Native) {
            for (name, coins) in &cases {
                cells += 1;
                for coin in coins {
                    let suite = &mut world.stage.suite;
                    suite.mint_coin(&prepared.sender, coin.clone()).unwrap();
                }
                let message = Prepared {
                    funds: coins.clone(),
                    ..prepared.clone()
                };
                let found = world
                    .play(&message)
                    .err()
                    .map(|error| variant(&error).unwrap_or_else(|other| other.to_string()));
                let expected = expected(row, coins);
                let same = match (&found, &expected) {
                    (Some(found), Some(expected)) => found.starts_with(expected),
                    (found, expected) => found == expected,
                };
                if !same {
                    wrong.push(format!(
                        "{} {} {:?} with {name} {coins:?}: expected {expected:?}, found {found:?}",
                        row.target.as_str(),
                        row.message,
                        row.state
                    ));
                }
            }
        }
        world.stage.suite.rewind_and_drop(mark);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{cells} cells");
    assert!(cells > 300);
}

// F1: where the collateral is a cw20 no message takes a coin, not even of the same name
#[test]
fn no_message_takes_coins_where_the_collateral_is_a_cw20() {
    let mut world = World::new(Collateral::Cw20);
    let mut native = World::new(Collateral::Native);
    for row in ROWS {
        if matches!(row.may, May::Nobody(_)) {
            continue;
        }
        let mark = world.stage.suite.mark();
        let prepared = match world.prepare(row, Collateral::Cw20) {
            Some(prepared) => prepared,
            // A message for native coins: the same JSON, by the same sender.
            None => {
                let mark = native.stage.suite.mark();
                let prepared = native.prepare(row, Collateral::Native).unwrap();
                native.stage.suite.rewind_and_drop(mark);
                let contract = world.contract(row.target);
                message(&prepared.sender, &contract, &value(&prepared.msg))
            }
        };
        let coins = vec![coin(1_000_000, "uusdc")];
        world
            .stage
            .suite
            .mint_coin(&prepared.sender, coins[0].clone())
            .unwrap();
        let message = Prepared {
            funds: coins,
            ..prepared
        };
        let error = variant(&world.play(&message).unwrap_err()).unwrap();
        let accepted: &[&str] = match (row.target, row.takes) {
            (Target::Fund, Takes::Collateral) => &["NativeNotAccepted"],
            (Target::Fund, _) => &["NoFundsExpected", "NativeNotAccepted"],
            (Target::Market, Takes::Collateral) => &["WrongCollateral"],
            (_, Takes::Power) => &["WrongToken"],
            (_, Takes::Deposit | Takes::NoDeposit) => &["WrongDeposit"],
            _ => &["Payment(NonPayable"],
        };
        assert!(
            accepted.iter().any(|accepted| error.starts_with(accepted)),
            "{} {} {:?}: {error}",
            row.target.as_str(),
            row.message,
            row.state
        );
        world.stage.suite.rewind_and_drop(mark);
    }
}
