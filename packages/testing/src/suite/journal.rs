//! The chain's storage with a way back: a test or a measurement sends a message, looks, and rewinds.

use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{BlockInfo, Order, Record, Storage};

use super::{Hostile, Strays, Suite};

/// Storage that remembers what it held since a mark was set. Without a mark it remembers nothing.
#[derive(Default)]
pub struct JournalStorage {
    inner: MockStorage,
    marks: u32,
    before: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl JournalStorage {
    fn note(&mut self, key: &[u8]) {
        if self.marks > 0 {
            self.before.push((key.to_vec(), self.inner.get(key)));
        }
    }

    fn rewind(&mut self, length: usize) {
        while self.before.len() > length {
            match self.before.pop() {
                Some((key, Some(value))) => self.inner.set(&key, &value),
                Some((key, None)) => self.inner.remove(&key),
                None => {}
            }
        }
    }
}

impl Storage for JournalStorage {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.get(key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        self.inner.range(start, end, order)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.note(key);
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.note(key);
        self.inner.remove(key);
    }
}

/// A state of the whole suite to go back to.
pub struct Mark {
    length: usize,
    block: BlockInfo,
    markets: usize,
    messages: u64,
    strays: Strays,
    hostile: Hostile,
}

impl Suite {
    /// Remembers the state of now. Marks are a stack: the last one set is rewound to, or dropped, first.
    pub fn mark(&mut self) -> Mark {
        let block = self.app.block_info();
        let storage = self.app.storage_mut();
        storage.marks += 1;
        Mark {
            length: storage.before.len(),
            block,
            markets: self.markets.len(),
            messages: self.messages,
            strays: self.strays,
            hostile: self.hostile,
        }
    }

    /// Goes back to a mark, which stays set: storage of all contracts and the bank, block and time. An
    /// invariant checker made before the rewound messages does not go back with it. Addresses that were
    /// blocked stay blocked.
    pub fn rewind(&mut self, mark: &Mark) {
        self.app.storage_mut().rewind(mark.length);
        self.app.set_block(mark.block.clone());
        self.markets.truncate(mark.markets);
        self.messages = mark.messages;
        self.strays = mark.strays;
        self.hostile = mark.hostile;
    }

    /// Goes back to a mark and takes it away.
    pub fn rewind_and_drop(&mut self, mark: Mark) {
        self.rewind(&mark);
        let storage = self.app.storage_mut();
        storage.marks = storage.marks.saturating_sub(1);
        if storage.marks == 0 {
            storage.before.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{MarketSpec, SuiteBuilder};

    fn everything(suite: &Suite) -> Vec<Record> {
        let storage = suite.app.storage();
        storage.range(None, None, Order::Ascending).collect()
    }

    #[test]
    fn rewinding_brings_back_every_record() {
        let mut suite = SuiteBuilder::new()
            .market(MarketSpec::btc())
            .build()
            .unwrap();
        let (start, block) = (everything(&suite), suite.app.block_info());
        let outer = suite.mark();
        let alice = suite.new_user("alice", 1_000).unwrap();
        suite.deposit(&alice, 0, 600).unwrap();
        let middle = everything(&suite);
        let inner = suite.mark();
        suite.withdraw(&alice, 0, 100).unwrap();
        suite.advance(7);
        assert_ne!(everything(&suite), middle);
        suite.rewind_and_drop(inner);
        assert_eq!(everything(&suite), middle);
        suite.rewind(&outer);
        assert_eq!(everything(&suite), start);
        suite.advance(3);
        suite.rewind_and_drop(outer);
        assert_eq!((everything(&suite), suite.app.block_info()), (start, block));
        assert!(suite.app.storage().before.is_empty());
    }
}
