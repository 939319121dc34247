//! Which market caused a loss beyond margin, and who bore it: contagion.
//!
//! A bankrupt account's position is closed in one market, and what it lacks is asked for there. The loss may come from
//! another of its markets. So every sum that somebody bore is divided among the account's markets in proportion to what
//! it lost in each (price and funding, since it last held no position), at the prices of that moment; rounded down, the
//! rest to the market with the largest loss. An account without a loss in any market lost to fees: the market where it
//! is closed is the cause. The parts of each sum add up to it exactly.

use crate::decimal::mul_div;

/// Divides a sum in proportion to weights; all of it to `otherwise` where every weight is 0.
#[must_use]
pub fn split(sum: u128, weights: &[u128], otherwise: usize) -> Vec<u128> {
    let total = weights
        .iter()
        .fold(0u128, |total, weight| total.saturating_add(*weight));
    let mut parts: Vec<u128> = weights
        .iter()
        .map(|weight| mul_div(sum, *weight, total))
        .collect();
    let given: u128 = parts.iter().sum();
    let largest = (0..weights.len())
        .rev()
        .max_by_key(|index| weights.get(*index))
        .filter(|_| total > 0)
        .unwrap_or(otherwise);
    if let Some(part) = parts.get_mut(largest) {
        *part += sum.saturating_sub(given);
    }
    parts
}

/// Who bore the losses that one market caused. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Borne {
    /// That market's own reserve.
    pub own_reserve: u128,
    /// Reserves of other markets.
    pub other_reserves: u128,
    /// The mutual reserve.
    pub mutual: u128,
    /// Underwriters.
    pub stake: u128,
    /// The emergency facility.
    pub emergency: u128,
    /// Of what these paid, not needed after all and owed back with the fees.
    pub returned: u128,
    /// Counterparties in that market, against the oracle price.
    pub own_counterparties: u128,
    /// Counterparties in other markets.
    pub other_counterparties: u128,
    /// Booked as deficit.
    pub deficit: u128,
}

impl Borne {
    /// The loss: all of it together, less what was owed back.
    #[must_use]
    pub fn total(&self) -> u128 {
        [
            self.own_reserve,
            self.other_reserves,
            self.mutual,
            self.stake,
            self.emergency,
            self.own_counterparties,
            self.other_counterparties,
            self.deficit,
        ]
        .iter()
        .fold(0u128, |sum, part| sum.saturating_add(*part))
        .saturating_sub(self.returned)
    }
}

/// A loss beyond margin as it was settled: one message that closed something of a bankrupt position.
#[derive(Clone, Debug, Default)]
pub struct Loss {
    /// The bankrupt account.
    pub account: u64,
    /// Where its position was closed, by its place.
    pub market: usize,
    /// The position was long.
    pub long: bool,
    /// Base atoms closed, all ways together.
    pub closed: u128,
    /// Of these, against counterparties.
    pub deleveraged: u128,
    /// Whom, and how much of each.
    pub counterparties: Vec<(u64, u128)>,
    /// Quote atoms paid by reserve, mutual reserve, stake and emergency facility.
    pub layers: [u128; 4],
    /// Of that, not needed and owed back.
    pub returned: u128,
    /// Borne by counterparties.
    pub counterparty_loss: u128,
    /// Booked as deficit.
    pub deficit: u128,
    /// The account's losses by market.
    pub weights: Vec<u128>,
    /// Mantissa of the price.
    pub price: u64,
}

impl Loss {
    /// Quote atoms that the fund paid.
    #[must_use]
    pub fn paid(&self) -> u128 {
        self.layers
            .iter()
            .fold(0u128, |sum, layer| sum.saturating_add(*layer))
    }

    /// Quote atoms that were lost beyond the account's margin and borne by somebody.
    #[must_use]
    pub fn amount(&self) -> u128 {
        self.paid()
            .saturating_sub(self.returned)
            .saturating_add(self.counterparty_loss)
            .saturating_add(self.deficit)
    }

    /// A sum of it by the markets that caused it.
    #[must_use]
    pub fn by_cause(&self, sum: u128) -> Vec<u128> {
        split(sum, &self.weights, self.market)
    }

    /// Adds who bore it to the markets that caused it.
    pub fn book(&self, causes: &mut [Borne]) {
        let mut add = |sum: u128, field: fn(&mut Borne, bool) -> &mut u128| {
            for (cause, part) in self.by_cause(sum).into_iter().enumerate() {
                if let Some(borne) = causes.get_mut(cause) {
                    let slot = field(borne, cause == self.market);
                    *slot = slot.saturating_add(part);
                }
            }
        };
        let [reserve, mutual, stake, emergency] = self.layers;
        add(reserve, |borne, own| {
            if own {
                &mut borne.own_reserve
            } else {
                &mut borne.other_reserves
            }
        });
        add(mutual, |borne, _| &mut borne.mutual);
        add(stake, |borne, _| &mut borne.stake);
        add(emergency, |borne, _| &mut borne.emergency);
        add(self.returned, |borne, _| &mut borne.returned);
        add(self.counterparty_loss, |borne, own| {
            if own {
                &mut borne.own_counterparties
            } else {
                &mut borne.other_counterparties
            }
        });
        add(self.deficit, |borne, _| &mut borne.deficit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_follow_the_weights() {
        assert_eq!(split(100, &[1, 2], 0), [33, 67]);
        assert_eq!(split(101, &[1, 1], 1), [51, 50], "the first of equals");
        assert_eq!(split(7, &[0, 0, 0], 2), [0, 0, 7]);
        for sum in 0..200u128 {
            let parts = split(sum, &[3, 0, 11, 5], 1);
            assert_eq!(parts.iter().sum::<u128>(), sum);
            assert_eq!(parts[1], 0);
        }
    }

    #[test]
    fn a_loss_of_one_market_closed_in_another_is_the_first_ones() {
        let loss = Loss {
            market: 1,
            layers: [40, 30, 0, 0],
            returned: 10,
            counterparty_loss: 50,
            deficit: 5,
            weights: vec![300, 100],
            ..Loss::default()
        };
        let mut causes = [Borne::default(); 2];
        loss.book(&mut causes);
        assert_eq!(causes[0].other_reserves, 30);
        assert_eq!(causes[0].other_counterparties, 38);
        assert_eq!(
            (causes[0].own_reserve, causes[0].own_counterparties),
            (0, 0)
        );
        assert_eq!(
            (causes[1].own_reserve, causes[1].own_counterparties),
            (10, 12)
        );
        assert_eq!(causes[0].mutual + causes[1].mutual, 30);
        assert_eq!(causes[0].total() + causes[1].total(), loss.amount());
    }
}
