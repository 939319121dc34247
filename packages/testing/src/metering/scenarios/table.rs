//! The table of predicted gas: Markdown, the same on every machine.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::{all, Scenario, Stage};
use crate::metering::trace::Totals;
use crate::metering::Trace;
use crate::suite::Collateral;

/// One scenario, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Which.
    pub scenario: Scenario,
    /// With which collateral.
    pub collateral: Collateral,
    /// What the message did.
    pub trace: Trace,
}

impl Measured {
    /// Plays every scenario in a crowd of this size.
    ///
    /// # Errors
    /// A message was refused.
    pub fn all(crowd: u64) -> Result<Vec<Self>> {
        Self::all_on(|collateral| Stage::new(collateral, crowd))
    }

    /// The same where everybody of the crowd waits for something. What a message leads to may differ: a withdrawal queues
    /// behind others.
    ///
    /// # Errors
    /// A message was refused.
    pub fn all_with_backlog(crowd: u64) -> Result<Vec<Self>> {
        Self::all_on(|collateral| Stage::with_backlog(collateral, crowd))
    }

    fn all_on(set: impl Fn(Collateral) -> Result<Stage>) -> Result<Vec<Self>> {
        let mut measured = vec![];
        for collateral in [Collateral::Native, Collateral::Cw20] {
            let mut stage = set(collateral)?;
            for scenario in all() {
                if !scenario.tokens.include(collateral) {
                    continue;
                }
                let mark = stage.suite.mark();
                let prepared = scenario.prepare(&mut stage)?;
                let (_, trace) = stage.send(&prepared).with_context(|| scenario.name())?;
                stage.suite.rewind_and_drop(mark);
                measured.push(Self {
                    scenario,
                    collateral,
                    trace,
                });
            }
        }
        let place = |one: &Self| (one.scenario.target, position(&one.scenario));
        measured.sort_by_key(place);
        Ok(measured)
    }

    fn cells(&self) -> String {
        let Scenario { message, state, .. } = self.scenario;
        format!(
            "| `{message}` | {state} | {} |",
            self.scenario.token(self.collateral)
        )
    }
}

fn position(scenario: &Scenario) -> Option<usize> {
    all().iter().position(|one| {
        one.message == scenario.message
            && one.state == scenario.state
            && one.target == scenario.target
    })
}

/// Members of the crowd in which the table is measured.
pub const TABLE_CROWD: u64 = 10;

const HEAD: &str = "\
# Predicted gas

What each message costs in storage, and the gas that a chain would charge for it. Written by
`cargo ballast gas --write gas/predicted.md`; `cargo ballast gas --check gas/predicted.md` fails where this file is not what
the contracts do now.

The figures are counted on the embedded chain, in every contract that the message enters, messages that were reverted
included. Gas follows from them by the prices of a chain of the Cosmos SDK 0.53 with wasmd 0.60: a transaction with one
contract entry 99,000; another contract 63,000 the first time, by a query too, and 5,000 again; coins attached or sent by the
bank 19,000; a balance asked of the bank 1,300; a storage read 1,000 and 3 a byte, a write 2,000 and 30 a byte, a delete
1,000, an iterator step 30 and 3 a byte, where bytes are 33 (the store's prefix and the contract's address), key and value.
Compute is not predicted: 140,000 steps of the virtual machine are one gas. A plain transfer of a cw20 took 112,000 gas on a
real chain; the last table but one has what is predicted for it.

The state: two markets, ten accounts that quote, ten long and ten short in both markets; prices cached and the minute's
premium sample taken before the message, unless the table says otherwise. Governance owns it all and has eleven stakers, ten
open proposals and ten votes on the first. What costs more in a crowd of 10,000 is a failure
of the test `cost_is_flat`.

Columns: entries by messages and replies (the first included), queries of contracts, bank sends; storage reads, writes,
deletes, iterator steps; bytes of keys and values read (steps included) and written.
";

/// The whole file.
///
/// # Errors
/// A message was refused.
pub fn table() -> Result<String> {
    let measured = Measured::all(TABLE_CROWD)?;
    let mut text = HEAD.to_owned();
    let mut target = None;
    for one in &measured {
        if target != Some(one.scenario.target) {
            target = Some(one.scenario.target);
            write!(
                text,
                "\n## {}\n\n| message | state | token | entries | queries | sends | reads | writes | deletes | steps | bytes read | bytes written | gas |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
                one.scenario.target.as_str()
            )?;
        }
        let totals = one.trace.totals();
        writeln!(
            text,
            "{} {} | {} | {} | {} | {} |",
            one.cells(),
            totals.entries,
            totals.queries,
            one.trace.bank_sends,
            storage(&totals),
            thousands(one.trace.gas())
        )?;
    }
    write!(
        text,
        "\n## By contract\n\nMessages that enter more than one.\n\n| message | state | token | contract | entries | queries | reads | writes | deletes | steps | bytes read | bytes written |\n|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )?;
    for one in &measured {
        let parts = one.trace.by_contract();
        for (contract, totals) in parts.iter().filter(|_| parts.len() > 1) {
            writeln!(
                text,
                "{} {contract} | {} | {} | {} |",
                one.cells(),
                totals.entries,
                totals.queries,
                storage(totals)
            )?;
        }
    }
    Ok(text)
}

fn storage(totals: &Totals) -> String {
    let counts = &totals.counts;
    format!(
        "{} | {} | {} | {} | {} | {}",
        counts.reads,
        counts.writes,
        counts.deletes,
        counts.steps,
        counts.read_bytes + counts.step_bytes,
        counts.write_bytes
    )
}

pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn digits_are_grouped_by_three() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, expected) in cases {
            assert_eq!(thousands(number), expected);
        }
    }
}
