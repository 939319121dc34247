//! Everything that is measured, in one genesis state.

use anyhow::{ensure, Context, Result};
use cosmwasm_std::{coins, Coin};
use serde::Serialize;
use serde_json::Value;

use super::dump::{Dump, SEQUENCE};
use super::growth::{Range, COUNTED, CURVES};
use super::play::{play, play_with, Block, Played, Setting};
use super::transaction::{execute, send, Signer};
use super::Keyring;
use crate::messages;
use crate::metering::scenarios::{all, Prepared, Scenario, Stage, Target};
use crate::suite::{Codes, Collateral};

/// Those that have execute messages of their own.
const CONTRACTS: [Target; 4] = [
    Target::Market,
    Target::Fund,
    Target::PriceFeed,
    Target::Governance,
];

/// Number of the first account. Those below are the validator's.
const FIRST_ACCOUNT: u64 = 100;

/// A signed message and what is known about it.
#[derive(Clone, Debug, Serialize)]
pub struct Transaction {
    /// The contract that it is about, or `bank`.
    pub contract: String,
    /// The message's JSON name.
    pub message: String,
    /// What was there before, or what the message leads to.
    pub state: String,
    /// Who else is there: `empty`, `busy`.
    pub setting: String,
    /// The collateral: `any` where it makes no difference and is native.
    pub token: String,
    /// A point of a growth curve: what there is more and more of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<String>,
    /// How much of it.
    pub size: u64,
    /// Whether the curve must be flat.
    pub flat: bool,
    /// Signed, in base64.
    pub transaction: String,
    /// Gas that the embedded chain's counts predict, compute left out.
    pub predicted: u64,
    /// Entries into contracts by messages and replies, and by queries.
    pub entries: u64,
    /// Queries of contracts.
    pub queries: u64,
    /// Coins attached, and sends of the bank.
    pub sends: u64,
    /// Storage reads.
    pub reads: u64,
    /// Storage writes.
    pub writes: u64,
    /// Storage deletes.
    pub deletes: u64,
    /// Steps of iterators.
    pub steps: u64,
    /// Bytes of keys and values that were read, steps included.
    pub bytes_read: u64,
    /// Bytes of keys and values that were written.
    pub bytes_written: u64,
}

/// The lists that a genesis state gains, and the transactions that its chain is sent.
pub struct Genesis {
    chain_id: String,
    end: Block,
    next_account: u64,
    dump: Dump,
    code_names: Vec<(u64, &'static str)>,
    transactions: Vec<Transaction>,
}

impl Genesis {
    /// Of a chain of that name, whose first block is `first`.
    #[must_use]
    pub fn new(chain_id: &str, first: Block) -> Self {
        Self {
            chain_id: chain_id.to_owned(),
            end: first,
            next_account: FIRST_ACCOUNT,
            dump: Dump::default(),
            code_names: vec![],
            transactions: vec![],
        }
    }

