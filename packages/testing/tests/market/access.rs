//! Who may send what, with which coins.

use ballast_perp_market::ContractError;
use ballast_types::market::{ExecuteMsg, OrderId, OrderType, PlaceOrder};
use ballast_types::{AccountId, Side};
use cosmwasm_std::{coin, Uint64};
use cw_ownable::{Action, OwnershipError};
use cw_utils::{Expiration, PaymentError};

use crate::world::{refused, uint, World, UNIT};

fn owner_messages(world: &World) -> Vec<ExecuteMsg> {
    let info = world.suite.market_info(0).unwrap();
    vec![
        ExecuteMsg::ListMarket(info.config.clone()),
        ExecuteMsg::UpdateMarket {
            market: 0,
            parameters: info.config.parameters.clone(),
        },
        ExecuteMsg::UpdateOracle {
            market: 0,
            oracle: info.config.oracle,
        },
        ExecuteMsg::UpdateParameters {
            parameters: world.suite.config().unwrap().parameters,
        },
        ExecuteMsg::SetInsuranceFund {
            insurance_fund: None,
        },
        ExecuteMsg::CancelChange { id: 1 },
        ExecuteMsg::PayFees {
            market: Some(0),
            recipient: world.suite.owner.to_string(),
            amount: uint(1),
        },
    ]
}

// A1
#[test]
fn only_the_owner_configures() {
    let mut world = World::new();
    let market = world.suite.market.clone();
    let stranger = world.user("stranger", 100 * UNIT);
    for caller in [
        stranger,
        world.suite.fund.clone(),
        world.suite.market.clone(),
    ] {
        for message in owner_messages(&world) {
            let error = refused(world.suite.execute(&caller, &market, &message, &[]));
            assert_eq!(
                error,
                ContractError::Ownership(OwnershipError::NotOwner),
                "{message:?}"
            );
        }
    }
}

// A1, A4
#[test]
fn only_the_fund_sets_the_level() {
    let mut world = World::new();
    let market = world.suite.market.clone();
    let message = ExecuteMsg::SetRiskLevel {
        revision: 9,
        markets: vec![],
    };
    for caller in [world.suite.owner.clone(), world.suite.keeper.clone()] {
        let error = refused(world.suite.execute(&caller, &market, &message, &[]));
        assert!(matches!(error, ContractError::Unauthorized { .. }));
    }
    let fund = world.suite.fund.clone();
    world.suite.execute(&fund, &market, &message, &[]).unwrap();
    world.check();
}

// A3
#[test]
fn ownership_moves_in_two_steps_with_an_expiry_and_is_never_given_up() {
    let mut world = World::new();
    let market = world.suite.market.clone();
    let owner = world.suite.owner.clone();
    let heir = world.user("heir", 0);
    let transfer = |expiry| {
        ExecuteMsg::UpdateOwnership(Action::TransferOwnership {
            new_owner: heir.to_string(),
            expiry,
        })
    };
    let renounce = ExecuteMsg::UpdateOwnership(Action::RenounceOwnership);
    let error = refused(world.suite.execute(&owner, &market, &renounce, &[]));
    assert_eq!(error, ContractError::RenounceRefused {});
    for expiry in [
        None,
        Some(Expiration::Never {}),
        Some(Expiration::AtHeight(1)),
    ] {
        let error = refused(world.suite.execute(&owner, &market, &transfer(expiry), &[]));
        assert_eq!(error, ContractError::TransferNeedsExpiry {});
    }
    let later = Some(Expiration::AtHeight(world.suite.height() + 10));
    world
        .suite
        .execute(&owner, &market, &transfer(later), &[])
        .unwrap();
    let accept = ExecuteMsg::UpdateOwnership(Action::AcceptOwnership);
    let stranger = world.user("stranger", 0);
    let error = refused(world.suite.execute(&stranger, &market, &accept, &[]));
    assert!(matches!(error, ContractError::Ownership(_)));
    world.suite.execute(&heir, &market, &accept, &[]).unwrap();
    let error = refused(world.suite.execute(
        &owner,
        &market,
        &ExecuteMsg::SetInsuranceFund {
            insurance_fund: None,
        },
        &[],
    ));
    assert_eq!(error, ContractError::Ownership(OwnershipError::NotOwner));
}

