//! The exchange as the simulator sees it: every message goes through here, is counted, and is checked.

use std::collections::BTreeMap;

use ballast_types::events::{fund as fund_events, is};
use ballast_types::fund::{ExecuteMsg as FundMsg, SolvencyResponse};
use ballast_types::governance::ExecuteMsg as GovernanceMsg;
use ballast_types::market::{
    AccountResponse, ExecuteMsg as MarketMsg, MarketResponse, QueryMsg as MarketQuery,
};
use ballast_types::price_feed::ExecuteMsg as FeedMsg;
use ballast_types::AccountId;
use cosmwasm_std::{Addr, Event};
use serde::Serialize;

use crate::agents::{Action, Intent};
use crate::chain::{Chain, Refused};
use crate::checks::{check_events, check_record, Told};
use crate::error::{SimError, SimResult};
use crate::ledger::{Ledger, Touched};
use crate::listing::Listing;
use crate::losses::{Losses, Scene};
use crate::report::Violation;
use crate::rules::{self, RulesTrack};
use crate::shadow::Shadow;

/// What a message did.
pub enum Sent {
    /// It was accepted; the liquidations it made.
    Done(Vec<Told>),
    /// It was refused, with this error.
    Refused(String),
}

/// How the fund did so far.
#[derive(Clone, Copy, Default)]
pub struct FundTrack {
    /// Reserves and mutual reserve at the start, quote atoms: what claims can be paid from.
    pub start: u128,
    /// Least ever.
    pub low: u128,
    /// Now.
    pub now: u128,
    /// Above all targets, quote atoms: pays no claim.
    pub surplus: u128,
    /// Least coverage, ppm.
    pub coverage_low: u128,
    /// Coverage now, ppm.
    pub coverage: u128,
}

/// Chain, records, totals, checks.
pub struct World {
    /// The contracts.
    pub chain: Chain,
    /// How each market counts.
    pub listings: Vec<Listing>,
    /// What agents know.
    pub shadow: Shadow,
    /// What happened.
    pub ledger: Ledger,
    /// Every loss beyond margin: who bore it, which market caused it.
    pub losses: Losses,
    /// Why messages were refused, and how often.
    pub refusals: BTreeMap<String, u64>,
    /// The fund's money and coverage.
    pub fund: FundTrack,
    /// What the fund makes of each market.
    pub rules: Vec<RulesTrack>,
    /// Messages that the owner of the contracts sent, by proposals or by itself.
    pub owner_messages: u64,
    /// Prices of this step.
    pub prices: Vec<u64>,
    /// Runs of the invariant checker.
    pub checks: u64,
    seed: u64,
    command: String,
    step: String,
    last_message: String,
}

impl World {
    /// A world around a deployed chain.
    #[must_use]
    pub fn new(chain: Chain, listings: Vec<Listing>, seed: u64, command: String) -> Self {
        Self {
            chain,
            losses: Losses::new(listings.len()),
            listings,
            shadow: Shadow::default(),
            ledger: Ledger::default(),
            refusals: BTreeMap::new(),
            fund: FundTrack::default(),
            rules: vec![],
            owner_messages: 0,
            prices: vec![],
            checks: 0,
            seed,
            command,
            step: "before the first bar".to_string(),
            last_message: "none".to_string(),
        }
    }

    /// Begins a step of the replay: its time, in a new block, and its prices.
    pub fn begin_step(&mut self, label: String, time: u64, prices: &[u64]) {
        self.step = label;
        self.prices.clear();
        self.prices.extend_from_slice(prices);
        let later = time.saturating_sub(self.chain.now());
        self.chain.next_block(later);
    }

    /// Sends what an agent wants.
    ///
    /// # Errors
    /// [`SimError::Violation`] where an invariant does not hold afterwards.
    pub fn send(&mut self, intent: &Intent) -> SimResult<Sent> {
        match &intent.action {
            Action::Market(message) => self.to_market(&intent.sender, message),
            Action::Deposit { subaccount, amount } => {
                let result = self.chain.deposit(&intent.sender, *subaccount, *amount);
                self.describe(&intent.sender, "market", &intent.action_name());
                self.after(result)
            }
        }
    }

    /// Sends a message to the market contract.
    ///
    /// # Errors
    /// As [`World::send`].
    pub fn to_market(&mut self, sender: &Addr, message: &MarketMsg) -> SimResult<Sent> {
        let result = self.chain.to_market(sender, message);
        self.describe(sender, "market", message);
        let sent = self.after(result)?;
        if matches!((&sent, message), (Sent::Done(_), MarketMsg::PlaceOrder(_))) {
            self.ledger.orders = self.ledger.orders.saturating_add(1);
        }
        Ok(sent)
    }

