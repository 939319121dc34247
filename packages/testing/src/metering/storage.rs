//! The proxies that count.

use std::cell::{Cell, RefCell};

use cosmwasm_std::{Order, Record, Storage};

use super::{Access, Counts, Operation};

/// Where a call's operations are counted, and its written keys and, while it is traced, every access kept.
#[derive(Default)]
pub(super) struct Tally {
    counts: Cell<Counts>,
    written: RefCell<Vec<Vec<u8>>>,
    accesses: Option<RefCell<Vec<Access>>>,
}

impl Tally {
    pub fn new(tracing: bool) -> Self {
        Self {
            accesses: tracing.then(RefCell::default),
            ..Self::default()
        }
    }

    pub fn counts(&self) -> Counts {
        self.counts.get()
    }

    pub fn take_accesses(&self) -> Vec<Access> {
        self.accesses
            .as_ref()
            .map(RefCell::take)
            .unwrap_or_default()
    }

    pub fn into_written(self) -> Vec<Vec<u8>> {
        self.written.into_inner()
    }

    fn read(&self, key: &[u8], value: Option<&Vec<u8>>) {
        self.note(Operation::Read, key, value.map_or(0, |value| bytes(value)));
    }

    fn write(&self, key: &[u8], value: &[u8]) {
        self.note(Operation::Write, key, bytes(value));
        self.written.borrow_mut().push(key.to_vec());
    }

    fn delete(&self, key: &[u8]) {
        self.note(Operation::Delete, key, 0);
        self.written.borrow_mut().push(key.to_vec());
    }

    fn step(&self, record: Option<&Record>) {
        let (key, value) =
            record.map_or((&[][..], 0), |(key, value)| (key.as_slice(), bytes(value)));
        self.note(Operation::Step, key, value);
    }

    fn note(&self, operation: Operation, key: &[u8], value_bytes: u64) {
        let access = Counts::of(operation, bytes(key), value_bytes);
        self.counts.set(self.counts.get().plus(access));
        if let Some(accesses) = &self.accesses {
            accesses.borrow_mut().push(Access {
                operation,
                key: key.to_vec(),
                value_bytes,
            });
        }
    }

    fn iterate<'a>(
        &'a self,
        mut inner: Box<dyn Iterator<Item = Record> + 'a>,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        Box::new(std::iter::from_fn(move || {
            let record = inner.next();
            self.step(record.as_ref());
            record
        }))
    }
}

fn bytes(of: &[u8]) -> u64 {
    of.len() as u64
}

/// Storage of a call that may write.
pub(super) struct WriteProxy<'a> {
    pub inner: &'a mut dyn Storage,
    pub tally: &'a Tally,
}

impl Storage for WriteProxy<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.inner.get(key);
        self.tally.read(key, value.as_ref());
        value
    }

    fn range<'b>(
        &'b self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'b> {
        self.tally.iterate(self.inner.range(start, end, order))
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.tally.write(key, value);
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.tally.delete(key);
        self.inner.remove(key);
    }
}

/// Storage of a query.
pub(super) struct ReadProxy<'a> {
    pub inner: &'a dyn Storage,
    pub tally: &'a Tally,
}

impl Storage for ReadProxy<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.inner.get(key);
        self.tally.read(key, value.as_ref());
        value
    }

    fn range<'b>(
        &'b self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'b> {
        self.tally.iterate(self.inner.range(start, end, order))
    }

    /// A query gets its storage by shared reference, so nothing can call this.
    fn set(&mut self, _key: &[u8], _value: &[u8]) {}

    /// A query gets its storage by shared reference, so nothing can call this.
    fn remove(&mut self, _key: &[u8]) {}
}
