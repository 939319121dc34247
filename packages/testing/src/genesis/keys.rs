//! Keys of everybody in a suite, so that what the suite did here can go on on a chain of the Cosmos SDK.
//!
//! People have keys of secp256k1, whose addresses have 20 bytes. Contracts have addresses of 32 bytes there, and so do keys
//! of secp256r1: each contract gets such an address, and what only a contract of the suite may send can be signed for it.
//! The keys follow from public names. They are for measurements: whoever reads this can sign with them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Context, Result};
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Api, CanonicalAddr, Storage};
use cw_multi_test::AddressGenerator;
use k256::ecdsa::signature::Signer;
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

/// Prefix of addresses on a chain of wasmd as it is built by default.
pub const CHAIN_PREFIX: &str = "wasm";

/// Protobuf names of the public keys.
const PERSON_KEY: &str = "cosmos.crypto.secp256k1.PubKey";
const CONTRACT_KEY: &str = "cosmos.crypto.secp256r1.PubKey";

/// A private key.
#[derive(Clone, Debug)]
pub enum Key {
    /// Of a person.
    Person(k256::ecdsa::SigningKey),
    /// Of a contract.
    Contract(p256::ecdsa::SigningKey),
}

impl Key {
    /// The key of a person's name. The same for the same name.
    ///
    /// # Errors
    /// The hash of the name is no key: with negligible probability.
    pub fn of_person(name: &str) -> Result<Self> {
        let secret = Sha256::digest(name.as_bytes());
        Ok(Self::Person(k256::ecdsa::SigningKey::from_slice(&secret)?))
    }

    /// The key of a contract's name.
    ///
    /// # Errors
    /// As [`Key::of_person`].
    pub fn of_contract(name: &str) -> Result<Self> {
        let secret = Sha256::digest(name.as_bytes());
        let key = p256::ecdsa::SigningKey::from_slice(&secret)?;
        Ok(Self::Contract(key))
    }

    /// The compressed public key: 33 bytes.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Person(key) => key
                .verifying_key()
                .to_encoded_point(true)
                .as_bytes()
                .to_vec(),
            Self::Contract(key) => key
                .verifying_key()
                .to_encoded_point(true)
                .as_bytes()
                .to_vec(),
        }
    }

    /// The type of the public key, as a chain of the Cosmos SDK names it.
    #[must_use]
    pub fn type_url(&self) -> String {
        let name = match self {
            Self::Person(_) => PERSON_KEY,
            Self::Contract(_) => CONTRACT_KEY,
        };
        format!("/{name}")
    }

    /// The address's bytes: 20 for a person, 32 for a contract.
    #[must_use]
    pub fn address(&self) -> CanonicalAddr {
        let public = self.public();
        match self {
            Self::Person(_) => Ripemd160::digest(Sha256::digest(public))[..].into(),
            Self::Contract(_) => {
                // The SDK's ADR-28.
                let kind = Sha256::digest(CONTRACT_KEY.as_bytes());
                let hash = Sha256::new().chain_update(kind).chain_update(public);
                hash.finalize()[..].into()
            }
        }
    }

    /// The signature of a message's SHA-256: both numbers, 32 bytes each, the second one in the lower half.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Person(key) => {
                let signature: k256::ecdsa::Signature = key.sign(message);
                let normal = signature.normalize_s().unwrap_or(signature);
                normal.to_bytes().to_vec()
            }
            Self::Contract(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                let normal = signature.normalize_s().unwrap_or(signature);
                normal.to_bytes().to_vec()
            }
        }
    }
}

/// The keys of everybody in one suite, by address: a handle.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// Suites of different salt share nobody.
    salt: Rc<str>,
    keys: Rc<RefCell<BTreeMap<Addr, Key>>>,
}

impl Keyring {
    /// An empty one.
    #[must_use]
    pub fn new(salt: &str) -> Self {
        Self {
            salt: salt.into(),
            keys: Rc::default(),
        }
    }

    /// The address of a person's name.
    ///
    /// # Errors
    /// As [`Key::of_person`].
    pub fn person(&self, name: &str) -> Result<Addr> {
        self.keep(Key::of_person(&format!("{}/{name}", self.salt))?)
    }

    /// The address of the contract of that number.
    ///
    /// # Errors
    /// As [`Key::of_contract`].
    pub fn contract(&self, instance: u64) -> Result<Addr> {
        self.keep(Key::of_contract(&format!(
            "{}/contract {instance}",
            self.salt
        ))?)
    }

    fn keep(&self, key: Key) -> Result<Addr> {
        let api = MockApi::default().with_prefix(CHAIN_PREFIX);
        let address = api.addr_humanize(&key.address())?;
        self.keys.borrow_mut().insert(address.clone(), key);
        Ok(address)
    }

    /// The key of an address.
    ///
    /// # Errors
    /// Nobody here has it.
    pub fn key(&self, address: &Addr) -> Result<Key> {
        let keys = self.keys.borrow();
        let key = keys.get(address).cloned();
        key.with_context(|| format!("no key for {address}"))
    }

    /// Everybody, in order of address.
    #[must_use]
    pub fn addresses(&self) -> Vec<Addr> {
        self.keys.borrow().keys().cloned().collect()
    }
}

/// Contracts get the addresses of their keys.
impl AddressGenerator for Keyring {
    fn contract_address(
        &self,
        _: &dyn Api,
        _: &mut dyn Storage,
        _: u64,
        instance: u64,
    ) -> Result<Addr> {
        self.contract(instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first account of BIP-39's "abandon ... about" on the Cosmos Hub's path is derived elsewhere; here the private
    /// key one, whose addresses are known to every wallet.
    #[test]
    fn addresses_are_those_of_the_chain() {
        let mut one = [0; 32];
        one[31] = 1;
        let person = Key::Person(k256::ecdsa::SigningKey::from_slice(&one).unwrap());
        // HASH160 of the compressed generator: Bitcoin's best known one.
        assert_eq!(
            hex::encode(person.address().as_slice()),
            "751e76e8199196d454941c45d1b3a323f1433bd6"
        );
        let contract = Key::of_contract("a").unwrap();
        assert_eq!(contract.address().len(), 32);
        assert_eq!(contract.public().len(), 33);
    }

    #[test]
    fn signatures_are_normal_and_verify() {
        use p256::ecdsa::signature::Verifier;
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let Key::Contract(key) = Key::of_contract(name).unwrap() else {
                panic!("a contract's key");
            };
            let bytes = Key::Contract(key.clone()).sign(b"message");
            let signature = p256::ecdsa::Signature::from_slice(&bytes).unwrap();
            assert!(signature.normalize_s().is_none());
            key.verifying_key().verify(b"message", &signature).unwrap();
            let Key::Person(key) = Key::of_person(name).unwrap() else {
                panic!("a person's key");
            };
            let bytes = Key::Person(key.clone()).sign(b"message");
            let signature = k256::ecdsa::Signature::from_slice(&bytes).unwrap();
            assert!(signature.normalize_s().is_none());
            key.verifying_key().verify(b"message", &signature).unwrap();
        }
    }

    #[test]
    fn suites_of_different_salt_share_nobody() {
        let (a, b) = (Keyring::new("a"), Keyring::new("b"));
        assert_ne!(a.person("alice").unwrap(), b.person("alice").unwrap());
        let alice = a.person("alice").unwrap();
        assert_eq!(a.person("alice").unwrap(), alice);
        assert_eq!(a.addresses(), std::slice::from_ref(&alice));
        assert!(a.key(&alice).is_ok() && b.key(&alice).is_err());
    }
}
