//! What each message costs in storage, and which records it wrote.
//!
//! Every contract is wrapped in [`Metered`], a cw-multi-test `Contract` that hands the real one a proxy of
//! its storage. A storage under the whole app would see only what is committed; the proxy sees every read,
//! write, delete and iterator step, those of calls that are reverted later included, which a chain charges
//! for as well. Nested calls are counted where they happen: a query of the oracle is the oracle's.
//!
//! The [`Meter`] is a handle that all wrapped contracts share. It does three things, each off by default:
//! *counting* for the report, *recording* of written keys for the invariant checker, *tracing* of every call
//! of one transaction for its predicted gas ([`Trace`], [`scenarios`]).

mod contract;
mod counts;
mod report;
pub mod scenarios;
mod storage;
#[cfg(test)]
mod tests;
mod trace;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_std::Addr;

pub use contract::{Label, Metered};
pub use counts::{Access, Counts, Operation};
pub use report::{Report, Row};
pub use trace::{Call, Entry, Trace};

/// Shared handle to what all metered contracts of one chain did.
#[derive(Clone, Default)]
pub struct Meter(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    counting: bool,
    recording: bool,
    usage: BTreeMap<(Label, String), Usage>,
    written: Vec<Written>,
    trace: Option<Trace>,
}

/// One storage key that a call set or removed. The call may have been reverted since: read the key again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// Whose storage.
    pub contract: Addr,
    /// The raw key.
    pub key: Vec<u8>,
}

/// What all calls of one kind did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub calls: u64,
    pub failed: u64,
    pub total: Counts,
    pub most: Counts,
}

impl Meter {
    /// Neither counting nor recording.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches counting for the report on or off.
    pub fn set_counting(&self, on: bool) {
        self.0.borrow_mut().counting = on;
    }

    /// Switches recording of written keys on or off. Whoever switches it on must call
    /// [`Meter::take_written`] after every message.
    pub fn set_recording(&self, on: bool) {
        let mut state = self.0.borrow_mut();
        state.recording = on;
        state.written.clear();
    }

    /// The keys written since the last call, each once.
    #[must_use]
    pub fn take_written(&self) -> Vec<Written> {
        let mut written = std::mem::take(&mut self.0.borrow_mut().written);
        written.sort_unstable();
        written.dedup();
        written
    }

    /// Forgets what was counted.
    pub fn reset(&self) {
        self.0.borrow_mut().usage.clear();
    }

    /// What was counted, by contract and kind of message.
    #[must_use]
    pub fn report(&self) -> Report {
        let state = self.0.borrow();
        let rows = state.usage.iter().map(|((label, kind), usage)| Row {
            contract: label.to_string(),
            kind: kind.clone(),
            calls: usage.calls,
            failed: usage.failed,
            total: usage.total,
            most: usage.most,
        });
        Report {
            rows: rows.collect(),
        }
    }

    /// Traces everything that a transaction does. Nests in nothing: a transaction inside is part of it.
    pub fn trace<T>(&self, transaction: impl FnOnce() -> T) -> (T, Trace) {
        self.0.borrow_mut().trace = Some(Trace::default());
        let result = transaction();
        let trace = self.0.borrow_mut().trace.take();
        (result, trace.unwrap_or_default())
    }

    fn is_tracing(&self) -> bool {
        self.0.borrow().trace.is_some()
    }

    /// A call begins. Calls that it leads to come after it.
    fn trace_begin(&self, label: &Label, address: &Addr, entry: Entry, kind: &str) -> usize {
        let mut state = self.0.borrow_mut();
        let Some(trace) = &mut state.trace else {
            return 0;
        };
        trace.calls.push(Call {
            contract: label.to_string(),
            address: address.clone(),
            entry,
            kind: kind.to_owned(),
            counts: Counts::default(),
            accesses: vec![],
        });
        trace.calls.len() - 1
    }

    fn trace_end(&self, index: usize, tally: &storage::Tally) {
        if let Some(call) = self
            .0
            .borrow_mut()
            .trace
            .as_mut()
            .and_then(|trace| trace.calls.get_mut(index))
        {
            call.counts = tally.counts();
            call.accesses = tally.take_accesses();
        }
    }

    pub(crate) fn trace_bank_send(&self) {
        if let Some(trace) = &mut self.0.borrow_mut().trace {
            trace.bank_sends += 1;
        }
    }

    pub(crate) fn trace_bank_query(&self) {
        if let Some(trace) = &mut self.0.borrow_mut().trace {
            trace.bank_queries += 1;
        }
    }

    fn is_counting(&self) -> bool {
        self.0.borrow().counting
    }

    fn is_recording(&self) -> bool {
        self.0.borrow().recording
    }

    fn add(&self, label: &Label, kind: String, counts: Counts, ok: bool) {
        let mut state = self.0.borrow_mut();
        let usage = state.usage.entry((Rc::clone(label), kind)).or_default();
        usage.calls += 1;
        usage.failed += u64::from(!ok);
        usage.total = usage.total.plus(counts);
        usage.most = usage.most.max(counts);
    }

    fn record(&self, contract: &Addr, keys: Vec<Vec<u8>>) {
        let written = keys.into_iter().map(|key| Written {
            contract: contract.clone(),
            key,
        });
        self.0.borrow_mut().written.extend(written);
    }
}
