//! What another venue's fund holds and pays. It begins with Ballast's money, gets Ballast's top-ups, and keeps at most
//! what Ballast's reserves are to hold; what is beyond is surplus and pays nothing, as in Ballast.

use crate::losses::causes::Loss;

/// How a fund pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundRule {
    /// What Ballast's fund paid, as far as the money is there.
    AsBallast,
    /// Each market's reserve, then the whole mutual reserve: no market has a cap.
    NoCaps,
    /// One pot for all markets, isolated ones included; first come, first served.
    OnePot,
}

/// The money at the start and what is to be held. Quote atoms.
#[derive(Clone, Debug, Default)]
pub struct Money {
    /// By market.
    pub reserves: Vec<u128>,
    /// For all.
    pub mutual: u128,
    /// What each reserve is to hold.
    pub targets: Vec<u128>,
    /// What the mutual reserve is to hold.
    pub mutual_target: u128,
    /// Markets whose money is all their own, and whose losses only that pays.
    pub isolated: Vec<bool>,
}

/// A top-up as Ballast's fund booked it. Quote atoms.
#[derive(Clone, Copy, Debug)]
pub struct Inflow {
    /// By its place.
    pub market: usize,
    /// All of it.
    pub amount: u128,
    /// Into the market's reserve.
    pub to_reserve: u128,
    /// Into the mutual reserve.
    pub to_mutual: u128,
}

/// What was paid for a loss, net of what came back. Quote atoms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// In all.
    pub paid: u128,
    /// Of that, by the market that caused it: money that was not that market's own.
    pub others_money: Vec<u128>,
}

/// A fund.
#[derive(Clone, Debug)]
pub struct VenueFund {
    rule: FundRule,
    with_premium: bool,
    money: Money,
    /// Of one pot: what each market brought and did not use itself. What others used of it is not taken off.
    own: Vec<u128>,
    /// What Ballast's reserves hold more, because premium came in.
    gaps: Vec<u128>,
    gap_mutual: u128,
    /// Came back from claims here at once, and comes with Ballast's next top-ups.
    returned: Vec<u128>,
    /// Premium that is in Ballast's next top-ups and does not exist here.
    premium: Vec<u128>,
    /// Money in all at the start.
    pub start: u128,
    /// Least ever.
    pub low: u128,
}

impl VenueFund {
    /// With this money.
    #[must_use]
    pub fn new(rule: FundRule, with_premium: bool, money: Money) -> Self {
        let markets = money.reserves.len();
        let mut fund = Self {
            rule,
            with_premium,
            own: money.reserves.clone(),
            gaps: vec![0; markets],
            gap_mutual: 0,
            returned: vec![0; markets],
            premium: vec![0; markets],
            start: 0,
            low: 0,
            money,
        };
        if rule == FundRule::OnePot {
            // One pot: everything is mutual.
            for (index, reserve) in fund.money.reserves.iter_mut().enumerate() {
                fund.money.mutual = fund.money.mutual.saturating_add(std::mem::take(reserve));
                let target = fund.money.targets.get_mut(index).map(std::mem::take);
                fund.money.mutual_target = fund
                    .money
                    .mutual_target
                    .saturating_add(target.unwrap_or_default());
            }
        }
        fund.start = fund.balance();
        fund.low = fund.start;
        fund
    }

    /// Money in all.
    #[must_use]
    pub fn balance(&self) -> u128 {
        self.money
            .reserves
            .iter()
            .fold(self.money.mutual, |sum, reserve| {
                sum.saturating_add(*reserve)
            })
    }

    /// Ballast's market booked premium: it comes with its next top-ups.
    pub fn premium(&mut self, market: usize, amount: u128) {
        if self.with_premium {
            return;
        }
        if let Some(premium) = self.premium.get_mut(market) {
            *premium = premium.saturating_add(amount);
        }
    }

