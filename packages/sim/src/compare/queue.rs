//! Who is deleveraged elsewhere: the queue that most venues publish, by profit on the position times leverage. Losers
//! come last, by loss over leverage.

use crate::losses::causes::Loss;
use crate::losses::positions::Positions;
use crate::losses::Scene;

/// One million.
const PPM: i128 = 1_000_000;

/// A counterparty in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Account number.
    pub account: u64,
    /// Base atoms that it held when the liquidation began.
    pub size: u128,
    /// Of these, what it still holds in Ballast.
    pub left: u128,
    score: i128,
}

/// The queue for a loss, first to be closed first. `closed_before` is what the venue closed of a position that is still
/// open in Ballast.
pub fn queue(
    loss: &Loss,
    positions: &Positions,
    scene: &Scene,
    closed_before: impl Fn(u64) -> u128,
) -> Vec<Candidate> {
    let side = if loss.long { -1 } else { 1 };
    let mut found: Vec<(u64, u128, u128)> = positions
        .holders(loss.market)
        .filter(|(account, held)| held.size.signum() == side && *account != loss.account)
        .map(|(account, held)| (account, held.size.unsigned_abs(), held.size.unsigned_abs()))
        .collect();
    for (account, closed) in &loss.counterparties {
        match found.iter_mut().find(|(other, ..)| other == account) {
            Some((_, size, _)) => *size = size.saturating_add(*closed),
            None => found.push((*account, *closed, 0)),
        }
    }
    let mut queue: Vec<Candidate> = found
        .into_iter()
        .filter_map(|(account, size, left)| {
            let closed = closed_before(account);
            let size = size.saturating_sub(closed);
            let left = left.saturating_sub(closed);
            let held = positions.held(account, loss.market);
            let score = score(scene, loss.market, account, side, &held)?;
            (size > 0).then_some(Candidate {
                account,
                size,
                left,
                score,
            })
        })
        .collect();
    queue.sort_by_key(|one| (std::cmp::Reverse(one.score), one.account));
    queue
}

/// Return on what opened the position times leverage, ppm; none for an account without equity. A position that Ballast
/// has just closed was the most profitable: it comes first.
fn score(
    scene: &Scene,
    market: usize,
    account: u64,
    side: i128,
    held: &crate::losses::positions::Held,
) -> Option<i128> {
    let equity = scene.equity(account)?;
    if held.size == 0 {
        return Some(i128::MAX);
    }
    if equity <= 0 {
        return None;
    }
    let value = i128::try_from(scene.worth(market, held.size.unsigned_abs())).ok()?;
    let entry = i128::try_from(held.entry).ok()?.max(1);
    let profit = side * (value - entry);
    let gain = profit.saturating_mul(PPM) / entry;
    let leverage = (value.saturating_mul(PPM) / equity).max(1);
    Some(if gain >= 0 {
        gain.saturating_mul(leverage) / PPM
    } else {
        gain.saturating_mul(PPM) / leverage
    })
}
