//! Messages of the clearing house.

mod accounts;
mod admin;
mod keepers;
mod life;
mod orders;
mod triggers;

use anyhow::Result;

use super::{Prepared, Scenario, Stage};

/// A market order that fills against so many makers.
pub(super) fn fills(stage: &mut Stage, makers: u64) -> Result<Prepared> {
    orders::fills_of(stage, makers)
}

/// The liquidation of an account that is bankrupt against so many rivals.
pub(super) fn bankrupt_against(stage: &mut Stage, rivals: u64) -> Result<Prepared> {
    keepers::bankrupt_against(stage, rivals)
}

pub(super) fn all() -> Vec<Scenario> {
    let mut all = accounts::all();
    all.extend(orders::all());
    all.extend(triggers::all());
    all.extend(keepers::all());
    all.extend(admin::all());
    all.extend(life::all());
    all
}