    /// Takes in a top-up.
    pub fn top_up(&mut self, inflow: &Inflow) {
        let market = inflow.market;
        let amount = deduct(&mut self.premium, market, inflow.amount);
        if self.rule == FundRule::AsBallast {
            self.top_up_as_ballast(inflow, amount);
            return;
        }
        let amount = deduct(&mut self.returned, market, amount);
        let isolated = self.money.isolated.get(market).copied() == Some(true);
        let target = self.money.targets.get(market).copied().unwrap_or(0);
        let mut rest = amount;
        if self.rule == FundRule::NoCaps {
            if let Some(reserve) = self.money.reserves.get_mut(market) {
                let room = if isolated {
                    rest
                } else {
                    target.saturating_sub(*reserve)
                };
                let taken = rest.min(room);
                *reserve = reserve.saturating_add(taken);
                rest = rest.saturating_sub(taken);
            }
        }
        let room = self.money.mutual_target.saturating_sub(self.money.mutual);
        let taken = rest.min(room);
        self.money.mutual = self.money.mutual.saturating_add(taken);
        if let (FundRule::OnePot, Some(own)) = (self.rule, self.own.get_mut(market)) {
            *own = own.saturating_add(taken);
        }
    }

    /// Ballast's own bookings; what premium did not bring leaves room, which later money fills first.
    fn top_up_as_ballast(&mut self, inflow: &Inflow, amount: u128) {
        let (Some(reserve), Some(gap)) = (
            self.money.reserves.get_mut(inflow.market),
            self.gaps.get_mut(inflow.market),
        ) else {
            return;
        };
        let wanted = inflow.to_reserve.saturating_add(*gap);
        let taken = amount.min(wanted);
        *reserve = reserve.saturating_add(taken);
        *gap = wanted.saturating_sub(taken);
        let wanted = inflow.to_mutual.saturating_add(self.gap_mutual);
        let taken = amount.saturating_sub(taken).min(wanted);
        self.money.mutual = self.money.mutual.saturating_add(taken);
        self.gap_mutual = wanted.saturating_sub(taken);
    }

    /// Pays for a loss.
    pub fn pay(&mut self, loss: &Loss) -> Payment {
        let payment = match self.rule {
            FundRule::AsBallast => self.pay_as_ballast(loss),
            FundRule::NoCaps => self.pay_without_caps(loss),
            FundRule::OnePot => self.pay_from_pot(loss),
        };
        self.low = self.low.min(self.balance());
        payment
    }

    fn pay_as_ballast(&mut self, loss: &Loss) -> Payment {
        let [reserve, mutual, stake, emergency] = loss.layers;
        let from_reserve = take(self.money.reserves.get_mut(loss.market), reserve);
        if let Some(gap) = self.gaps.get_mut(loss.market) {
            *gap = gap.saturating_sub(reserve.saturating_sub(from_reserve));
        }
        let from_mutual = take(Some(&mut self.money.mutual), mutual);
        self.gap_mutual = self
            .gap_mutual
            .saturating_sub(mutual.saturating_sub(from_mutual));
        // What was not needed came back. It counts as the outermost layers' first.
        let outer = stake.saturating_add(emergency);
        let mut back = loss.returned;
        let mut net = |paid: u128| {
            let kept = paid.saturating_sub(back);
            back = back.saturating_sub(paid);
            kept
        };
        let (outer, from_mutual) = (net(outer), net(from_mutual));
        let from_reserve = net(from_reserve);
        segregated(loss, from_reserve, from_mutual.saturating_add(outer))
    }

    fn pay_without_caps(&mut self, loss: &Loss) -> Payment {
        self.expect_return(loss);
        let amount = loss.amount();
        let from_reserve = take(self.money.reserves.get_mut(loss.market), amount);
        let rest = amount.saturating_sub(from_reserve);
        let isolated = self.money.isolated.get(loss.market).copied() == Some(true);
        let from_mutual = if isolated {
            0
        } else {
            take(Some(&mut self.money.mutual), rest)
        };
        segregated(loss, from_reserve, from_mutual)
    }

    fn pay_from_pot(&mut self, loss: &Loss) -> Payment {
        self.expect_return(loss);
        let paid = take(Some(&mut self.money.mutual), loss.amount());
        let mut others_money = loss.by_cause(paid);
        for (part, own) in others_money.iter_mut().zip(&mut self.own) {
            let used = take(Some(own), *part);
            *part = part.saturating_sub(used);
        }
        Payment { paid, others_money }
    }

    fn expect_return(&mut self, loss: &Loss) {
        if let Some(returned) = self.returned.get_mut(loss.market) {
            *returned = returned.saturating_add(loss.returned);
        }
    }
}

