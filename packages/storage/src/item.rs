//! One value under a fixed key.

use std::marker::PhantomData;

use cosmwasm_std::{StdError, StdResult, Storage};

use crate::record::{from_bytes, to_bytes, Record};

/// One value under a fixed key, like `cw_storage_plus::Item`.
#[derive(Debug, Clone)]
pub struct Item<T> {
    key: &'static str,
    value: PhantomData<T>,
}

impl<T: Record> Item<T> {
    /// The value under `key`.
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            value: PhantomData,
        }
    }

    /// Its key.
    #[must_use]
    pub const fn as_slice(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// Stores a value.
    ///
    /// # Errors
    /// None; the result is that of cw-storage-plus.
    #[allow(clippy::unnecessary_wraps)]
    pub fn save(&self, storage: &mut dyn Storage, value: &T) -> StdResult<()> {
        storage.set(self.as_slice(), &to_bytes(value));
        Ok(())
    }

    /// The value.
    ///
    /// # Errors
    /// Nothing is stored, or it is not readable.
    pub fn load(&self, storage: &dyn Storage) -> StdResult<T> {
        self.may_load(storage)?
            .ok_or_else(|| StdError::not_found(self.key))
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// It is not readable.
    pub fn may_load(&self, storage: &dyn Storage) -> StdResult<Option<T>> {
        let bytes = storage.get(self.as_slice());
        bytes.map(|bytes| from_bytes(&bytes)).transpose()
    }

    /// Whether there is a value.
    #[must_use]
    pub fn exists(&self, storage: &dyn Storage) -> bool {
        storage.get(self.as_slice()).is_some()
    }

    /// Removes the value.
    pub fn remove(&self, storage: &mut dyn Storage) {
        storage.remove(self.as_slice());
    }

    /// Loads, changes and stores the value, and returns it.
    ///
    /// # Errors
    /// Those of [`Item::load`] and of the change.
    pub fn update<E: From<StdError>>(
        &self,
        storage: &mut dyn Storage,
        change: impl FnOnce(T) -> Result<T, E>,
    ) -> Result<T, E> {
        let value = change(self.load(storage)?)?;
        self.save(storage, &value)?;
        Ok(value)
    }
}
