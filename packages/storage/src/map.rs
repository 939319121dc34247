//! Values under keys, in the order of their keys.

use std::marker::PhantomData;

use cosmwasm_std::storage_keys::namespace_with_key;
use cosmwasm_std::{Addr, CustomQuery, Empty, Order, QuerierWrapper, StdError, StdResult, Storage};
use cw_storage_plus::{
    range_with_prefix, Bound, Key, KeyDeserialize, Prefixer, PrimaryKey, RawBound,
};

use crate::record::{from_bytes, to_bytes, Record};

/// Entries of a [`Map`] with their keys.
pub type Entries<'a, K, T> = Box<dyn Iterator<Item = StdResult<(K, T)>> + 'a>;

/// Keys of a [`Map`].
pub type Keys<'a, K> = Box<dyn Iterator<Item = StdResult<K>> + 'a>;

/// Values under keys, like `cw_storage_plus::Map`, whose keys it has.
#[derive(Debug, Clone)]
pub struct Map<K, T> {
    namespace: &'static str,
    types: PhantomData<(K, T)>,
}

impl<K, T> Map<K, T> {
    /// The values in a namespace.
    #[must_use]
    pub const fn new(namespace: &'static str) -> Self {
        Self {
            namespace,
            types: PhantomData,
        }
    }

    /// The namespace.
    #[must_use]
    pub const fn namespace_bytes(&self) -> &[u8] {
        self.namespace.as_bytes()
    }
}

impl<'a, K: PrimaryKey<'a>, T: Record> Map<K, T> {
    /// The whole key of a value.
    #[must_use]
    pub fn key(&self, key: K) -> Vec<u8> {
        storage_key(self.namespace, &key.key())
    }

    /// Stores a value.
    ///
    /// # Errors
    /// None; the result is that of cw-storage-plus.
    #[allow(clippy::unnecessary_wraps)]
    pub fn save(&self, storage: &mut dyn Storage, key: K, value: &T) -> StdResult<()> {
        storage.set(&self.key(key), &to_bytes(value));
        Ok(())
    }

    /// The value.
    ///
    /// # Errors
    /// Nothing is stored there, or it is not readable.
    pub fn load(&self, storage: &dyn Storage, key: K) -> StdResult<T> {
        self.may_load(storage, key)?
            .ok_or_else(|| StdError::not_found(self.namespace))
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// It is not readable.
    pub fn may_load(&self, storage: &dyn Storage, key: K) -> StdResult<Option<T>> {
        let bytes = storage.get(&self.key(key));
        bytes.map(|bytes| from_bytes(&bytes)).transpose()
    }

    /// Whether there is a value.
    #[must_use]
    pub fn has(&self, storage: &dyn Storage, key: K) -> bool {
        storage.get(&self.key(key)).is_some()
    }

    /// Removes the value.
    pub fn remove(&self, storage: &mut dyn Storage, key: K) {
        storage.remove(&self.key(key));
    }

    /// Changes and stores the value, and returns it.
    ///
    /// # Errors
    /// Those of [`Map::may_load`] and of the change.
    pub fn update<E: From<StdError>>(
        &self,
        storage: &mut dyn Storage,
        key: K,
        change: impl FnOnce(Option<T>) -> Result<T, E>,
    ) -> Result<T, E> {
        let key = self.key(key);
        let stored = storage.get(&key);
        let stored = stored.map(|bytes| from_bytes(&bytes)).transpose()?;
        let value = change(stored)?;
        storage.set(&key, &to_bytes(&value));
        Ok(value)
    }

    /// A value in another contract's storage.
    ///
    /// # Errors
    /// There is no such contract, or the value is not readable.
    pub fn query<Q: CustomQuery>(
        &self,
        querier: &QuerierWrapper<'_, Q>,
        contract: Addr,
        key: K,
    ) -> StdResult<Option<T>> {
        let bytes = querier.query_wasm_raw(contract, self.key(key))?;
        bytes.map(|bytes| from_bytes(&bytes)).transpose()
    }

    /// Entries whose keys begin so; the rest of the key is what an entry has.
    #[must_use]
    pub fn prefix(&self, prefix: K::Prefix) -> Prefix<K::Suffix, T, K::Suffix> {
        Prefix::new(self.namespace, &prefix.prefix())
    }

    /// The same with one part fewer fixed.
    #[must_use]
    pub fn sub_prefix(&self, prefix: K::SubPrefix) -> Prefix<K::SuperSuffix, T, K::SuperSuffix> {
        Prefix::new(self.namespace, &prefix.prefix())
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self, storage: &dyn Storage) -> bool {
        let all: Prefix<K, T> = Prefix::new(self.namespace, &[]);
        all.is_empty(storage)
    }
}

impl<'a, K: PrimaryKey<'a> + KeyDeserialize, T: Record> Map<K, T>
where
    K::Output: 'static,
{
    fn all(&self) -> Prefix<K, T, K> {
        Prefix::new(self.namespace, &[])
    }

    /// Entries between two keys.
    pub fn range<'s>(
        &self,
        storage: &'s dyn Storage,
        min: Option<Bound<'a, K>>,
        max: Option<Bound<'a, K>>,
        order: Order,
    ) -> Entries<'s, K::Output, T>
    where
        T: 's,
    {
        self.all().range(storage, min, max, order)
    }