    /// Sends a message to the fund.
    ///
    /// # Errors
    /// As [`World::send`].
    pub fn to_fund(&mut self, sender: &Addr, message: &FundMsg) -> SimResult<Sent> {
        let result = self.chain.to_fund(sender, message);
        self.describe(sender, "fund", message);
        self.after(result)
    }

    /// Sends a message to the price feed.
    ///
    /// # Errors
    /// As [`World::send`].
    pub fn to_feed(&mut self, sender: &Addr, message: &FeedMsg) -> SimResult<Sent> {
        let result = self.chain.to_feed(sender, message);
        self.describe(sender, "feed", message);
        self.after(result)
    }

    /// Sends a message to governance.
    ///
    /// # Errors
    /// As [`World::send`].
    pub fn to_governance(&mut self, sender: &Addr, message: &GovernanceMsg) -> SimResult<Sent> {
        let result = self.chain.to_governance(sender, message);
        self.describe(sender, "governance", message);
        self.after(result)
    }

    /// Reads the markets' own caps again, which governance changed.
    ///
    /// # Errors
    /// Where the market does not answer.
    pub fn rules_changed(&mut self) -> SimResult<()> {
        for market in (0u32..).take(self.listings.len()) {
            let query = MarketQuery::Market { market };
            let found: MarketResponse = self.chain.query_market(&query)?;
            let index = usize::try_from(market).unwrap_or(usize::MAX);
            if let Some(track) = self.rules.get_mut(index) {
                track.read(&found, self.chain.now());
            }
        }
        Ok(())
    }

    /// Keeps what was sent, for the report of a violation, and whether the owner sent it.
    fn describe(&mut self, sender: &Addr, target: &str, message: &impl Serialize) {
        if sender == self.chain.owner() {
            self.owner_messages = self.owner_messages.saturating_add(1);
        }
        self.last_message.clear();
        if let Ok(json) = serde_json::to_string(message) {
            self.last_message = format!(
                "block {}, {sender} to {target}: {json}",
                self.chain.height()
            );
        }
    }

    fn after(&mut self, result: Result<Vec<Event>, Refused>) -> SimResult<Sent> {
        self.ledger.messages = self.ledger.messages.saturating_add(1);
        let events = match result {
            Ok(events) => events,
            Err(refused) => {
                self.check_message(&[])?;
                return Ok(self.refused(refused));
            }
        };
        let mut touched = Touched::new();
        let (listings, prices) = (&self.listings, &self.prices);
        let worth = |market: u32, size: u128| {
            let index = usize::try_from(market).unwrap_or(usize::MAX);
            match (listings.get(index), prices.get(index)) {
                (Some(listing), Some(price)) => listing.worth(size, *price),
                _ => 0,
            }
        };
        self.ledger
            .absorb(self.chain.now(), &events, &mut touched, worth);
        let scene = Scene {
            now: self.chain.now(),
            listings: &self.listings,
            prices: &self.prices,
            shadow: &self.shadow,
        };
        self.losses.absorb(&events, &scene);
        rules::absorb(&mut self.rules, &events, self.chain.now());
        self.shadow.mark(&touched);
        let told = check_events(&events).map_err(|what| self.violation(what))?;
        for liquidation in told.iter().filter(|told| told.claim_id != 0) {
            self.check_claim(liquidation)?;
        }
        if events.iter().any(moves_fund) {
            self.observe_fund()?;
        }
        self.check_message(&events)?;
        Ok(Sent::Done(told))
    }

    fn refused(&mut self, refused: Refused) -> Sent {
        self.ledger.refused = self.ledger.refused.saturating_add(1);
        if refused.panicked {
            self.ledger.panics = self.ledger.panics.saturating_add(1);
        }
        let count = self.refusals.entry(kind_of(&refused.text)).or_default();
        *count = count.saturating_add(1);
        Sent::Refused(refused.text)
    }

    fn check_claim(&mut self, told: &Told) -> SimResult<()> {
        if told.status == "claim_pending" {
            return Ok(());
        }
        // A claim that failed for so long that the market went on without it has no record.
        let Some(record) = self.chain.claim(told.claim_id) else {
            if told.paid == 0 {
                return Ok(());
            }
            let what = format!(
                "the fund has no record of claim {}, which it paid",
                told.claim_id
            );
            return Err(self.violation(what));
        };
        check_record(told, &record).map_err(|what| self.violation(what))
    }

    fn check_message(&mut self, events: &[Event]) -> SimResult<()> {
        match self.chain.check_message(events) {
            Ok(checked) => {
                self.checks = self.checks.saturating_add(u64::from(checked));
                Ok(())
            }
            Err(what) => Err(self.violation(what)),
        }
    }

