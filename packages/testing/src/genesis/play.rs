//! A scenario played up to its message so that it ends in a given block.

use anyhow::{bail, Context, Result};

use super::Keyring;
use crate::metering::scenarios::{Prepared, Scenario, Stage};
use crate::suite::{Collateral, SuiteBuilder};

/// A block: when and how high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Time, seconds.
    pub secs: u64,
    /// Height.
    pub height: u64,
}

/// Who else is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Nobody.
    Empty,
    /// So many of each kind, each of whom waits for something (modules `crowd`, `electorate` and `backlog` of the
    /// scenarios).
    Busy(u64),
}

impl Setting {
    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Busy(_) => "busy",
        }
    }

    fn stage(self, builder: SuiteBuilder, collateral: Collateral) -> Result<Stage> {
        match self {
            Self::Empty => Stage::set(builder, collateral, 0),
            Self::Busy(crowd) => {
                let mut stage = Stage::set(builder, collateral, crowd)?;
                stage.gather_backlog(crowd)?;
                Ok(stage)
            }
        }
    }
}

/// A suite right before a message, what was made there, and the keys of everybody.
pub type Played<T> = (Stage, T, Keyring);

/// Who push prices of each feed: as many as the targets of gas are for.
const FEEDERS: u32 = 5;

/// How often a scenario is played to find when it must start. What waits for the next hour or day lasts longer or shorter
/// when it starts at another time; each attempt corrects the one before.
const ATTEMPTS: u32 = 8;

/// Plays a scenario with keys of that salt. Its message can be sent in block `end`.
///
/// # Errors
/// A message was refused, or no start was found from which the scenario ends in that block.
pub fn play(
    scenario: &Scenario,
    (collateral, setting): (Collateral, Setting),
    salt: &str,
    end: Block,
) -> Result<Played<Prepared>> {
    play_with(salt, end, |builder| {
        let mut stage = setting.stage(builder, collateral)?;
        let message = scenario.prepare(&mut stage)?;
        Ok((stage, message))
    })
    .with_context(|| format!("{} ({})", scenario.name(), setting.as_str()))
}

/// Plays anything up to a message that can be sent in block `end`.
///
/// # Errors
/// As [`play`].
pub fn play_with<T>(
    salt: &str,
    end: Block,
    run: impl Fn(SuiteBuilder) -> Result<(Stage, T)>,
) -> Result<Played<T>> {
    let mut start = end;
    for _ in 0..ATTEMPTS {
        let keyring = Keyring::new(salt);
        let builder = SuiteBuilder::new()
            .feeders(FEEDERS)
            .start_at(start.secs)
            .start_at_height(start.height)
            .keyring(keyring.clone());
        let (stage, result) = run(builder)?;
        let (secs, height) = (stage.suite.now(), stage.suite.height());
        if (secs, height) == (end.secs, end.height) {
            return Ok((stage, result, keyring));
        }
        start = Block {
            secs: (start.secs + end.secs).saturating_sub(secs),
            height: (start.height + end.height).saturating_sub(height),
        };
    }
    bail!(
        "no start leads to time {} and height {}",
        end.secs,
        end.height
    )
}