    /// Keys between two keys.
    pub fn keys<'s>(
        &self,
        storage: &'s dyn Storage,
        min: Option<Bound<'a, K>>,
        max: Option<Bound<'a, K>>,
        order: Order,
    ) -> Keys<'s, K::Output>
    where
        K: 's,
    {
        self.all().keys(storage, min, max, order)
    }

    /// The entry with the lowest key.
    ///
    /// # Errors
    /// It is not readable.
    pub fn first(&self, storage: &dyn Storage) -> StdResult<Option<(K::Output, T)>>
    where
        T: 'static,
    {
        self.range(storage, None, None, Order::Ascending)
            .next()
            .transpose()
    }

    /// The entry with the highest key.
    ///
    /// # Errors
    /// It is not readable.
    pub fn last(&self, storage: &dyn Storage) -> StdResult<Option<(K::Output, T)>>
    where
        T: 'static,
    {
        self.range(storage, None, None, Order::Descending)
            .next()
            .transpose()
    }
}

/// Entries of a [`Map`] whose keys begin alike.
#[derive(Debug, Clone)]
pub struct Prefix<K, T, B = K> {
    prefix: cw_storage_plus::Prefix<Vec<u8>, Empty>,
    types: PhantomData<(K, T, B)>,
}

impl<K, T, B> Prefix<K, T, B> {
    fn new(namespace: &str, parts: &[Key]) -> Self {
        Self {
            prefix: cw_storage_plus::Prefix::new(namespace.as_bytes(), parts),
            types: PhantomData,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self, storage: &dyn Storage) -> bool {
        self.prefix.is_empty(storage)
    }
}

impl<'a, K: KeyDeserialize, T: Record, B: PrimaryKey<'a>> Prefix<K, T, B>
where
    K::Output: 'static,
{
    /// Entries between two keys.
    pub fn range<'s>(
        &self,
        storage: &'s dyn Storage,
        min: Option<Bound<'a, B>>,
        max: Option<Bound<'a, B>>,
        order: Order,
    ) -> Entries<'s, K::Output, T>
    where
        T: 's,
    {
        let min = min.map(|bound| bound.to_raw_bound());
        let max = max.map(|bound| bound.to_raw_bound());
        let raw = range_with_prefix(storage, &self.prefix, min, max, order);
        Box::new(raw.map(|(key, value)| Ok((K::from_vec(key)?, from_bytes(&value)?))))
    }

    /// Keys between two keys.
    pub fn keys<'s>(
        &self,
        storage: &'s dyn Storage,
        min: Option<Bound<'a, B>>,
        max: Option<Bound<'a, B>>,
        order: Order,
    ) -> Keys<'s, K::Output>
    where
        K: 's,
    {
        let min = min.map(raw);
        let max = max.map(raw);
        let keys = self.prefix.keys_raw(storage, min, max, order);
        Box::new(keys.map(K::from_vec))
    }
}

