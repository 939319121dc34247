//! What a replay ends with, for machines.

use serde::Serialize;

use crate::governed::GovernedReport;

/// The result of a replay. Money is decimal strings of quote atoms; times are seconds since the Unix epoch.
#[derive(Serialize, Debug, Clone)]
pub struct Report {
    /// Built-in scenario; none for files.
    pub scenario: Option<String>,
    /// Same seed, same run.
    pub seed: u64,
    /// Kind of the collateral token.
    pub collateral: String,
    /// How often invariants were checked.
    pub invariants: String,
    /// The time replayed.
    pub window: WindowReport,
    /// Bars of the market with the shortest ones.
    pub bars: u64,
    /// The markets of the exchange.
    pub markets: Vec<MarketReport>,
    /// Number of traders.
    pub traders: u32,
    /// Number of makers.
    pub makers: u32,
    /// Messages sent to contracts, refused ones included, once the replay had begun.
    pub messages: u64,
    /// Messages refused by a contract, panics included.
    pub refused: u64,
    /// Messages in which a contract panicked.
    pub panics: u64,
    /// Orders accepted.
    pub orders: u64,
    /// Trades, those of liquidations included.
    pub fills: u64,
    /// Liquidation messages that closed something, bankrupt accounts' included.
    pub liquidations: u64,
    /// Positions that were liquidated with negative equity, each counted once until it is closed.
    pub bankruptcies: u64,
    /// What the fund was asked for. Two claims of one liquidation, the second for what the first was not paid, are one.
    pub claims: ClaimsReport,
    /// Who bore what was asked for: the parts add up to `claims.asked`, within one atom a liquidation.
    pub borne: BorneReport,
    /// By market that caused it: who bore what was lost beyond margin, and how much of it reached others.
    pub contagion: Vec<ContagionReport>,
    /// The fund's reserves, each with what came and went.
    pub reserves: ReservesReport,
    /// Positions closed against their will.
    pub deleveraged: DeleveragedReport,
    /// Quote atoms of fees, premiums and liquidation fees that reached the fund.
    pub fees_to_fund: String,
    /// The fund.
    pub fund: FundReport,
    /// The level at the start, and each one after it changed.
    pub levels: Vec<LevelReport>,
    /// What the levels did to each market.
    pub rules: Vec<RulesReport>,
    /// Messages that the contracts' owner sent during the replay; where it is governance, by proposals.
    pub owner_messages: u64,
    /// What the DAO did, in a replay that is governed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governed: Option<GovernedReport>,
    /// Quote atoms of loss that nobody has borne at the end.
    pub deficit: String,
    /// Quote atoms of loss ever booked as deficit; fees may have repaid it.
    pub deficit_booked: String,
    /// Runs of the invariant checker.
    pub invariant_checks: u64,
    /// Invariants violated; the run stops at the first.
    pub violations: u64,
    /// Wall-clock time. The only field that differs between runs with the same options.
    pub seconds: f64,
}

/// The time replayed, seconds since the Unix epoch.
#[derive(Serialize, Debug, Clone)]
pub struct WindowReport {
    /// First moment.
    pub from: u64,
    /// Last moment, exclusive.
    pub to: u64,
}

/// One market.
#[derive(Serialize, Debug, Clone)]
pub struct MarketReport {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// File or scenario.
    pub source: String,
    /// Length of a bar, seconds.
    pub bar_secs: u64,
    /// Bars of this market that the window touches.
    pub bars: u64,
    /// First price, quote units per base unit.
    pub first: String,
    /// Lowest price.
    pub low: String,
    /// Last price.
    pub last: String,
    /// Largest open interest of one side, quote atoms.
    pub open_interest_high: String,
    /// Open interest of one side at the end, quote atoms.
    pub open_interest_end: String,
}

/// Claims against the fund.
#[derive(Serialize, Debug, Clone, Default)]
pub struct ClaimsReport {
    /// How many it answered.
    pub count: u64,
    /// Quote atoms.
    pub asked: String,
    /// Quote atoms.
    pub paid: String,
    /// Quote atoms.
    pub uncovered: String,
    /// Of what was paid, not needed after all and given back as fees.
    pub returned: String,
    /// Claims answered in full.
    pub paid_in_full: u64,
    /// Claims answered in part.
    pub paid_in_part: u64,
    /// Claims answered with nothing.
    pub paid_nothing: u64,
    /// Claim messages that failed.
    pub failed: u64,
}

/// Where every atom asked for went.
#[derive(Serialize, Debug, Clone, Default)]
pub struct BorneReport {
    /// Paid by the fund and needed.
    pub fund: String,
    /// Lost by counterparties against the oracle price.
    pub counterparties: String,
    /// Booked as deficit.
    pub deficit: String,
    /// Left with the bankrupt account's other positions.
    pub carried: String,
    /// Asked and then not needed: trades that were not made, or were better than the oracle price.
    pub avoided: String,
}

/// Losses beyond margin that one market caused, wherever the accounts' positions were closed. Quote atoms.
#[derive(Serialize, Debug, Clone, Default)]
pub struct ContagionReport {
    /// For example `FTT-PERP`.
    pub symbol: String,
    /// All that follows, less what was returned.
    pub loss: String,
    /// Paid by the market's own reserve.
    pub own_reserve: String,
    /// Paid by reserves of other markets.
    pub other_reserves: String,
    /// Paid by the mutual reserve.
    pub mutual: String,
    /// Paid by underwriters.
    pub stake: String,
    /// Paid by the emergency facility.
    pub emergency: String,
    /// Of what these paid, not needed after all and owed back.
    pub returned: String,
    /// Lost by its own counterparties against the oracle price.
    pub own_counterparties: String,
    /// Lost by counterparties in other markets.
    pub other_counterparties: String,
    /// Booked as deficit.
    pub deficit: String,
    /// What one shared pot would have paid for it beyond what the market itself had brought.
    pub one_pot: String,
}