/// A payment by a market's reserve and by money of all.
fn segregated(loss: &Loss, from_reserve: u128, from_all: u128) -> Payment {
    let mut others_money = loss.by_cause(from_all);
    for (cause, part) in loss.by_cause(from_reserve).into_iter().enumerate() {
        if let Some(others) = others_money.get_mut(cause).filter(|_| cause != loss.market) {
            *others = others.saturating_add(part);
        }
    }
    Payment {
        paid: from_reserve.saturating_add(from_all),
        others_money,
    }
}

/// Takes at most so much out of a reserve.
fn take(reserve: Option<&mut u128>, amount: u128) -> u128 {
    let Some(reserve) = reserve else { return 0 };
    let taken = amount.min(*reserve);
    *reserve = reserve.saturating_sub(taken);
    taken
}

/// An amount less what of it a market expects that does not count; the rest of that waits for the next.
fn deduct(expected: &mut [u128], market: usize, amount: u128) -> u128 {
    let deducted = take(expected.get_mut(market), amount);
    amount.saturating_sub(deducted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money() -> Money {
        Money {
            reserves: vec![100, 300],
            mutual: 50,
            targets: vec![100, 300],
            mutual_target: 50,
            isolated: vec![false, false],
        }
    }

    /// Asked in the first market, paid by Ballast with its reserve and a capped part of the mutual one.
    fn loss(weights: [u128; 2]) -> Loss {
        Loss {
            layers: [100, 5, 0, 0],
            counterparty_loss: 295,
            weights: weights.to_vec(),
            ..Loss::default()
        }
    }

    #[test]
    fn one_pot_pays_a_market_with_what_others_brought() {
        let mut pot = VenueFund::new(FundRule::OnePot, true, money());
        let payment = pot.pay(&loss([1, 0]));
        assert_eq!((payment.paid, pot.balance()), (400, 50));
        assert_eq!(payment.others_money, [300, 0]);
        assert_eq!(pot.pay(&loss([0, 1])).paid, 50, "whoever comes later");
    }

    #[test]
    fn without_caps_the_mutual_reserve_is_all_there_for_the_first() {
        let mut fund = VenueFund::new(FundRule::NoCaps, true, money());
        let payment = fund.pay(&loss([1, 0]));
        assert_eq!((payment.paid, payment.others_money), (150, vec![50, 0]));
        assert_eq!((fund.low, fund.balance()), (300, 300));
        let mut isolated = money();
        isolated.isolated = vec![true, false];
        let mut fund = VenueFund::new(FundRule::NoCaps, true, isolated);
        assert_eq!(fund.pay(&loss([1, 0])).paid, 100);
    }

    #[test]
    fn as_ballast_is_ballast_and_premium_is_what_is_missing() {
        let mut same = VenueFund::new(FundRule::AsBallast, true, money());
        let mut without = VenueFund::new(FundRule::AsBallast, false, money());
        assert_eq!(same.pay(&loss([1, 0])).paid, 105);
        assert_eq!(without.pay(&loss([1, 0])).paid, 105);
        let inflow = Inflow {
            market: 0,
            amount: 40,
            to_reserve: 40,
            to_mutual: 0,
        };
        for fund in [&mut same, &mut without] {
            fund.premium(0, 30);
            fund.top_up(&inflow);
        }
        assert_eq!((same.balance(), without.balance()), (385, 355));
        let mut second = loss([1, 0]);
        second.layers = [40, 0, 0, 0];
        assert_eq!(
            (same.pay(&second).paid, without.pay(&second).paid),
            (40, 10)
        );
        assert_eq!(same.balance(), without.balance(), "the gap is gone with it");
    }

    #[test]
    fn money_beyond_the_targets_is_surplus_everywhere() {
        let inflow = Inflow {
            market: 0,
            amount: 1_000,
            to_reserve: 0,
            to_mutual: 0,
        };
        for rule in [FundRule::AsBallast, FundRule::NoCaps, FundRule::OnePot] {
            let mut fund = VenueFund::new(rule, true, money());
            fund.top_up(&inflow);
            assert_eq!(fund.balance(), 450, "{rule:?}");
        }
    }

    #[test]
    fn what_came_back_is_not_paid_in_twice() {
        let mut pot = VenueFund::new(FundRule::OnePot, true, money());
        let mut returning = loss([1, 0]);
        returning.returned = 60;
        assert_eq!(pot.pay(&returning).paid, 340);
        let inflow = Inflow {
            market: 0,
            amount: 70,
            to_reserve: 70,
            to_mutual: 0,
        };
        pot.top_up(&inflow);
        assert_eq!(pot.balance(), 120);
    }
}