    /// Adds every scenario whose name contains `only`, in each setting and with each collateral that it knows.
    ///
    /// # Errors
    /// A message was refused.
    pub fn add_all(&mut self, settings: &[Setting], only: Option<&str>) -> Result<()> {
        for scenario in all() {
            if only.is_some_and(|text| !scenario.name().contains(text)) {
                continue;
            }
            for setting in settings {
                for collateral in [Collateral::Native, Collateral::Cw20] {
                    if scenario.tokens.include(collateral) {
                        self.add(&scenario, (collateral, *setting))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// That every message of every contract, by its schema, is among the transactions.
    ///
    /// # Errors
    /// One is not.
    pub fn check_complete(&self) -> Result<()> {
        for target in CONTRACTS {
            for name in messages::executes(target) {
                let measured = self
                    .transactions
                    .iter()
                    .any(|one| one.contract == target.as_str() && one.message == name);
                ensure!(
                    measured || messages::REFUSED.contains(&name.as_str()),
                    "{} {name}: no state measures it",
                    target.as_str()
                );
            }
        }
        Ok(())
    }

    fn salt(&self) -> String {
        format!("ballast gas {}", self.transactions.len())
    }

    fn add(&mut self, scenario: &Scenario, with: (Collateral, Setting)) -> Result<()> {
        let played = play(scenario, with, &self.salt(), self.end)?;
        let (collateral, setting) = with;
        let token = scenario.token(collateral);
        let named = (scenario.target.as_str(), scenario.message);
        self.add_played(played, named, scenario.state, (setting.as_str(), token))
            .with_context(|| scenario.name())
    }

    fn add_played(
        &mut self,
        (mut stage, message, keyring): Played<Prepared>,
        (contract, name): (&str, &str),
        state: &str,
        (setting, token): (&str, &str),
    ) -> Result<()> {
        let number = self.take(&stage, &keyring, &message)?;
        let key = keyring.key(&message.sender)?;
        let signer = Signer {
            key: &key,
            account_number: number,
            sequence: SEQUENCE,
        };
        let transaction = execute(&message, &self.chain_id, &signer)?;
        // It must be accepted here too: and this counts its storage.
        let (_, trace) = stage.send(&message)?;
        let totals = trace.totals();
        self.transactions.push(Transaction {
            contract: contract.to_owned(),
            message: name.to_owned(),
            state: state.to_owned(),
            setting: setting.to_owned(),
            token: token.to_owned(),
            curve: None,
            size: 0,
            flat: false,
            transaction,
            predicted: trace.gas(),
            entries: totals.entries,
            queries: totals.queries,
            sends: trace.bank_sends,
            reads: totals.counts.reads,
            writes: totals.counts.writes,
            deletes: totals.counts.deletes,
            steps: totals.counts.steps,
            bytes_read: totals.counts.read_bytes + totals.counts.step_bytes,
            bytes_written: totals.counts.write_bytes,
        });
        Ok(())
    }

    /// Adds points of every growth curve.
    ///
    /// # Errors
    /// A message was refused.
    pub fn add_growth(&mut self, range: Range) -> Result<()> {
        for curve in CURVES {
            for size in range.of(curve.sizes) {
                for scenario in curve.scenarios() {
                    let played = play_with(&self.salt(), self.end, |builder| {
                        let mut stage = curve.stage(builder, size)?;
                        let message = scenario.prepare(&mut stage)?;
                        Ok((stage, message))
                    });
                    let named = (scenario.target.as_str(), scenario.message);
                    let of = (curve.of, size, curve.flat);
                    self.add_point(played, named, scenario.state, of)?;
                }
            }
        }
        for curve in COUNTED {
            for size in range.of(curve.sizes) {
                let played = play_with(&self.salt(), self.end, |builder| {
                    let mut stage = Stage::set(builder, Collateral::Native, 0)?;
                    let message = (curve.prepare)(&mut stage, size)?;
                    Ok((stage, message))
                });
                let named = (Target::Market.as_str(), curve.message);
                self.add_point(played, named, curve.of, (curve.of, size, false))?;
            }
        }
        Ok(())
    }

    fn add_point(
        &mut self,
        played: Result<Played<Prepared>>,
        named: (&str, &str),
        state: &str,
        (of, size, flat): (&str, u64, bool),
    ) -> Result<()> {
        let context = || format!("{} ({state}) among {size} {of}", named.1);
        let played = played.with_context(context)?;
        self.add_played(played, named, state, ("growth", "any"))
            .with_context(context)?;
        if let Some(added) = self.transactions.last_mut() {
            added.curve = Some(of.to_owned());
            (added.size, added.flat) = (size, flat);
        }
        Ok(())
    }

    /// Takes a suite over; returns the sender's account number.
    fn take(&mut self, stage: &Stage, keyring: &Keyring, message: &Prepared) -> Result<u64> {
        let first = self.next_account;
        let number = self
            .dump
            .add(&stage.suite, keyring, &message.sender, first)?;
        self.next_account += keyring.addresses().len() as u64;
        self.code_names = stage.suite.codes.names().to_vec();
        number.context("the sender has no account")
    }

    /// Adds a send of the bank between two people, to compare with.
    ///
    /// # Errors
    /// None in practice.
    pub fn add_bank_send(&mut self) -> Result<()> {
        let (stage, message, keyring) = play_with(&self.salt(), self.end, |builder| {
            let mut stage = Stage::set(builder, Collateral::Native, 0)?;
            let [from, to] = ["from", "to"].map(|name| stage.user(name, 0));
            let message = Prepared::new(&from?, &to?, &())?;
            Ok((stage, message))
        })?;
        let account_number = self.take(&stage, &keyring, &message)?;
        let key = keyring.key(&message.sender)?;
        let signer = Signer {
            key: &key,
            account_number,
            sequence: SEQUENCE,
        };
        let amount: Vec<Coin> = match &stage.suite.collateral {
            cw20::Denom::Native(denom) => coins(1_000_000, denom),
            cw20::Denom::Cw20(_) => vec![],
        };
        let [from, to] = [&message.sender, &message.contract].map(cosmwasm_std::Addr::as_str);
        self.transactions.push(Transaction {
            contract: "bank".to_owned(),
            message: "send".to_owned(),
            state: "to compare with".to_owned(),
            setting: Setting::Empty.as_str().to_owned(),
            token: "native".to_owned(),
            curve: None,
            size: 0,
            flat: false,
            transaction: send(from, to, &amount, &self.chain_id, &signer),
            predicted: 0,
            entries: 0,
            queries: 0,
            sends: 1,
            reads: 0,
            writes: 0,
            deletes: 0,
            steps: 0,
            bytes_read: 0,
            bytes_written: 0,
        });
        Ok(())
    }

    /// `auth.accounts`, `bank.balances` and `wasm.contracts` of the genesis state.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Value]); 3] {
        [
            ("accounts", &self.dump.accounts),
            ("balances", &self.dump.balances),
            ("contracts", &self.dump.contracts),
        ]
    }

    /// The codes that the contracts use: id and name of the artifact.
    #[must_use]
    pub fn codes(&self) -> Vec<(u64, &'static str)> {
        let used = |(id, _): &&(u64, _)| self.dump.codes.contains(id);
        self.code_names.iter().filter(used).copied().collect()
    }

    /// What to send, in order.
    #[must_use]
    pub fn transactions(&self) -> &[Transaction] {
        &self.transactions
    }

    /// Its first block.
    #[must_use]
    pub fn first_block(&self) -> Block {
        self.end
    }
}

impl Codes {
    /// Every code and the name of its artifact, of those that have one.
    #[must_use]
    pub fn names(&self) -> [(u64, &'static str); 11] {
        [
            (self.price_feed, "price-feed"),
            (self.fund, "insurance-fund"),
            (self.market, "perp-market"),
            (self.governance, "governance"),
            (self.cw20, "cw20-base"),
            (self.hostile_token, "hostile-token"),
            (self.pyth, "pyth"),
            (self.hostile_oracle, "hostile-oracle"),
            (self.hostile_fund, "hostile"),
            (self.actor, "actor"),
            (self.observer, "observer"),
        ]
    }
}
