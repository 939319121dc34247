//! A copy of one map's records.

use std::collections::HashMap;
use std::hash::Hash;

/// Records by key, each replaced whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Records<K: Eq + Hash, V>(pub HashMap<K, V>);

impl<K: Eq + Hash, V> Default for Records<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Records<K, V> {
    /// What the shadow holds.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// Whether the shadow holds it.
    pub fn has(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Puts in what storage holds now; returns what the shadow held.
    pub fn replace(&mut self, key: K, now: Option<V>) -> Option<V> {
        match now {
            Some(value) => self.0.insert(key, value),
            None => self.0.remove(&key),
        }
    }
}
