//! Where the gas of a message goes, record by record.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::table::{thousands, TABLE_CROWD};
use super::{all, Stage};
use crate::metering::Trace;
use crate::suite::Collateral;

/// For every scenario whose name contains the text: each call, and in it each operation on a record.
///
/// # Errors
/// A message was refused.
pub fn records(text: &str) -> Result<String> {
    let mut found = String::new();
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut stage = Stage::new(collateral, TABLE_CROWD)?;
        for scenario in all() {
            if !scenario.tokens.include(collateral) || !scenario.name().contains(text) {
                continue;
            }
            let mark = stage.suite.mark();
            let prepared = scenario.prepare(&mut stage)?;
            let (_, trace) = stage.send(&prepared).with_context(|| scenario.name())?;
            stage.suite.rewind_and_drop(mark);
            let token = scenario.token(collateral);
            writeln!(
                found,
                "\n## {}, {token}: {}",
                scenario.name(),
                thousands(trace.gas())
            )?;
            write_calls(&mut found, &trace)?;
        }
    }
    Ok(found)
}

fn write_calls(text: &mut String, trace: &Trace) -> Result<()> {
    for call in &trace.calls {
        let gas = thousands(call.counts.gas());
        writeln!(
            text,
            "\n{} `{}`: storage {gas}\n\n| operation | record | key | value | gas |\n|---|---|--:|--:|--:|",
            call.contract, call.kind
        )?;
        for access in &call.accesses {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                access.operation.as_str(),
                access.name(),
                access.key.len(),
                access.value_bytes,
                thousands(access.counts().gas())
            )?;
        }
    }
    Ok(())
}
