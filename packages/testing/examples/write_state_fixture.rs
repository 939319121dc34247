//! Writes the state of a suite that the contracts of this version lived in: before the version is raised, once.

use anyhow::Result;

fn main() -> Result<()> {
    let suite = ballast_testing::fixtures::lived_in()?;
    let folder = ballast_testing::fixtures::write(&suite, env!("CARGO_PKG_VERSION"))?;
    println!("{}", folder.display());
    Ok(())
}
