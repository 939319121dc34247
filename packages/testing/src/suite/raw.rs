//! Raw storage, for what recomputes totals instead of believing them.

use cosmwasm_std::{Addr, Storage};

use super::Suite;

impl Suite {
    /// Committed storage of any contract, read-only.
    #[must_use]
    pub fn storage_of(&self, contract: &Addr) -> Box<dyn Storage + '_> {
        self.app.contract_storage(contract)
    }

    /// Committed storage of the market.
    #[must_use]
    pub fn market_storage(&self) -> Box<dyn Storage + '_> {
        self.storage_of(&self.market)
    }

    /// Committed storage of the fund.
    #[must_use]
    pub fn fund_storage(&self) -> Box<dyn Storage + '_> {
        self.storage_of(&self.fund)
    }
}
