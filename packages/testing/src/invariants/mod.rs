//! What must hold after every message (design section 9), recomputed from raw storage and from the bank.
//!
//! Nothing that the contracts add up themselves is believed: a shadow is a copy of their records with
//! totals of its own. The same code fills it in two gears:
//!
//! * *touched*, [`InvariantChecker::after_message`]: only the records whose keys the message wrote, which
//!   the metering proxy recorded. Writes may have been reverted since, so each key is read again from
//!   committed storage, and what the shadow held for it is replaced. Costs what the message wrote, not what
//!   is stored.
//! * *full*, [`InvariantChecker::full`]: a new shadow from all of storage. It must be equal to the one that
//!   was kept up message by message, totals included.
//!
//! [`check_invariants`] is the full gear alone, [`check_events`] what a message said of itself.

mod bounds;
mod events;
mod fund;
mod governance;
mod keys;
mod market;
mod shadow;
mod triggers;

use std::fmt;

use anyhow::Result;
use cosmwasm_std::Addr;
use thiserror::Error;

pub use events::check_events;

use crate::suite::Suite;
use bounds::Settlements;
use fund::FundShadow;
use market::MarketShadow;

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule, for example `market: bank = sum of the ledger`.
    pub rule: &'static str,
    /// What was expected and what was found.
    pub detail: String,
}

/// Everything that does not hold. Never empty.
#[derive(Error, Clone, Debug, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} violated invariant(s)", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|one| write!(f, "\n  {}: {}", one.rule, one.detail))
    }
}

/// Where the checks put what they find.
#[derive(Default)]
pub(crate) struct Findings(Vec<Violation>);

impl Findings {
    fn require(&mut self, holds: bool, rule: &'static str, detail: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Violation {
                rule,
                detail: detail(),
            });
        }
    }

    fn unreadable(&mut self, rule: &'static str, result: Result<()>) {
        if let Err(error) = result {
            self.0.push(Violation {
                rule,
                detail: format!("{error:#}"),
            });
        }
    }

    fn into_result(self) -> Result<(), Violations> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Violations(self.0))
        }
    }
}

/// Checks a suite after every message, and now and then in full.
pub struct InvariantChecker {
    market: MarketShadow,
    fund: FundShadow,
    settlements: Settlements,
    checks: u64,
}

impl InvariantChecker {
    /// Reads everything, and has the suite's meter record written keys from now on. One checker a suite:
    /// it takes the keys away.
    ///
    /// # Errors
    /// Storage that cannot be decoded.
    pub fn new(suite: &Suite) -> Result<Self> {
        suite.meter.set_recording(true);
        let market = MarketShadow::read(suite)?;
        let fund = FundShadow::read(suite)?;
        let settlements = Settlements::new(&market);
        Ok(Self {
            market,
            fund,
            settlements,
            checks: 0,
        })
    }

    /// How many checks were made, of either gear.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.checks
    }

    /// The touched gear. To be called after every message, failed ones included. If several messages were
    /// sent since the last call they are checked as one.
    ///
    /// # Errors
    /// What does not hold.
    pub fn after_message(&mut self, suite: &Suite) -> Result<(), Violations> {
        self.checks += 1;
        let mut findings = Findings::default();
        let written = suite.meter.take_written();
        let keys_of = |contract: &Addr| {
            let of: Vec<&[u8]> = written
                .iter()
                .filter(|one| one.contract == *contract)
                .map(|one| one.key.as_slice())
                .collect();
            of
        };
        let touched = self
            .market
            .replace(suite, &keys_of(&suite.market), &mut self.settlements);
        match touched {
            Ok(touched) => self.market.check_touched(suite, &touched, &mut findings),
            Err(error) => findings.unreadable("market: storage is readable", Err(error)),
        }
        match self
            .fund
            .replace(suite, &keys_of(&suite.fund), &mut findings)
        {
            Ok(touched) => self.fund.check_touched(suite, &touched, &mut findings),
            Err(error) => findings.unreadable("fund: storage is readable", Err(error)),
        }
        governance::check(suite, &mut findings);
        findings.into_result()
    }

    /// The full gear, and that both gears agree.
    ///
    /// # Errors
    /// What does not hold.
    pub fn full(&mut self, suite: &Suite) -> Result<(), Violations> {
        self.after_message(suite)?;
        let mut findings = Findings::default();
        let read = (MarketShadow::read(suite), FundShadow::read(suite));
        let (market, fund) = match read {
            (Ok(market), Ok(fund)) => (market, fund),
            (Err(error), _) | (_, Err(error)) => {
                findings.unreadable("storage is readable", Err(error));
                return findings.into_result();
            }
        };
        market.check_all(suite, &mut findings);
        fund.check_all(suite, &mut findings);
        self.settlements.check(&market, &mut findings);
        market.compare(&self.market, &mut findings);
        findings.require(fund == self.fund, "fund: both gears agree", || {
            format!("full {fund:?}, touched {:?}", self.fund)
        });
        findings.into_result()
    }
}

/// Everything from raw storage, once.
///
/// # Errors
/// What does not hold.
pub fn check_invariants(suite: &Suite) -> Result<(), Violations> {
    let mut findings = Findings::default();
    match MarketShadow::read(suite) {
        Ok(market) => market.check_all(suite, &mut findings),
        Err(error) => findings.unreadable("market: storage is readable", Err(error)),
    }
    match FundShadow::read(suite) {
        Ok(fund) => fund.check_all(suite, &mut findings),
        Err(error) => findings.unreadable("fund: storage is readable", Err(error)),
    }
    governance::check(suite, &mut findings);
    findings.into_result()
}
