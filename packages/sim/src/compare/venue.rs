//! A venue with other rules, which settles the same losses at the same time.
//!
//! Held equal: prices, orders, trades, bankruptcies, and what was lost beyond margin, all as they happened in Ballast.
//! Of its own: what its fund holds, whom it deleverages, and what of their positions is gone for later losses. A position
//! that Ballast closed is closed here too; one that only the venue closed is not opened again by later trades of its
//! owner, as far as they only close it.
//!
//! Where the fund pays less than Ballast's, what it does not pay for is deleveraged as well: of what was closed into the
//! book the part `(not paid here - not paid in Ballast) / paid in Ballast`. Where it pays more, the part
//! `not paid here / not paid in Ballast` of what Ballast deleveraged remains: most venues' funds take positions over while
//! they have money. Losers bear what is not paid; where the queue ends, nobody does.

use std::collections::BTreeMap;

use crate::compare::fund::{FundRule, Inflow, Money, VenueFund};
use crate::compare::queue::{queue, Candidate};
use crate::decimal::mul_div;
use crate::losses::causes::Loss;
use crate::losses::positions::{Change, Positions};
use crate::losses::Scene;

/// Rules of a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How its fund pays.
    pub fund: FundRule,
    /// Deleveraging closes whole positions, by profit times leverage, until it has enough; else exactly what is needed.
    pub whole_positions: bool,
    /// Traders pay a risk premium to the fund.
    pub premium: bool,
}

/// What became of one market. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketFate {
    /// Lost beyond margin in positions of this market: the same in every venue.
    pub loss: u128,
    /// Paid by the fund.
    pub paid: u128,
    /// Paid for losses that this market caused, with money that was not its own.
    pub others_money: u128,
    /// Borne by traders who were right.
    pub counterparties: u128,
    /// Borne by nobody.
    pub nobody: u128,
    /// Deleveraged, at the oracle price.
    pub deleveraged: u128,
    /// Of that, more than was needed.
    pub overshoot: u128,
    /// Positions closed, whole or in part.
    pub positions: u64,
    /// What was closed without need, base atoms, signed as held, and its value then.
    overshoot_size: i128,
    overshoot_value: i128,
}

impl MarketFate {
    /// What the positions closed without need would have earned until now; negative where closing them saved a loss.
    #[must_use]
    pub fn forgone(&self, worth: impl Fn(u128) -> u128) -> i128 {
        let value = i128::try_from(worth(self.overshoot_size.unsigned_abs())).unwrap_or(i128::MAX);
        (self.overshoot_size.signum() * value).saturating_sub(self.overshoot_value)
    }
}

/// A venue.
#[derive(Clone, Debug)]
pub struct Venue {
    /// Its rules.
    pub rules: Rules,
    /// Its money.
    pub fund: VenueFund,
    /// By market.
    pub fates: Vec<MarketFate>,
    /// Premium that traders paid, quote atoms.
    pub premium: u128,
    /// What it closed of positions that are still open in Ballast, base atoms.
    closed: BTreeMap<(u64, usize), u128>,
}

impl Venue {
    /// With Ballast's money.
    #[must_use]
    pub fn new(rules: Rules, money: Money) -> Self {
        Self {
            rules,
            fates: vec![MarketFate::default(); money.reserves.len()],
            fund: VenueFund::new(rules.fund, rules.premium, money),
            premium: 0,
            closed: BTreeMap::new(),
        }
    }

    /// A position changed in Ballast: what is closed there is not closed here once more.
    pub fn follow(&mut self, change: &Change) {
        let key = (change.account, change.market);
        if change.before.signum() * change.after.signum() <= 0 {
            self.closed.remove(&key);
        } else if let Some(closed) = self.closed.get_mut(&key) {
            *closed = (*closed).min(change.after.unsigned_abs());
        }
    }

