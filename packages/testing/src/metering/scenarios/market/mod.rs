//! Messages of the clearing house.

mod accounts;
mod admin;
mod keepers;
mod life;
mod orders;
mod triggers;

use super::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    let mut all = accounts::all();
    all.extend(orders::all());
    all.extend(triggers::all());
    all.extend(keepers::all());
    all.extend(admin::all());
    all.extend(life::all());
    all
}
