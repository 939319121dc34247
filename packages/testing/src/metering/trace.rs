//! Everything that one transaction did, and the gas that a chain would charge for it.

use std::collections::{BTreeMap, BTreeSet};

use cosmwasm_std::Addr;

use super::{Access, Counts};

/// How a contract was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// By a message: execute, instantiate, migrate, sudo.
    Execute,
    /// By the reply to a message of its own.
    Reply,
    /// By a query.
    Query,
}

/// One entry into a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The code's name.
    pub contract: String,
    /// Which of its instances.
    pub address: Addr,
    /// How.
    pub entry: Entry,
    /// The message's JSON name.
    pub kind: String,
    /// What it did to its storage; not what the calls it led to did.
    pub counts: Counts,
    /// The operations in their order.
    pub accesses: Vec<Access>,
}

/// What the calls of a transaction, or of one contract in it, add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Entries by messages and replies.
    pub entries: u64,
    /// Entries by queries.
    pub queries: u64,
    /// Storage.
    pub counts: Counts,
}

impl Totals {
    fn add(&mut self, call: &Call) {
        match call.entry {
            Entry::Execute | Entry::Reply => self.entries += 1,
            Entry::Query => self.queries += 1,
        }
        self.counts = self.counts.plus(call.counts);
    }
}

/// A transaction with one message to a contract: signature, decoding, entering that contract.
const TRANSACTION_GAS: u64 = 99_000;
/// Entering another contract for the first time in a transaction, also by a query.
const FIRST_ENTRY_GAS: u64 = 63_000;
/// Entering a contract again: by a message, a reply or a query.
const NEXT_ENTRY_GAS: u64 = 5_000;
/// Coins attached to a message, or a send of the bank.
const BANK_SEND_GAS: u64 = 19_000;
/// A balance asked of the bank: one read of about a hundred bytes.
const BANK_QUERY_GAS: u64 = 1_300;

/// All calls of one transaction in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The calls.
    pub calls: Vec<Call>,
    /// Coins attached to messages, and sends of the bank.
    pub bank_sends: u64,
    /// Balances asked of the bank.
    pub bank_queries: u64,
}

impl Trace {
    /// Everything together.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.calls.iter().for_each(|call| totals.add(call));
        totals
    }

    /// By contract, in the order in which they were entered first.
    #[must_use]
    pub fn by_contract(&self) -> Vec<(String, Totals)> {
        let mut order: Vec<&str> = vec![];
        let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
        for call in &self.calls {
            if !totals.contains_key(call.contract.as_str()) {
                order.push(&call.contract);
            }
            totals.entry(&call.contract).or_default().add(call);
        }
        let of = |name: &str| totals.get(name).copied().unwrap_or_default();
        order
            .into_iter()
            .map(|name| (name.to_owned(), of(name)))
            .collect()
    }

    /// What a chain would charge by the table of design section 11: the transaction, entries, coins and
    /// storage. Compute is not in it: 140,000 steps of the virtual machine are one gas, so it is small next
    /// to these, but not nothing.
    #[must_use]
    pub fn gas(&self) -> u64 {
        let mut entered: BTreeSet<&Addr> = BTreeSet::new();
        let entries: u64 = self
            .calls
            .iter()
            .map(|call| {
                let first = entered.insert(&call.address);
                match (entered.len(), first) {
                    (1, true) => TRANSACTION_GAS,
                    (_, true) => FIRST_ENTRY_GAS,
                    (_, false) => NEXT_ENTRY_GAS,
                }
            })
            .sum();
        entries
            + self.bank_sends * BANK_SEND_GAS
            + self.bank_queries * BANK_QUERY_GAS
            + self.totals().counts.gas()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(address: &str, entry: Entry) -> Call {
        Call {
            contract: address.to_owned(),
            address: Addr::unchecked(address),
            entry,
            kind: String::new(),
            counts: Counts {
                reads: 1,
                read_bytes: 10,
                ..Counts::default()
            },
            accesses: vec![],
        }
    }

    #[test]
    fn gas_is_the_table_of_the_design() {
        let trace = Trace {
            calls: vec![
                call("market", Entry::Execute),
                call("oracle", Entry::Query),
                call("fund", Entry::Execute),
                call("market", Entry::Reply),
                call("oracle", Entry::Query),
            ],
            bank_sends: 2,
            bank_queries: 1,
        };
        let reads = 5 * (1_000 + 3 * 43);
        let entries = 99_000 + 2 * 63_000 + 2 * 5_000;
        assert_eq!(trace.gas(), entries + 2 * 19_000 + 1_300 + reads);
        let totals = trace.totals();
        assert_eq!(
            (totals.entries, totals.queries, totals.counts.reads),
            (3, 2, 5)
        );
        let by_contract = trace.by_contract();
        let names: Vec<&str> = by_contract.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["market", "oracle", "fund"]);
        assert_eq!((by_contract[0].1.entries, by_contract[1].1.queries), (2, 2));
    }
}
