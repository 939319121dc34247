//! `cargo ballast gas`: the table of predicted gas, and what a real chain needs to measure the same messages.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use ballast_testing::genesis::{Block, Genesis, Range, Setting};
use ballast_testing::metering::scenarios;
use serde_json::json;

use crate::cli::{GasArgs, Growth};
use crate::error::{SimError, SimResult};
use crate::generated::emit;

/// Name of the local network.
const CHAIN_ID: &str = "ballast-local-1";

/// Its first block: 2026-01-01 00:00:40, five seconds before nothing in particular, and higher than any scenario lasts.
const FIRST_BLOCK: Block = Block {
    secs: 1_767_225_640,
    height: 5_000_000,
};

/// Measures every message, and prints, writes or checks the table; or writes what a chain needs to measure them.
///
/// # Errors
/// A message was refused; the file cannot be read or written, or differs.
pub fn run(args: &GasArgs) -> SimResult<()> {
    if let Some(folder) = &args.genesis {
        let genesis =
            genesis(args).map_err(|error| SimError::internal(format_args!("{error:#}")))?;
        return write(&genesis, folder)
            .map_err(|error| SimError::file(folder, format!("cannot be written: {error}")));
    }
    if let Some(text) = &args.records {
        if !scenarios::all().iter().any(|one| one.name().contains(text)) {
            let problem = format!("--records: no message's name contains {text:?}");
            return Err(SimError::Usage(problem));
        }
        let records = scenarios::records(text);
        let records = records.map_err(|error| SimError::internal(format_args!("{error:#}")))?;
        return emit(&records, None, None, "cargo ballast gas");
    }
    let table =
        scenarios::table().map_err(|error| SimError::internal(format_args!("{error:#}")))?;
    emit(
        &table,
        args.write.as_deref(),
        args.check.as_deref(),
        "cargo ballast gas",
    )
}

fn genesis(args: &GasArgs) -> anyhow::Result<Genesis> {
    let mut genesis = Genesis::new(CHAIN_ID, FIRST_BLOCK);
    genesis.add_bank_send()?;
    let settings = [Setting::Empty, Setting::Busy(args.crowd)];
    genesis.add_all(&settings, args.only.as_deref())?;
    if args.only.is_none() {
        genesis.check_complete()?;
    }
    genesis.add_growth(match args.growth {
        Growth::Nothing => Range::Nothing,
        Growth::Small => Range::Small,
        Growth::Full => Range::Full,
    })?;
    Ok(genesis)
}

/// Each list in a file of its own, since they are long; and `chain.json` with the rest.
fn write(genesis: &Genesis, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, list) in genesis.lists() {
        let mut file = BufWriter::new(File::create(folder.join(format!("{name}.json")))?);
        serde_json::to_writer(&mut file, list)?;
        file.flush()?;
    }
    let first = genesis.first_block();
    let codes: Vec<_> = genesis
        .codes()
        .iter()
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect();
    let rest = json!({
        "chain_id": CHAIN_ID,
        "time": first.secs,
        "height": first.height,
        "codes": codes,
        "transactions": genesis.transactions(),
    });
    fs::write(folder.join("chain.json"), serde_json::to_vec(&rest)?)
}
