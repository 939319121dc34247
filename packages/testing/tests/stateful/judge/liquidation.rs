//! Liquidation and deleveraging: progress, and nobody passed over (design section 9, lines 4 and 5).

use std::collections::BTreeSet;

use ballast_perp_market::state::ACCOUNTS;
use ballast_types::events::{attribute, is, market as names};
use ballast_types::market::{AccountResponse, LiquidationStatus};
use ballast_types::MarketId;
use cosmwasm_std::Event;

use super::{no_riskier, Before};
use crate::apply::{Answer, Done};
use crate::world::World;

/// Base atoms that a bankrupt account's position was closed with against the pool of a market that is being settled.
fn settled(events: &[Event]) -> u128 {
    let of = events.iter().filter(|event| is(event, names::LIQUIDATION));
    of.map(|event| {
        attribute(event, "settled")
            .unwrap()
            .parse::<u128>()
            .unwrap()
    })
    .sum()
}

/// Liquidation makes progress (line 4), and its answer is what happened.
pub fn progress(
    world: &World,
    user: usize,
    sub: u32,
    market: MarketId,
    before: &Before,
    done: &Done,
) {
    let Answer::Liquidation(answer) = &done.answer else {
        panic!("no answer");
    };
    let after = world.account(user, sub).unwrap();
    let old = before.account(after.number.u64()).unwrap();
    let size = |account: &AccountResponse| {
        let position = account.positions.iter().find(|one| one.market == market);
        position.map_or(0, |position| position.size.i128())
    };
    let (was, now) = (size(old), size(&after));
    let closed = was.unsigned_abs() - now.unsigned_abs();
    assert!(now == 0 || (was < 0) == (now < 0));
    let told = answer.closed_in_book.u128() + answer.deleveraged.u128() + settled(&done.events);
    assert_eq!(closed, told, "{answer:?}");
    let excused = matches!(
        answer.status,
        LiquidationStatus::NoLiquidity | LiquidationStatus::More | LiquidationStatus::ClaimPending
    );
    assert!(
        excused || closed > 0 || !after.liquidatable,
        "{answer:?} {after:?}"
    );
    if !old.bankrupt {
        assert_eq!(
            answer.deleveraged.u128() + answer.asked.u128(),
            0,
            "solvent: {answer:?}"
        );
        assert!(
            !after.bankrupt,
            "a solvent account was made bankrupt: {after:?}"
        );
    }
    if answer.status == LiquidationStatus::ClaimPending {
        assert_eq!(closed, 0);
    }
    assert!(
        after.open_orders == 0 || !old.liquidatable,
        "orders of the liquidated are cancelled"
    );
    if after.positions.is_empty() && old.bankrupt {
        // At exactly zero, unless the book alone gave more than the bankruptcy quote and nobody was asked.
        let alone = answer.asked.is_zero() && answer.deleveraged.is_zero();
        let surplus = alone && answer.fee.is_zero() && !after.bankrupt;
        assert!(
            after.quote.is_zero() || surplus,
            "not at zero: {answer:?} {after:?}"
        );
    }
}

/// Line 5: nobody ahead of a taken one was left out, and nobody got riskier.
pub fn deleveraging(world: &World, before: &Before, events: &[Event]) {
    let numbers = |name: &str, key: &str| -> BTreeSet<u64> {
        let of = events.iter().filter(|event| is(event, name));
        of.map(|event| attribute(event, key).unwrap().parse().unwrap())
            .collect()
    };
    let taken = numbers(names::DELEVERAGED, "counterparty");
    let skipped = numbers(names::DELEVERAGE_SKIPPED, "counterparty");
    let makers = numbers(names::TRADE, "maker");
    let last = before
        .queue
        .iter()
        .rposition(|number| taken.contains(number));
    for number in before.queue.iter().take(last.unwrap_or(0)) {
        let met = taken.contains(number) || skipped.contains(number) || makers.contains(number);
        assert!(
            met,
            "account {number} was passed over in silence: {:?}",
            before.queue
        );
    }
    if before.last_pass {
        return;
    }
    for number in taken.difference(&makers) {
        let old = before.account(*number).unwrap();
        let storage = world.suite.market_storage();
        let owner = ACCOUNTS.load(storage.as_ref(), *number).unwrap();
        let after = world.suite.account(&owner.owner, owner.subaccount).unwrap();
        assert!(no_riskier(old, &after), "before {old:?}\nafter {after:?}");
    }
}