// F1
#[test]
fn coins_are_taken_by_deposit_alone_and_only_the_right_ones() {
    let mut world = World::new();
    let user = world.user("user", 100 * UNIT);
    let market = world.suite.market.clone();
    let right = world.suite.funds(10)[0].clone();
    let wrong = coin(10, "factory/x/uusdc");
    world.suite.mint(&user, 1_000).unwrap();
    world.suite.mint_coin(&user, wrong.clone()).unwrap();
    let deposit = ExecuteMsg::Deposit { subaccount: 0 };
    for (coins, expected) in [
        (vec![], PaymentError::NoFunds {}),
        (
            vec![wrong.clone()],
            PaymentError::MissingDenom(right.denom.clone()),
        ),
        (vec![wrong, right.clone()], PaymentError::MultipleDenoms {}),
    ] {
        let error = refused(world.suite.execute(&user, &market, &deposit, &coins));
        assert_eq!(error, ContractError::Payment(expected));
    }
    let account = AccountId {
        owner: user.to_string(),
        subaccount: 0,
    };
    let order_id = OrderId {
        market: 0,
        side: Side::Buy,
        ticks: Uint64::one(),
        sequence: Uint64::one(),
    };
    let mut messages = owner_messages(&world);
    messages.extend([
        ExecuteMsg::Withdraw {
            subaccount: 0,
            amount: uint(1),
        },
        ExecuteMsg::PlaceOrder(PlaceOrder {
            owner: None,
            subaccount: 0,
            market: 0,
            side: Side::Buy,
            size: uint(UNIT),
            order_type: OrderType::Market {
                worst_price: crate::world::price("100"),
            },
            reduce_only: false,
            client_order_id: None,
        }),
        ExecuteMsg::CancelOrder {
            owner: None,
            subaccount: 0,
            order_id: Some(order_id),
            trigger_order_id: None,
            client_order_id: None,
        },
        ExecuteMsg::Batch {
            owner: None,
            subaccount: 0,
            cancel: vec![],
            place: vec![],
        },
        ExecuteMsg::RemoveOrders { orders: vec![] },
        ExecuteMsg::SetDelegate {
            subaccount: 0,
            delegate: user.to_string(),
            expires_at: u64::MAX,
        },
        ExecuteMsg::RemoveDelegate {
            subaccount: 0,
            delegate: user.to_string(),
        },
        ExecuteMsg::CancelAllOrders {
            owner: None,
            subaccount: 0,
            market: None,
            trigger_orders: false,
        },
        ExecuteMsg::Liquidate {
            account: account.clone(),
            market: 0,
        },
        ExecuteMsg::Deleverage { account, market: 0 },
        ExecuteMsg::AccrueFunding { market: 0 },
        ExecuteMsg::Flush { market: 0 },
        ExecuteMsg::ApplyChange { id: 1 },
        ExecuteMsg::SettleMarket { market: 0 },
        ExecuteMsg::Settle {
            market: 0,
            accounts: vec![],
        },
        ExecuteMsg::DelistMarket { market: 0 },
        ExecuteMsg::Sync {},
        ExecuteMsg::SetRiskLevel {
            revision: 1,
            markets: vec![],
        },
        ExecuteMsg::UpdateOwnership(Action::AcceptOwnership),
    ]);
    for message in messages {
        let error = refused(world.suite.execute(
            &user,
            &market,
            &message,
            std::slice::from_ref(&right),
        ));
        assert_eq!(
            error,
            ContractError::Payment(PaymentError::NonPayable {}),
            "{message:?}"
        );
    }
}

// F4: coins without a message change nobody's account until they are booked, and then only the residue.
#[test]
fn stray_coins_are_nobodys() {
    let mut world = World::new();
    let user = world.user("user", 100 * UNIT);
    world.suite.mint(&user, 50).unwrap();
    let market = world.suite.market.clone();
    world.suite.bare_send(&user, &market, 50).unwrap();
    world.check();
    assert_eq!(world.suite.ledger().unwrap().unaccounted.i128(), 50);
    let keeper = world.suite.keeper.clone();
    world.suite.sync_market(&keeper).unwrap();
    world.check();
    let ledger = world.suite.ledger().unwrap();
    assert_eq!((ledger.unaccounted.i128(), ledger.residue.u128()), (0, 50));
    assert_eq!(world.quote(&user), 100_000_000);
}

#[test]
fn the_exchanges_fees_are_paid_out_and_no_more() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|name| world.user(name, 10_000 * UNIT));
    world.open(&a, &b, 10 * UNIT, "100");
    let available = world.suite.ledger().unwrap().fee_collector;
    let treasury = world.suite.address("treasury");
    let more = world.suite.pay_fees(0, &treasury, available.u128() + 1);
    assert!(matches!(refused(more), ContractError::FeesExceeded { .. }));
    world
        .suite
        .pay_fees(0, &treasury, available.u128())
        .unwrap();
    world.check();
    assert_eq!(world.suite.balance(&treasury).unwrap(), available.u128());
}