#[inline(never)]
fn storage_key(namespace: &str, parts: &[Key]) -> Vec<u8> {
    let mut path = vec![namespace.as_bytes()];
    path.extend(parts.iter().map(Key::as_ref));
    let last = path.pop().unwrap_or_default();
    namespace_with_key(&path, last)
}

/// A bound without its type, so that a contract holds the iteration once.
fn raw<'a, B: PrimaryKey<'a>>(bound: Bound<'a, B>) -> Bound<'static, Vec<u8>> {
    match bound.to_raw_bound() {
        RawBound::Inclusive(key) => Bound::InclusiveRaw(key),
        RawBound::Exclusive(key) => Bound::ExclusiveRaw(key),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    const MAP: Map<(u64, u128, &Addr), u64> = Map::new("numbers");
    const LIKE: cw_storage_plus::Map<(u64, u128, &Addr), u64> =
        cw_storage_plus::Map::new("numbers");

    // Whoever knows cw-storage-plus finds a record by its raw key.
    #[test]
    fn keys_are_those_of_cw_storage_plus() {
        let owner = Addr::unchecked("owner");
        let key = (7, u128::MAX, &owner);
        assert_eq!(MAP.key(key), LIKE.key(key).to_vec());
        let one: Map<u32, u8> = Map::new("one");
        let like: cw_storage_plus::Map<u32, u8> = cw_storage_plus::Map::new("one");
        assert_eq!(one.key(9), like.key(9).to_vec());
    }

    #[test]
    fn ranges_are_those_of_cw_storage_plus() {
        let (mut ours, mut theirs) = (MockStorage::new(), MockStorage::new());
        let owners = ["a", "b"].map(Addr::unchecked);
        for (index, owner) in owners.iter().enumerate() {
            for first in [1, 2, 255, 256] {
                for second in [0, 1, u128::MAX] {
                    let value = u64::try_from(index).unwrap();
                    MAP.save(&mut ours, (first, second, owner), &value).unwrap();
                    LIKE.save(&mut theirs, (first, second, owner), &value)
                        .unwrap();
                }
            }
        }
        let count = ours.range(None, None, Order::Ascending).count();
        assert_eq!(count, 24);
        for order in [Order::Ascending, Order::Descending] {
            let all: Vec<_> = MAP.range(&ours, None, None, order).collect();
            let like: Vec<_> = LIKE.range(&theirs, None, None, order).collect();
            assert_eq!(all, like);
            let min = || Some(Bound::exclusive((1u128, &owners[0])));
            let some: Vec<_> = MAP.sub_prefix(2).range(&ours, min(), None, order).collect();
            let like: Vec<_> = LIKE
                .sub_prefix(2)
                .range(
                    &theirs,
                    Some(Bound::exclusive((1u128, &owners[0]))),
                    None,
                    order,
                )
                .collect();
            assert_eq!(some, like);
            let keys: Vec<_> = MAP
                .prefix((255, 1))
                .keys(&ours, None, None, order)
                .collect();
            let like: Vec<_> = LIKE
                .prefix((255, 1))
                .keys(&theirs, None, None, order)
                .collect();
            assert_eq!(keys, like);
        }
        assert!(!MAP.is_empty(&ours) && !MAP.prefix((2, 0)).is_empty(&ours));
        assert!(MAP.prefix((2, 5)).is_empty(&ours));
        assert!(MAP.is_empty(&MockStorage::new()));
    }

    #[test]
    fn values_come_and_go() {
        let mut storage = MockStorage::new();
        let owner = Addr::unchecked("owner");
        let key = (1, 2, &owner);
        assert!(!MAP.has(&storage, key));
        assert!(MAP.load(&storage, key).is_err());
        let grow = |value: Option<u64>| StdResult::Ok(value.map_or(5, |value| value.pow(2)));
        assert_eq!(MAP.update(&mut storage, key, grow).unwrap(), 5);
        assert_eq!(MAP.update(&mut storage, key, grow).unwrap(), 25);
        assert_eq!(MAP.load(&storage, key).unwrap(), 25);
        assert!(MAP.has(&storage, key));
        MAP.remove(&mut storage, key);
        assert_eq!(MAP.may_load(&storage, key).unwrap(), None);
    }
}
