//! From raw keys back to records.

use anyhow::{Context, Result};
use cw_storage_plus::KeyDeserialize;

/// Namespace and rest of a cw-storage-plus map's key; `None` for the key of an `Item`.
///
/// A map's key begins with its namespace's length in two bytes; an item's begins with letters, which as a
/// length are more than any key has.
pub(super) fn split(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = key.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    (length > 0 && length <= rest.len()).then(|| rest.split_at(length))
}

/// The key of a map's record from what follows the namespace.
pub(super) fn decode<K: KeyDeserialize>(rest: &[u8]) -> Result<K::Output> {
    K::from_vec(rest.to_vec()).with_context(|| format!("key {rest:02x?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cw_storage_plus::{Item, Map, PrimaryKey};

    #[test]
    fn keys_of_maps_are_split_and_those_of_items_are_not() {
        const MAP: Map<(u64, u128), u32> = Map::new("orders");
        let key: Vec<u8> = MAP.key((7, 9)).to_vec();
        let (namespace, rest) = split(&key).unwrap();
        assert_eq!(namespace, MAP.namespace_bytes());
        assert_eq!(decode::<(u64, u128)>(rest).unwrap(), (7, 9));
        assert_eq!(rest, (7u64, 9u128).joined_key());
        assert_eq!(split(Item::<u32>::new("vault").as_slice()), None);
        assert_eq!(split(b"a"), None);
    }
}