    /// Premium was booked in Ballast.
    pub fn premium(&mut self, market: usize, amount: u128) {
        if self.rules.premium {
            self.premium = self.premium.saturating_add(amount);
        }
        self.fund.premium(market, amount);
    }

    /// Ballast's fund was topped up.
    pub fn top_up(&mut self, inflow: &Inflow) {
        self.fund.top_up(inflow);
    }

    /// Settles a loss.
    pub fn settle(&mut self, loss: &Loss, positions: &Positions, scene: &Scene) {
        let amount = loss.amount();
        let payment = self.fund.pay(loss);
        let unpaid = amount.saturating_sub(payment.paid);
        let needed = needed(loss, unpaid);
        let taken = if self.rules.whole_positions {
            self.close_whole(loss, needed, positions, scene)
        } else {
            self.close_exactly(loss, needed, positions, scene)
        };
        for (cause, part) in payment.others_money.iter().enumerate() {
            if let Some(fate) = self.fates.get_mut(cause) {
                fate.others_money = fate.others_money.saturating_add(*part);
            }
        }
        let matched = taken.size.min(needed);
        let overshoot = taken.size.saturating_sub(needed);
        let nobody = nobody(loss, unpaid, needed, matched);
        let worth = |size| scene.worth(loss.market, size);
        if let Some(fate) = self.fates.get_mut(loss.market) {
            fate.loss = fate.loss.saturating_add(amount);
            fate.paid = fate.paid.saturating_add(payment.paid);
            fate.nobody = fate.nobody.saturating_add(nobody);
            fate.counterparties = fate
                .counterparties
                .saturating_add(unpaid.saturating_sub(nobody));
            fate.deleveraged = fate.deleveraged.saturating_add(taken.value);
            fate.overshoot = fate.overshoot.saturating_add(worth(overshoot));
            fate.positions = fate.positions.saturating_add(taken.positions);
            let side = if loss.long { -1 } else { 1 };
            let size = i128::try_from(overshoot).unwrap_or(i128::MAX);
            let value = i128::try_from(worth(overshoot)).unwrap_or(i128::MAX);
            fate.overshoot_size = fate.overshoot_size.saturating_add(side * size);
            fate.overshoot_value = fate.overshoot_value.saturating_add(side * value);
        }
    }

    /// What Ballast took of whom, and of the next in the queue what is needed beyond, the last in part.
    fn close_exactly(
        &mut self,
        loss: &Loss,
        needed: u128,
        positions: &Positions,
        scene: &Scene,
    ) -> Taken {
        let mut taken = Taken::default();
        for (_, size) in &loss.counterparties {
            let size = needed.saturating_sub(taken.size).min(*size);
            taken.add(size, scene.worth(loss.market, size));
        }
        if taken.size >= needed {
            return taken;
        }
        for one in self.queue(loss, positions, scene) {
            let size = needed.saturating_sub(taken.size).min(one.left);
            if size == 0 {
                continue;
            }
            taken.add(size, scene.worth(loss.market, size));
            let closed = self.closed.entry((one.account, loss.market)).or_default();
            *closed = closed.saturating_add(size);
        }
        taken
    }

    /// Whole positions, from the first in the queue until it is enough.
    fn close_whole(
        &mut self,
        loss: &Loss,
        needed: u128,
        positions: &Positions,
        scene: &Scene,
    ) -> Taken {
        let mut taken = Taken::default();
        if needed == 0 {
            return taken;
        }
        for one in self.queue(loss, positions, scene) {
            if taken.size >= needed {
                break;
            }
            taken.add(one.size, scene.worth(loss.market, one.size));
            if one.left > 0 {
                let closed = self.closed.entry((one.account, loss.market)).or_default();
                *closed = closed.saturating_add(one.left);
            }
        }
        taken
    }

    fn queue(&self, loss: &Loss, positions: &Positions, scene: &Scene) -> Vec<Candidate> {
        queue(loss, positions, scene, |account| {
            self.closed
                .get(&(account, loss.market))
                .copied()
                .unwrap_or(0)
        })
    }
}

