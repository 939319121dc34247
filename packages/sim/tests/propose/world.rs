//! A suite that governance owns, with money at stake, and the command as a user runs it against it.

use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use ballast_governance::parameters::default_settings;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::fund::{self, ClaimantParameters};
use ballast_types::governance::{ExecuteMsg, LifecycleStatus, QueryMsg, Settings};
use ballast_types::market;
use ballast_types::price_feed::{self, FeedConfig};
use ballast_types::Side;
use cosmwasm_std::{Addr, Decimal, Uint128};
use cw3::Vote;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use tempfile::TempDir;

/// One unit of the collateral.
const UNIT: u128 = 1_000_000;

/// The suite, two voters who carry a vote only to its end, and a folder of files.
pub struct World {
    pub suite: Suite,
    pub ann: Addr,
    pub bob: Addr,
    pub folder: TempDir,
}

/// What the command wrote.
pub struct Written {
    pub proposal: ExecuteMsg,
    pub summary: Value,
}

impl Written {
    pub fn item(&self, index: usize) -> &Value {
        &self.summary["items"][index]
    }

    /// A field of a message: from, to, direction.
    pub fn change(&self, index: usize, field: &str) -> (Value, Value, Value) {
        let changes = self.item(index)["changes"].as_array().unwrap();
        let change = changes
            .iter()
            .find(|change| change["field"] == field)
            .unwrap_or_else(|| panic!("no {field} among {changes:?}"));
        let of = |name: &str| change[name].clone();
        (of("from"), of("to"), of("direction"))
    }

    pub fn time(&self, name: &str) -> u64 {
        let value = &self.summary["timing"][name];
        value
            .as_u64()
            .unwrap_or_else(|| panic!("{name} is {value}"))
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(default_settings())
    }

    /// BTC is listed, registered and was traded; the fund is at its target, so that fees are surplus.
    pub fn with(settings: Settings) -> Self {
        let mut btc = MarketSpec::btc();
        btc.claimant = Some(ClaimantParameters {
            reserve_target: Uint128::zero(),
            ..ballast_testing::suite::claimant_parameters(6)
        });
        let mut suite = SuiteBuilder::new()
            .governed(settings)
            .market(btc)
            .seed(FundSeed {
                mutual: 1_000_000 * UNIT,
            })
            .build()
            .unwrap();
        let ann = suite.new_voter("ann", 300).unwrap();
        let bob = suite.new_voter("bob", 300).unwrap();
        suite.new_voter("asleep", 400).unwrap();
        let price = Decimal::percent(2_000_000);
        for (name, side) in [("seller", Side::Sell), ("buyer", Side::Buy)] {
            let user = suite.new_user(name, 1_000_000 * UNIT).unwrap();
            suite.deposit(&user, 0, 1_000_000 * UNIT).unwrap();
            suite
                .limit(&user, 0, 0, side, 10 * 100_000_000, price)
                .unwrap();
        }
        suite.flush(0).unwrap();
        suite.next_block();
        let folder = tempfile::tempdir().unwrap();
        Self {
            suite,
            ann,
            bob,
            folder,
        }
    }

    fn answer<T: DeserializeOwned + serde::Serialize>(
        &self,
        contract: &Addr,
        query: &impl serde::Serialize,
    ) -> Value {
        let answer: T = self
            .suite
            .app
            .wrap()
            .query_wasm_smart(contract, query)
            .unwrap();
        // As wasmd prints it.
        json!({ "data": serde_json::to_value(answer).unwrap() })
    }

    /// What the contracts answer now.
    pub fn state(&self) -> Value {
        let suite = &self.suite;
        let (market, fund) = (&suite.market, &suite.fund);
        let claimants = suite.markets.iter().map(|listed| {
            self.answer::<fund::ClaimantResponse>(
                fund,
                &fund::QueryMsg::Market {
                    contract: market.to_string(),
                    market: listed.id,
                },
            )
        });
        let page = market::QueryMsg::Markets {
            start_after: None,
            limit: None,
        };
        let feeds = price_feed::QueryMsg::Feeds {
            start_after: None,
            limit: None,
        };
        let contracts: Vec<Value> = [market, fund, &suite.price_feed]
            .map(|contract| {
                let data = suite.app.contract_data(contract).unwrap();
                json!({
                    "address": contract.to_string(),
                    "contract_info": { "code_id": data.code_id.to_string(), "admin": data.admin.unwrap() }
                })
            })
            .into();
        json!({
            "time": suite.now(),
            "governance": self.answer::<ballast_types::governance::ConfigResponse>(
                &suite.governance().unwrap(),
                &QueryMsg::Config {},
            ),
            "exchange": self.answer::<market::ConfigResponse>(market, &market::QueryMsg::Config {}),
            "markets": self.answer::<Vec<market::MarketResponse>>(market, &page),
            "ledger": self.answer::<market::LedgerResponse>(market, &market::QueryMsg::Ledger {}),
            "fund": self.answer::<fund::ConfigResponse>(fund, &fund::QueryMsg::Config {}),
            "claimants": claimants.collect::<Vec<_>>(),
            "solvency": self.answer::<fund::SolvencyResponse>(fund, &fund::QueryMsg::Solvency {}),
            "surplus": self.answer::<fund::SurplusResponse>(fund, &fund::QueryMsg::Surplus {}),
            "feeds": self.answer::<Vec<FeedConfig>>(&suite.price_feed, &feeds),
            "contracts": contracts,
        })
    }

