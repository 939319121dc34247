//! Contract codes, each guarded and metered.

use cosmwasm_std::Empty;
use cw20_base::contract as cw20_base;
use cw_multi_test::{Contract, ContractWrapper};

use super::SuiteApp;
use crate::guard::Guarded;
use crate::hostile;
use crate::metering::{Meter, Metered};
use crate::pyth;

/// Code ids on the chain.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// The price feed.
    pub price_feed: u64,
    /// The insurance fund.
    pub fund: u64,
    /// The clearing house.
    pub market: u64,
    /// Governance.
    pub governance: u64,
    /// cw20-base.
    pub cw20: u64,
    /// [`hostile::token`].
    pub hostile_token: u64,
    /// [`pyth`].
    pub pyth: u64,
    /// [`hostile::oracle`].
    pub hostile_oracle: u64,
    /// [`hostile::fund`].
    pub hostile_fund: u64,
    /// [`hostile::actor`].
    pub actor: u64,
    /// [`hostile::observer`].
    pub observer: u64,
}

impl Codes {
    pub(super) fn store(app: &mut SuiteApp, meter: &Meter) -> Self {
        let mut store = |label: &str, code: Box<dyn Contract<Empty>>| {
            app.store_code(Metered::boxed(label, Guarded::boxed(code), meter))
        };
        Self {
            price_feed: store("price-feed", price_feed()),
            fund: store("insurance-fund", fund()),
            market: store("perp-market", market()),
            governance: store("governance", governance()),
            cw20: store("cw20", cw20()),
            hostile_token: store("hostile-token", hostile::token::HostileToken::boxed()),
            pyth: store("pyth", pyth::contract()),
            hostile_oracle: store("hostile-oracle", hostile::oracle::contract()),
            hostile_fund: store("hostile-fund", hostile::fund::contract()),
            actor: store("actor", hostile::actor::contract()),
            observer: store("observer", hostile::observer::contract()),
        }
    }
}

fn price_feed() -> Box<dyn Contract<Empty>> {
    use ballast_price_feed::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

fn fund() -> Box<dyn Contract<Empty>> {
    use ballast_insurance_fund::contract::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_reply(reply)
            .with_migrate(migrate),
    )
}

fn market() -> Box<dyn Contract<Empty>> {
    use ballast_perp_market::entry::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_reply(reply)
            .with_migrate(migrate),
    )
}

fn governance() -> Box<dyn Contract<Empty>> {
    use ballast_governance::contract::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_reply(reply)
            .with_migrate(migrate),
    )
}

fn cw20() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(
        cw20_base::execute,
        cw20_base::instantiate,
        cw20_base::query,
    ))
}