/// Reserves of the fund.
#[derive(Serialize, Debug, Clone, Default)]
pub struct ReservesReport {
    /// By market.
    pub markets: Vec<MarketReserveReport>,
    /// The mutual one.
    pub mutual: ReserveReport,
    /// Losses of accounts that had lost in another market as well.
    pub losses_of_shared_accounts: u64,
}

/// What a reserve held, what came and went. Quote atoms.
#[derive(Serialize, Debug, Clone, Default)]
pub struct ReserveReport {
    /// At the start.
    pub start: String,
    /// Topped up, by events.
    pub received: String,
    /// Paid for claims, by events.
    pub paid: String,
    /// At the end, by the fund's own answer.
    pub end: String,
}

/// A market's own reserve, and how much of the mutual one it took. Quote atoms.
#[derive(Serialize, Debug, Clone, Default)]
pub struct MarketReserveReport {
    /// For example `FTT-PERP`.
    pub symbol: String,
    /// Its losses end at its own reserve.
    pub isolated: bool,
    /// The reserve.
    pub own: ReserveReport,
    /// Paid to it by the mutual reserve.
    pub mutual_paid: String,
    /// The most it may be paid in its life: its part of the mutual target, and what it contributed.
    pub mutual_lifetime_cap: String,
    /// Most that its daily bucket of the mutual reserve was ever used.
    pub mutual_window_used: String,
    /// Size of that bucket.
    pub mutual_window_cap: String,
}

/// Deleveraging.
#[derive(Serialize, Debug, Clone, Default)]
pub struct DeleveragedReport {
    /// Counterparties' positions closed, whole or in part.
    pub positions: u64,
    /// Their value at the oracle price, quote atoms.
    pub notional: String,
    /// What counterparties lost against the oracle price, quote atoms.
    pub loss: String,
}

/// The fund over time.
#[derive(Serialize, Debug, Clone, Default)]
pub struct FundReport {
    /// Quote atoms in the reserves at the start: the markets' and the mutual one, from which claims are paid.
    pub start: String,
    /// Least ever.
    pub low: String,
    /// At the end.
    pub end: String,
    /// Quote atoms that the reserves are to hold.
    pub target: String,
    /// Quote atoms above all targets at the end: collected, but not there to pay claims.
    pub surplus: String,
    /// Least coverage: capital as a multiple of what is required (1 = 100 %).
    pub coverage_low: f64,
    /// Coverage at the end.
    pub coverage_end: f64,
}

/// What the fund made of a market, which applied it by itself.
#[derive(Serialize, Debug, Clone)]
pub struct RulesReport {
    /// For example `BTC-PERP`.
    pub symbol: String,
    /// At the start.
    pub first: RuleReport,
    /// Each rule at its tightest, not all at one moment.
    pub tightest: RuleReport,
    /// At the end.
    pub last: RuleReport,
    /// Seconds in which open interest could not grow.
    pub reduce_only_secs: u64,
}

/// Rules of a market.
#[derive(Serialize, Debug, Clone)]
pub struct RuleReport {
    /// Premium on open interest a year (1 = 100 %).
    pub premium_rate: f64,
    /// Share of trade fees that goes to the fund (1 = 100 %).
    pub fee_share: f64,
    /// Open interest of one side above which nobody opens, quote atoms.
    pub open_interest_cap: String,
    /// Open interest may not grow.
    pub reduce_only: bool,
}

/// A level and when it began.
#[derive(Serialize, Debug, Clone)]
pub struct LevelReport {
    /// Seconds.
    pub at: u64,
    /// Name.
    pub level: String,
}

/// An invariant that does not hold, and how to see it again.
#[derive(Debug, Clone)]
pub struct Violation {
    /// What was violated.
    pub what: String,
    /// When: bar and time.
    pub step: String,
    /// The message after which it was found.
    pub message: String,
    /// The seed.
    pub seed: u64,
    /// The command that replays it.
    pub command: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "an invariant is violated")?;
        writeln!(f, "  what:    {}", self.what)?;
        writeln!(f, "  step:    {}", self.step)?;
        writeln!(f, "  message: {}", self.message)?;
        writeln!(f, "  seed:    {}", self.seed)?;
        write!(f, "  replay:  {}", self.command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SimError;

    #[test]
    fn a_violation_says_what_when_and_how_to_see_it_again() {
        let violation = Violation {
            what: "market: bank = sum of the ledger: 1 is not 2".to_string(),
            step: "bar 7, 2021-05-19 13:10 UTC".to_string(),
            message: "block 9, keeper to market: {\"sync\":{}}".to_string(),
            seed: 5,
            command: "cargo ballast replay --seed 5".to_string(),
        };
        let error = SimError::Violation(Box::new(violation));
        assert_eq!(error.exit_code(), 1);
        let text = error.to_string();
        for part in [
            "1 is not 2",
            "bar 7",
            "sync",
            "seed:    5",
            "cargo ballast replay --seed 5",
        ] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
    }
}