/// What was closed of counterparties.
#[derive(Default)]
struct Taken {
    size: u128,
    value: u128,
    positions: u64,
}

impl Taken {
    fn add(&mut self, size: u128, value: u128) {
        self.size = self.size.saturating_add(size);
        self.value = self.value.saturating_add(value);
        self.positions = self.positions.saturating_add(u64::from(size > 0));
    }
}

/// Base atoms to deleverage where so much is not paid.
fn needed(loss: &Loss, unpaid: u128) -> u128 {
    let amount = loss.amount();
    let paid_there = loss.paid().saturating_sub(loss.returned);
    let unpaid_there = amount.saturating_sub(paid_there);
    match unpaid.checked_sub(unpaid_there) {
        Some(more) => {
            let in_book = loss.closed.saturating_sub(loss.deleveraged);
            loss.deleveraged
                .saturating_add(mul_div(in_book, more, paid_there))
        }
        None => mul_div(loss.deleveraged, unpaid, unpaid_there),
    }
}

/// What nobody bears: Ballast's deficit in the same measure as what is not paid, and the part for which the queue has
/// nobody left.
fn nobody(loss: &Loss, unpaid: u128, needed: u128, matched: u128) -> u128 {
    let unpaid_there = loss.counterparty_loss.saturating_add(loss.deficit);
    let deficit = if unpaid >= unpaid_there {
        loss.deficit
    } else {
        mul_div(loss.deficit, unpaid, unpaid_there)
    };
    let borne = unpaid.saturating_sub(deficit);
    let unmatched = if needed == 0 {
        // Nothing was deleveraged, so nobody could be asked.
        borne
    } else {
        mul_div(borne, needed.saturating_sub(matched), needed)
    };
    deficit.saturating_add(unmatched)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 100 closed 40 were deleveraged; of 1,000 lost Ballast paid 600, counterparties bore 300, nobody 100.
    fn loss() -> Loss {
        Loss {
            closed: 100,
            deleveraged: 40,
            layers: [600, 0, 0, 0],
            counterparty_loss: 300,
            deficit: 100,
            ..Loss::default()
        }
    }

    #[test]
    fn what_is_not_paid_for_is_deleveraged() {
        for (unpaid, size) in [(400, 40), (1_000, 100), (700, 70), (200, 20), (0, 0)] {
            assert_eq!(needed(&loss(), unpaid), size, "unpaid {unpaid}");
        }
        let covered = Loss {
            layers: [1_000, 0, 0, 0],
            counterparty_loss: 0,
            deficit: 0,
            ..loss()
        };
        assert_eq!(needed(&covered, 0), 40, "the book was empty");
    }

    #[test]
    fn nobody_bears_what_has_no_counterparty() {
        assert_eq!(nobody(&loss(), 400, 40, 40), 100, "as in Ballast");
        assert_eq!(nobody(&loss(), 200, 20, 20), 50);
        assert_eq!(nobody(&loss(), 1_000, 100, 50), 550);
        assert_eq!(nobody(&loss(), 0, 0, 0), 0);
    }

    #[test]
    fn what_its_owner_closes_later_is_not_closed_twice() {
        let money = Money {
            reserves: vec![0],
            targets: vec![0],
            isolated: vec![false],
            ..Money::default()
        };
        let rules = Rules {
            fund: FundRule::OnePot,
            whole_positions: true,
            premium: true,
        };
        let mut venue = Venue::new(rules, money);
        let change = |before, after| Change {
            account: 1,
            market: 0,
            before,
            after,
        };
        venue.closed.insert((1, 0), 10);
        venue.follow(&change(-10, -30));
        assert_eq!(venue.closed[&(1, 0)], 10, "what it adds is open");
        venue.follow(&change(-30, -4));
        assert_eq!(venue.closed[&(1, 0)], 4);
        venue.follow(&change(-4, 3));
        assert!(venue.closed.is_empty());
    }
}