    pub fn file(&self, name: &str, content: &Value) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        file
    }

    /// The files that every call is given.
    pub fn files(&self) -> [PathBuf; 2] {
        let suite = &self.suite;
        let deployment = json!({
            "governance": suite.governance().unwrap(),
            "market": suite.market,
            "fund": suite.fund,
            "price_feed": suite.price_feed,
            "denom": "uusdc",
        });
        [
            self.file("suite.json", &deployment),
            self.file("state.json", &self.state()),
        ]
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let [deployment, state] = self.files();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
        command.arg("propose");
        command.arg("--deployment").arg(deployment);
        command.arg("--state").arg(state);
        command.args(arguments).output().unwrap()
    }

    /// Runs the command, which must write a proposal.
    pub fn write(&self, arguments: &[&str]) -> Written {
        let mut all = arguments.to_vec();
        all.push("--json");
        let output = self.run(&all);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        Written {
            proposal: serde_json::from_value(json["proposal"].clone()).unwrap(),
            summary: json["summary"].clone(),
        }
    }

    /// Runs the command, which must refuse with exit code 2 and write nothing; returns what it said.
    pub fn refuse(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        told
    }

    /// Proposes what was written and carries it through: not a second earlier than the summary says. Changes that wait
    /// in a contract are applied, not a second earlier either.
    pub fn carry(&mut self, written: &Written) {
        let (ann, bob) = (self.ann.clone(), self.bob.clone());
        assert_eq!(self.suite.now(), written.time("proposed_at"));
        self.suite.govern(&ann, &written.proposal).unwrap();
        let id = 1;
        let life = self.suite.lifecycle(id).unwrap();
        assert_eq!(life.speed.as_str(), written.summary["timing"]["speed"]);
        assert_eq!(life.voting_ends_at, written.time("voting_ends_at"));
        self.suite.vote(&bob, id, Vote::Yes).unwrap();

        let ready_at = written.time("ready_at");
        // Keepers keep the fund's reports fresh, and its level where it was.
        self.suite.set_time(ready_at - 2 * 3_600).unwrap();
        self.fresh_prices();
        self.suite.flush(0).unwrap();
        self.suite.set_time(ready_at - 1).unwrap();
        self.suite.execute_proposal(id).unwrap_err();
        self.suite.set_time(ready_at).unwrap();
        let life = self.suite.lifecycle(id).unwrap();
        assert_eq!(life.ready_at, Some(ready_at));
        assert_eq!(life.deadline, Some(written.time("deadline")));
        self.fresh_prices();
        self.suite.execute_proposal(id).unwrap();
        let life = self.suite.lifecycle(id).unwrap();
        assert_eq!(life.failure, None);
        assert_eq!(life.status, LifecycleStatus::Executed);
        check_invariants(&self.suite).unwrap();
        self.apply_what_waits(written);
    }

    pub fn fresh_prices(&mut self) {
        for market in 0..u32::try_from(self.suite.markets.len()).unwrap() {
            let price = self.suite.markets[market as usize].spec.initial_price;
            self.suite.push_price(market, price).unwrap();
        }
    }

    fn apply_what_waits(&mut self, written: &Written) {
        type Waiting = Vec<(u64, u64)>;
        let market: Waiting = self
            .suite
            .pending_changes()
            .unwrap()
            .iter()
            .map(|one| (one.id, one.ready_at))
            .collect();
        let (start_after, limit) = (None, None);
        let fund: Vec<fund::PendingChange> = self
            .suite
            .ask_fund(&fund::QueryMsg::PendingChanges { start_after, limit })
            .unwrap();
        let fund: Waiting = fund.iter().map(|one| (one.id, one.ready_at)).collect();
        let (start_after, limit) = (None, None);
        let feeds: Vec<price_feed::PendingChange> = self
            .suite
            .ask_feeds(&price_feed::QueryMsg::PendingChanges { start_after, limit })
            .unwrap();
        let feeds: Waiting = feeds.iter().map(|one| (one.id, one.ready_at)).collect();
        let items = written.summary["items"].as_array().unwrap();
        let mut told: Vec<u64> = items
            .iter()
            .filter(|item| item["effect"].get("waits").is_some())
            .map(|item| item["effective_at"].as_u64().unwrap())
            .collect();
        let all = market.iter().chain(&fund).chain(&feeds);
        let mut found: Vec<u64> = all.map(|(_, at)| *at).collect();
        told.sort_unstable();
        found.sort_unstable();
        assert_eq!(told, found, "what waits is what the summary says");
        let Some(ready_at) = found.last().copied() else {
            return;
        };
        self.suite.set_time(ready_at - 1).unwrap();
        for (id, _) in &market {
            self.suite.apply_change(*id).unwrap_err();
        }
        for (id, _) in &fund {
            self.suite.apply_fund_change(*id).unwrap_err();
        }
        for (id, _) in &feeds {
            self.suite.apply_feed_change(*id).unwrap_err();
        }
        self.suite.set_time(ready_at).unwrap();
        for (id, _) in market {
            self.suite.apply_change(id).unwrap();
        }
        for (id, _) in fund {
            self.suite.apply_fund_change(id).unwrap();
        }
        for (id, _) in feeds {
            self.suite.apply_feed_change(id).unwrap();
        }
        check_invariants(&self.suite).unwrap();
    }

    /// A field of what a contract answers now, as the summary writes it.
    pub fn in_force(&self, pointer: &str) -> Value {
        let state = self.state();
        let value = state
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer}"));
        match value {
            Value::String(_) => value.clone(),
            other => Value::String(other.to_string()),
        }
    }
}