    /// Checks everything: once a bar and at the end.
    ///
    /// # Errors
    /// [`SimError::Violation`].
    pub fn check_everything(&mut self) -> SimResult<()> {
        self.checks = self.checks.saturating_add(1);
        self.chain
            .check_everything()
            .and_then(|()| self.losses.check_positions(&self.shadow))
            .map_err(|what| self.violation(what))?;
        let solvency = self.chain.solvency()?;
        self.losses
            .check_reserves(&solvency)
            .map_err(|what| self.violation(what))
    }

    /// A violation found now, with what it takes to see it again.
    #[must_use]
    pub fn violation(&self, what: String) -> SimError {
        SimError::Violation(Box::new(Violation {
            what,
            step: self.step.clone(),
            message: self.last_message.clone(),
            seed: self.seed,
            command: self.command.clone(),
        }))
    }

    /// Reads the fund's ledger into the track.
    ///
    /// # Errors
    /// Where the fund does not answer.
    pub fn observe_fund(&mut self) -> SimResult<SolvencyResponse> {
        let solvency = self.chain.solvency()?;
        let booked = solvency
            .market_reserves
            .u128()
            .saturating_add(solvency.mutual.u128());
        let coverage = solvency.coverage_ppm.u128();
        self.fund.now = booked;
        self.fund.surplus = solvency.surplus_due.u128();
        self.fund.low = self.fund.low.min(booked);
        self.fund.coverage = coverage;
        self.fund.coverage_low = self.fund.coverage_low.min(coverage);
        Ok(solvency)
    }

    /// Begins the record: what came before is setting up.
    ///
    /// # Errors
    /// Where the fund does not answer.
    pub fn begin_record(&mut self) -> SimResult<()> {
        self.fund = FundTrack {
            low: u128::MAX,
            coverage_low: u128::MAX,
            ..FundTrack::default()
        };
        let solvency = self.observe_fund()?;
        self.fund.start = self.fund.now;
        self.rules = self.read_rules()?;
        let targets = self.chain.reserve_targets(self.listings.len())?;
        let parameters = self.chain.fund_parameters()?;
        self.losses.begin(&solvency, &parameters, &targets);
        self.owner_messages = 0;
        self.ledger = Ledger::default();
        self.ledger
            .levels
            .push((self.chain.now(), solvency.level.as_str().to_string()));
        self.refusals.clear();
        Ok(())
    }

    fn read_rules(&self) -> SimResult<Vec<RulesTrack>> {
        let now = self.chain.now();
        (0u32..)
            .take(self.listings.len())
            .map(|market| {
                let market: MarketResponse =
                    self.chain.query_market(&MarketQuery::Market { market })?;
                Ok(RulesTrack::new(&market, now))
            })
            .collect()
    }

    /// Reads again what changed.
    ///
    /// # Errors
    /// Where storage cannot be read.
    pub fn refresh(&mut self) -> SimResult<()> {
        let count = self.listings.len();
        self.chain
            .read(|querier, market| self.shadow.refresh(querier, market, count))
            .map_err(SimError::internal)
    }

    /// Reads again the accounts that changed.
    ///
    /// # Errors
    /// Where storage cannot be read.
    pub fn refresh_accounts(&mut self) -> SimResult<()> {
        self.chain
            .read(|querier, market| self.shadow.refresh_accounts(querier, market))
            .map_err(SimError::internal)
    }

    /// One account as the contract sees it.
    ///
    /// # Errors
    /// Where the contract does not answer.
    pub fn account(&self, account: &AccountId) -> SimResult<AccountResponse> {
        self.chain.query_market(&MarketQuery::Account {
            account: account.clone(),
        })
    }
}

impl Intent {
    fn action_name(&self) -> serde_json::Value {
        match &self.action {
            Action::Market(message) => serde_json::to_value(message).unwrap_or_default(),
            Action::Deposit { subaccount, amount } => serde_json::json!({
                "deposit": { "subaccount": subaccount, "amount": amount.to_string() }
            }),
        }
    }
}

fn moves_fund(event: &Event) -> bool {
    [
        fund_events::TOP_UP,
        fund_events::CLAIM,
        fund_events::SYNC,
        fund_events::LEVEL,
    ]
    .iter()
    .any(|name| is(event, name))
}

/// An error text without its numbers, short: what kind of refusal it was.
fn kind_of(text: &str) -> String {
    let mut kind = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c == '#' && kind.ends_with(['#', '.']) {
            continue;
        }
        kind.push(c);
        if kind.len() >= 70 {
            break;
        }
    }
    kind
}
