//! The bank of the embedded chain, with addresses that refuse to be sent coins.
//!
//! A chain's bank refuses sends to blocked addresses (module accounts, as a rule). It is the only way in
//! which a native coin can be refused, since receiving one runs no code.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use anyhow::{bail, Result};
use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::{
    Addr, Api, BankMsg, BankQuery, Binary, BlockInfo, CustomMsg, CustomQuery, Querier, Storage,
};
use cw_multi_test::{AppResponse, Bank, BankKeeper, BankSudo, CosmosRouter, Module};

use crate::metering::Meter;

/// Addresses that refuse coins: a handle shared with the bank.
#[derive(Clone, Default)]
pub struct Blocked(Rc<RefCell<BTreeSet<String>>>);

impl Blocked {
    /// Makes an address refuse coins, or take them again.
    pub fn set(&self, address: &Addr, blocked: bool) {
        if blocked {
            self.0.borrow_mut().insert(address.to_string());
        } else {
            self.0.borrow_mut().remove(address.as_str());
        }
    }
}

/// cw-multi-test's bank, but for sends to blocked addresses.
#[derive(Default)]
pub struct RefusingBank {
    /// What does the work.
    pub keeper: BankKeeper,
    /// Who refuses.
    pub blocked: Blocked,
    /// Where sends and queries are counted.
    pub meter: Meter,
}

impl Bank for RefusingBank {}

impl Module for RefusingBank {
    type ExecT = BankMsg;
    type QueryT = BankQuery;
    type SudoT = BankSudo;

    fn execute<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        sender: Addr,
        msg: BankMsg,
    ) -> Result<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        if let BankMsg::Send { to_address, .. } = &msg {
            self.meter.trace_bank_send();
            if self.blocked.0.borrow().contains(to_address) {
                bail!("{to_address} is not allowed to receive funds");
            }
        }
        self.keeper
            .execute(api, storage, router, block, sender, msg)
    }

    fn query(
        &self,
        api: &dyn Api,
        storage: &dyn Storage,
        querier: &dyn Querier,
        block: &BlockInfo,
        request: BankQuery,
    ) -> Result<Binary> {
        self.meter.trace_bank_query();
        self.keeper.query(api, storage, querier, block, request)
    }

    fn sudo<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        msg: BankSudo,
    ) -> Result<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        self.keeper.sudo(api, storage, router, block, msg)
    }
}
