//! `cargo ballast gas`: the table of predicted gas.

use ballast_testing::metering::scenarios;

use crate::cli::GasArgs;
use crate::error::{SimError, SimResult};
use crate::generated::emit;

/// Measures every message, and prints, writes or checks the table.
///
/// # Errors
/// A message was refused; the file cannot be read or written, or differs.
pub fn run(args: &GasArgs) -> SimResult<()> {
    let table =
        scenarios::table().map_err(|error| SimError::internal(format_args!("{error:#}")))?;
    emit(
        &table,
        args.write.as_deref(),
        args.check.as_deref(),
        "cargo ballast gas",
    )
}
