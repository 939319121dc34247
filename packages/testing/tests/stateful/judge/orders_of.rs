//! What messages about many orders answer.

use ballast_types::market::PlaceOutcome;

use super::Before;
use crate::apply::{Answer, Done};
use crate::predict::orders::reducible;
use crate::predict::Expect;
use crate::world::World;

/// Bytes of an error that a batch tells.
const TOLD_BYTES: usize = 128;

/// Cancels came to what was predicted, and so did the first placement where nothing was cancelled before it.
pub fn batch(before: &Before, done: &Done) {
    let Answer::Batch(answer) = &done.answer else {
        panic!("no answer");
    };
    assert_eq!(answer.cancelled, before.cancels);
    let first = before.first_placement.as_ref().zip(answer.placed.first());
    match first {
        Some((Expect::Market(expected), PlaceOutcome::Refused { error })) => {
            let told = expected.to_string();
            assert_eq!(*error, told[..told.len().min(TOLD_BYTES)]);
        }
        Some((Expect::Market(_) | Expect::Text(_), PlaceOutcome::Placed(placed))) => {
            panic!("expected {first:?}, and {placed:?} was placed")
        }
        Some((Expect::Order { ample: true }, PlaceOutcome::Refused { error })) => {
            panic!("it has ample margin: {error}")
        }
        _ => {}
    }
}

/// An order is only removed for a reason that held.
pub fn removed(world: &World, before: &Before, done: &Done) {
    let Answer::Removed(answer) = &done.answer else {
        panic!("no answer");
    };
    let now = world.suite.now();
    for one in &answer.removed {
        let (id, order) = before
            .orders
            .iter()
            .find(|(id, _)| *id == one.order_id)
            .unwrap();
        let account = before.account(order.account).unwrap();
        let expired = order.is_expired(now);
        let holds = match one.reason.as_str() {
            "expired" => expired,
            "reduce_only" => order.reduce_only && reducible(account, id.market, id.side) == 0,
            "margin" | "minimum" => !expired,
            _ => false,
        };
        assert!(holds, "{one:?} of {order:?}");
        assert!(world.order(id).is_none());
    }
}
