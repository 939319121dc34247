//! Rule A1: every message by every kind of caller.

use ballast_perp_market::state::{Account, ACCOUNTS, ACCOUNT_NUMBERS};
use ballast_testing::messages;
use ballast_testing::metering::scenarios::{Prepared, Target};
use ballast_testing::suite::Collateral;

use crate::stage::{message, value, variant, Caller, Who, World, CONTRACTS};
use crate::table::{May, Row, ROWS};

const COLLATERALS: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

// A1: the list is the enums'
#[test]
fn every_message_is_in_the_table() {
    for target in CONTRACTS {
        let names = messages::executes(target);
        let listed: Vec<&Row> = ROWS.iter().filter(|row| row.target == target).collect();
        for name in &names {
            assert!(
                listed.iter().any(|row| row.message == name),
                "{} has a message `{name}` that is not in the access matrix",
                target.as_str()
            );
        }
        for row in listed {
            assert!(
                names.iter().any(|name| name == row.message),
                "{} has no message `{}`",
                target.as_str(),
                row.message
            );
        }
    }
}

// A1, A2, A4: each cell is executed
#[test]
fn every_message_by_every_caller() {
    let mut wrong: Vec<String> = vec![];
    let mut cells = 0;
    for collateral in COLLATERALS {
        let mut world = World::new(collateral);
        for row in ROWS {
            let mark = world.stage.suite.mark();
            if let Some(prepared) = world.prepare(row, collateral) {
                for caller in world.callers.clone() {
                    cells += 1;
                    let found = play(&mut world, row, &prepared, &caller);
                    let expected = expected(row, caller.who);
                    if found != expected {
                        wrong.push(format!(
                            "{} {} {:?}, {collateral:?}, by {:?}: expected {expected:?}, found {found:?}",
                            row.target.as_str(),
                            row.message,
                            row.state,
                            caller.who
                        ));
                    }
                }
            }
            world.stage.suite.rewind_and_drop(mark);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{cells} cells of {} rows", ROWS.len());
    assert!(cells > 1_000);
}

/// What a cell came to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Accepted,
    /// And the caller got coins from the contract.
    Paid,
    Refused(String),
}

fn refused(error: &str) -> Outcome {
    Outcome::Refused(error.to_owned())
}

fn expected(row: &Row, who: Who) -> Outcome {
    let only = |may: bool, error: &str| {
        if may {
            Outcome::Accepted
        } else {
            refused(error)
        }
    };
    match row.may {
        May::Anyone => Outcome::Accepted,
        May::Nobody(error) => refused(error),
        May::AnyoneElse(error) => only(who != Who::Owner, error),
        May::Owner => only(who == Who::Owner, "Ownership(NotOwner)"),
        // Governance owns everything.
        May::Itself => only(who == Who::Owner, "OnlyGovernance"),
        May::Member(error) => only(who == Who::Member, error),
        May::Guardian => only(who == Who::Guardian, "NotGuardian"),
        May::Instantiator => only(who == Who::Instantiator, "BootstrapLocked"),
        May::PowerToken => only(who == Who::PowerToken, "WrongToken"),
        May::Heir => only(who == Who::Heir, "Ownership(NotPendingOwner)"),
        May::InsuranceFund => only(who == Who::InsuranceFund, "Unauthorized"),
        May::MarketContract(error) => only(who == Who::MarketContract, error),
        May::PaysTheMarket if who == Who::MarketContract => Outcome::Paid,
        May::PaysTheMarket => Outcome::Accepted,
        May::Feeder => only(who == Who::Feeder, "NotAFeeder"),
        May::Treasury => only(who == Who::Treasury, "NotTreasury"),
        May::Staker(error) => only(who == Who::Staker, error),
        May::Spender(error) => only(who == Who::Spender, error),
        May::CollateralToken => only(
            who == Who::CollateralToken,
            match row.target {
                Target::Market => "WrongCollateral",
                _ => "WrongToken",
            },
        ),
        May::OwnAccount(error) => match who {
            Who::AccountOwner => Outcome::Accepted,
            Who::OtherUser => error.map_or(Outcome::Accepted, refused),
            _ => refused("NoSuchAccount"),
        },
        May::AccountOwner => only(who == Who::AccountOwner, "Unauthorized"),
        May::OwnerOrDelegate => only(
            matches!(who, Who::AccountOwner | Who::Delegate),
            "NotDelegate",
        ),
    }
}

/// Sends the prepared message as the caller. Where it is accepted from somebody for their own account, the account
/// that was meant must be as before.
fn play(world: &mut World, row: &Row, prepared: &Prepared, caller: &Caller) -> Outcome {
    let message = Prepared {
        sender: caller.address.clone(),
        ..prepared.clone()
    };
    let meant = matches!(row.may, May::OwnAccount(_)) && caller.who != Who::AccountOwner;
    let (before, mark) = (account(world), world.stage.suite.mark());
    let result = world.stage.send(&message);
    let after = account(world);
    world.stage.suite.rewind_and_drop(mark);
    if meant {
        assert_eq!(before, after, "{} by {:?}", row.message, caller.who);
    }
    match result {
        Err(error) => match variant(&error) {
            Ok(error) => Outcome::Refused(error),
            Err(other) => Outcome::Refused(other.to_string()),
        },
        Ok(_) if matches!(row.may, May::PaysTheMarket) => {
            let (_, gain) = world.play(&message).unwrap();
            if gain > 0 {
                Outcome::Paid
            } else {
                Outcome::Accepted
            }
        }
        Ok(_) => Outcome::Accepted,
    }
}

/// The account that messages for an account mean.
fn account(world: &World) -> Option<Account> {
    let storage = world.stage.suite.market_storage();
    let owner = world.address(Who::AccountOwner);
    let number = ACCOUNT_NUMBERS
        .may_load(storage.as_ref(), (&owner, 0))
        .unwrap()?;
    Some(ACCOUNTS.load(storage.as_ref(), number).unwrap())
}

// A1, F2: a hook from anybody but the collateral, where the collateral is native too
#[test]
fn no_token_is_believed_where_the_collateral_is_native() {
    let mut of_cw20 = World::new(Collateral::Cw20);
    let mut native = World::new(Collateral::Native);
    for row in ROWS
        .iter()
        .filter(|row| matches!(row.may, May::CollateralToken | May::PowerToken))
    {
        let mark = of_cw20.stage.suite.mark();
        let prepared = of_cw20.prepare(row, Collateral::Cw20).unwrap();
        of_cw20.stage.suite.rewind_and_drop(mark);
        let contract = native.contract(row.target);
        for caller in native.callers.clone() {
            let message = message(&caller.address, &contract, &value(&prepared.msg));
            let error = native.play(&message).unwrap_err();
            let expected = match row.target {
                Target::Market => "WrongCollateral",
                _ => "WrongToken",
            };
            assert_eq!(variant(&error).unwrap(), expected, "{:?}", caller.who);
        }
    }
}
