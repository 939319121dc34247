//! `cargo ballast bench`: how fast each message is on the embedded chain, next to a plain cw20 transfer.
//!
//! A message's state is set up once; then the message is sent, timed and taken back, over and over, and after each one
//! a transfer of a plain cw20 is sent, timed and taken back on the same chain. Medians are compared, so what else the
//! machine does matters little to the ratio. Taking back is not in the time; what is noted for it is, for both.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Error;
use ballast_testing::metering::scenarios::{self, Prepared, Scenario, Stage, Tokens};
use ballast_testing::suite::Collateral;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};
use serde::Serialize;

use crate::cli::BenchArgs;
use crate::error::{SimError, SimResult};
use crate::replay::put;

/// The small crowd.
const FEW: u64 = 10;

/// Fewest repetitions, however slow a message is.
const LEAST_REPETITIONS: usize = 11;

/// One message in both crowds.
#[derive(Clone, Debug, Serialize)]
pub struct Timed {
    /// Whose message.
    pub contract: &'static str,
    /// Its JSON name.
    pub message: &'static str,
    /// In which state.
    pub state: &'static str,
    /// `any`, `native` or `cw20`.
    pub collateral: &'static str,
    /// In a crowd of ten.
    pub few: Speed,
    /// In the large crowd.
    pub many: Speed,
}

/// How fast a message was.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Speed {
    /// Members of each kind in the crowd.
    pub crowd: u64,
    /// Median time of a message.
    pub nanoseconds: u64,
    /// Median time of the transfers next to it.
    pub transfer_nanoseconds: u64,
    /// How often each was timed.
    pub repetitions: usize,
}

impl Speed {
    fn messages_per_second(self) -> f64 {
        1e9 / self.nanoseconds.max(1) as f64
    }

    fn transfers_per_second(self) -> f64 {
        1e9 / self.transfer_nanoseconds.max(1) as f64
    }

    fn in_transfers(self) -> f64 {
        self.nanoseconds as f64 / self.transfer_nanoseconds.max(1) as f64
    }
}

/// Times every message and prints the table, or JSON.
///
/// # Errors
/// A message was refused: a bug.
pub fn run(args: &BenchArgs) -> SimResult<()> {
    let timed = time_all(args).map_err(|error| SimError::internal(format_args!("{error:#}")))?;
    if timed.is_empty() {
        let only = args.only.as_deref().unwrap_or_default();
        let names: BTreeSet<&str> = scenarios::all().iter().map(|one| one.message).collect();
        let names: Vec<&str> = names.into_iter().collect();
        return Err(SimError::Usage(format!(
            "no message's name contains {only:?}; there are {}",
            names.join(", ")
        )));
    }
    if args.json {
        let text = serde_json::to_string_pretty(&timed).map_err(SimError::internal)?;
        put(&text)
    } else {
        put(&table(&timed, args.crowd))
    }
}

fn time_all(args: &BenchArgs) -> Result<Vec<Timed>, Error> {
    let only = args.only.as_deref().unwrap_or_default();
    let mut timed = vec![];
    for collateral in [Collateral::Native, Collateral::Cw20] {
        let mut few = Crowd::gather(collateral, FEW)?;
        let mut many = Crowd::gather(collateral, args.crowd)?;
        let chosen = scenarios::all()
            .into_iter()
            .filter(|one| one.tokens.include(collateral) && one.name().contains(only));
        for scenario in chosen {
            timed.push(Timed {
                contract: scenario.target.as_str(),
                message: scenario.message,
                state: scenario.state,
                collateral: match (scenario.tokens, collateral) {
                    (Tokens::Any, _) => "any",
                    (_, Collateral::Native) => "native",
                    (_, _) => "cw20",
                },
                few: few.time(&scenario, args.time)?,
                many: many.time(&scenario, args.time)?,
            });
        }
    }
    Ok(timed)
}

/// A stage with a token to compare with.
struct Crowd {
    size: u64,
    stage: Stage,
    transfer: Prepared,
}

impl Crowd {
    fn gather(collateral: Collateral, size: u64) -> Result<Self, Error> {
        let mut stage = Stage::new(collateral, size)?;
        let transfer = scenarios::plain_transfer(&mut stage)?;
        Ok(Self {
            size,
            stage,
            transfer,
        })
    }

    fn time(&mut self, scenario: &Scenario, milliseconds: u64) -> Result<Speed, Error> {
        let mark = self.stage.suite.mark();
        let message = scenario.prepare(&mut self.stage)?;
        let transfer = self.transfer.clone();
        let (mut times, mut transfers) = (vec![], vec![]);
        let until = Instant::now() + Duration::from_millis(milliseconds);
        while times.len() < LEAST_REPETITIONS || Instant::now() < until {
            times.push(self.once(&message)?);
            transfers.push(self.once(&transfer)?);
        }
        self.stage.suite.rewind_and_drop(mark);
        Ok(Speed {
            crowd: self.size,
            repetitions: times.len(),
            nanoseconds: median(times),
            transfer_nanoseconds: median(transfers),
        })
    }

    fn once(&mut self, message: &Prepared) -> Result<Duration, Error> {
        let mark = self.stage.suite.mark();
        let begin = Instant::now();
        self.stage.execute(message)?;
        let took = begin.elapsed();
        self.stage.suite.rewind_and_drop(mark);
        Ok(took)
    }
}

fn median(mut times: Vec<Duration>) -> u64 {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    u64::try_from(middle.as_nanos()).unwrap_or(u64::MAX)
}

fn table(timed: &[Timed], crowd: u64) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(vec![
        "message".to_owned(),
        "state".to_owned(),
        "token".to_owned(),
        format!("messages/s at {FEW}"),
        format!("at {crowd}"),
        "change".to_owned(),
        format!("cw20 transfers/s at {FEW}"),
        format!("at {crowd}"),
        format!("transfers a message at {FEW}"),
        format!("at {crowd}"),
    ]);
    let mut contract = "";
    for one in timed {
        if one.contract != contract {
            contract = one.contract;
            table.add_row(vec![contract.to_owned()]);
        }
        let change = one.many.messages_per_second() / one.few.messages_per_second() - 1.0;
        let mut row: Vec<Cell> = [one.message, one.state, one.collateral]
            .map(Cell::new)
            .to_vec();
        row.extend(
            [
                format!("{:.0}", one.few.messages_per_second()),
                format!("{:.0}", one.many.messages_per_second()),
                format!("{:+.0} %", change * 100.0),
                format!("{:.0}", one.few.transfers_per_second()),
                format!("{:.0}", one.many.transfers_per_second()),
                format!("{:.1}", one.few.in_transfers()),
                format!("{:.1}", one.many.in_transfers()),
            ]
            .map(|text| Cell::new(text).set_alignment(CellAlignment::Right)),
        );
        table.add_row(row);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_times_counts() {
        let times = [5, 1, 9].map(Duration::from_nanos).to_vec();
        assert_eq!(median(times), 5);
    }

    #[test]
    fn every_message_can_be_timed_and_sent_again() {
        let args = BenchArgs {
            crowd: 12,
            time: 1,
            only: None,
            json: false,
        };
        let timed = time_all(&args).unwrap();
        let distinct = scenarios::all().len();
        assert!(timed.len() >= distinct);
        for one in &timed {
            assert!(one.few.nanoseconds > 0 && one.many.transfer_nanoseconds > 0);
            assert!(one.few.repetitions >= LEAST_REPETITIONS);
        }
        assert!(table(&timed, 12).contains("place_order"));
    }
}
