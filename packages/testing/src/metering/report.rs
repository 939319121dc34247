//! What was counted, as a table.

use std::fmt;

use super::Counts;

/// One contract's calls of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The contract's label.
    pub contract: String,
    /// Name of the message, `query <name>`, `reply <id>`, `instantiate`, `sudo` or `migrate`.
    pub kind: String,
    /// How often it was called.
    pub calls: u64,
    /// How often with an error.
    pub failed: u64,
    /// All calls together.
    pub total: Counts,
    /// The most of each that one call did.
    pub most: Counts,
}

/// All rows, by contract and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The rows.
    pub rows: Vec<Row>,
}

impl Report {
    /// The row of one kind.
    #[must_use]
    pub fn row(&self, contract: &str, kind: &str) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.contract == contract && row.kind == kind)
    }
}

impl fmt::Display for Report {
    /// Averages a call, with the most of one call behind the slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<16} {:<24} {:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>13} {:>15}",
            "contract",
            "message",
            "calls",
            "failed",
            "reads",
            "writes",
            "deletes",
            "steps",
            "bytes written",
            "storage gas"
        )?;
        for row in &self.rows {
            let mean = |total: u64| total.checked_div(row.calls).unwrap_or(0);
            let cell = |total: u64, most: u64| format!("{}/{most}", mean(total));
            writeln!(
                f,
                "{:<16} {:<24} {:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>13} {:>15}",
                row.contract,
                row.kind,
                row.calls,
                row.failed,
                cell(row.total.reads, row.most.reads),
                cell(row.total.writes, row.most.writes),
                cell(row.total.deletes, row.most.deletes),
                cell(row.total.steps, row.most.steps),
                cell(row.total.write_bytes, row.most.write_bytes),
                cell(row.total.gas(), row.most.gas()),
            )?;
        }
        Ok(())
    }
}
