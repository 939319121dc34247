//! The working set of one message: what was loaded, what it became, what happened.
//!
//! A message loads accounts and markets into an [`Exchange`], computes on it without touching storage, and
//! saves it once with [`Changes::save`]. So a plan can be made on a clone and thrown away, and nothing is
//! half written when a check fails. Storage is read once a record and message.

use litemap::{Entry, LiteMap};

use ballast_risk::{effective_initial_margin_ppm, MarginParameters, Rounding, ValueScale};
use ballast_types::{AccountId, MarketId, MarketReport};
use cosmwasm_std::{Addr, Decimal, Deps, Env, Event, Int128, Storage, Uint128};
use cw_storage_plus::Bound;

use crate::changes::{Changes, LoadedAccount};
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::math::subtract_signed;
use crate::state::{
    Account, Config, MarketConfig, MarketState, Named, Order, Position, PriceSample, TriggerKey,
    TriggerOrder, ACCOUNTS, ACCOUNT_NUMBERS, CONFIG, DELEVERAGE_QUEUE, MARKETS, MARKET_STATES,
    NEXT_ACCOUNT,
};

/// A market as loaded and as it became.
#[derive(Clone)]
pub struct Market {
    /// Its number.
    pub id: MarketId,
    /// Settings; never written by trading.
    pub config: MarketConfig,
    /// Totals, price, indices.
    pub state: MarketState,
    /// Base atoms to quote atoms.
    pub scale: ValueScale,
    /// A price sample that this message takes.
    pub sample: Option<PriceSample>,
    /// It was only looked at so far.
    pub viewed: Option<Viewed>,
}

/// A market that was looked at: written and told only where a message changes more than what accrued.
#[derive(Clone)]
pub struct Viewed {
    /// What accrued until now, and nothing else.
    state: Box<MarketState>,
    /// What is to be told of it.
    events: Vec<Event>,
}

impl Market {
    fn load(storage: &dyn Storage, id: MarketId, quote_decimals: u8) -> ContractResult<Self> {
        let config = MARKETS
            .may_load(storage, id)?
            .ok_or(ContractError::NoSuchMarket { market: id })?;
        let state = MARKET_STATES.load(storage, id)?;
        let scale = ValueScale::new(config.base_decimals, quote_decimals)?;
        Ok(Self {
            id,
            config,
            state,
            scale,
            sample: None,
            viewed: None,
        })
    }

    /// Margin fractions for `ballast-risk`.
    #[must_use]
    pub fn margin_parameters(&self) -> MarginParameters {
        let parameters = &self.config.parameters;
        MarginParameters {
            initial_margin_ppm: parameters.initial_margin_ppm,
            maintenance_fraction_ppm: parameters.maintenance_fraction_ppm,
            open_interest_lower: parameters.open_interest_lower,
            open_interest_upper: parameters.open_interest_upper,
        }
    }

    /// Base atoms held by longs, or by shorts: they differ only while the market is being settled.
    #[must_use]
    pub fn open_interest(&self) -> Uint128 {
        self.state
            .open_interest_long
            .max(self.state.open_interest_short)
    }

    /// Open interest at the last price, quote atoms, rounded down; 0 before the first price.
    pub fn open_interest_value(&self) -> ContractResult<Uint128> {
        match &self.state.price {
            None => Ok(Uint128::zero()),
            Some(cached) => {
                Ok(self
                    .scale
                    .notional(self.open_interest(), cached.price, Rounding::Down)?)
            }
        }
    }

    /// Initial margin fraction at the open interest of now.
    pub fn effective_initial_margin(&self) -> ContractResult<u32> {
        let value = self.open_interest_value()?;
        Ok(effective_initial_margin_ppm(
            &self.margin_parameters(),
            value,
        )?)
    }

    /// Open-interest value above which no new position is opened: ours or the fund's, whichever is less.
    #[must_use]
    pub fn open_interest_cap(&self) -> Uint128 {
        let own = self.config.parameters.open_interest_cap;
        self.state
            .risk
            .as_ref()
            .map_or(own, |risk| own.min(risk.open_interest_cap))
    }

    /// Whether open interest may not grow: set by the owner, or by the fund's level.
    #[must_use]
    pub fn reduce_only(&self) -> bool {
        self.config.parameters.reduce_only
            || self
                .state
                .risk
                .as_ref()
                .is_some_and(|risk| risk.reduce_only)
    }

    /// What the fund is told.
    pub fn report(&self) -> ContractResult<MarketReport> {
        Ok(MarketReport {
            open_interest_value: self.open_interest_value()?,
            deficit: self.state.deficit,
        })
    }

    /// The price, whatever its age.
    pub fn last_price(&self) -> ContractResult<Decimal> {
        self.state
            .price
            .as_ref()
            .map(|cached| cached.price)
            .ok_or(ContractError::NoPrice { market: self.id }.into())
    }
}

impl Account {
    /// Owner and subaccount, as messages name them.
    #[must_use]
    pub fn id(&self) -> AccountId {
        AccountId {
            owner: self.owner.to_string(),
            subaccount: self.subaccount,
        }
    }

    /// The position in a market.
    #[must_use]
    pub fn position(&self, market: MarketId) -> Option<&Position> {
        self.positions
            .iter()
            .find(|position| position.market == market)
    }

    /// Signed size in a market, 0 without a position.
    #[must_use]
    pub fn size(&self, market: MarketId) -> Int128 {
        self.position(market)
            .map_or(Int128::zero(), |position| position.size)
    }
}

/// The working set of one message.
#[derive(Clone)]
pub struct Exchange<'a> {
    /// Storage to read, oracle to ask.
    pub deps: Deps<'a>,
    /// Block time and height.
    pub env: &'a Env,
    /// Settings.
    pub config: Config,
    /// What happened, in order.
    pub events: Vec<Event>,
    markets: LiteMap<MarketId, (Market, MarketState)>,
    accounts: LiteMap<u64, LoadedAccount>,
    pub(crate) orders: LiteMap<(u64, u128), (u64, Option<Order>)>,
    pub(crate) client_orders: LiteMap<(u64, u128), Option<Named>>,
    pub(crate) trigger_orders: LiteMap<TriggerKey, (u64, Option<TriggerOrder>)>,
    next_account: Option<u64>,
    /// Accounts that became causes for the withdrawal gate, or are none any more.
    pub(crate) gate_changes: Vec<(u64, bool)>,
}

impl<'a> Exchange<'a> {
    /// An empty working set.
    pub fn new(deps: Deps<'a>, env: &'a Env) -> ContractResult<Self> {
        Ok(Self::with(deps, env, CONFIG.load(deps.storage)?))
    }

    /// The same where the settings were read already.
    #[must_use]
    pub fn with(deps: Deps<'a>, env: &'a Env, config: Config) -> Self {
        Self {
            deps,
            env,
            config,
            events: vec![],
            markets: LiteMap::new(),
            accounts: LiteMap::new(),
            orders: LiteMap::new(),
            client_orders: LiteMap::new(),
            trigger_orders: LiteMap::new(),
            next_account: None,
            gate_changes: vec![],
        }
    }

    /// Seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    /// A market, its price refreshed and its indices accrued at the first touch of this message.
    pub fn open_market(&mut self, id: MarketId) -> ContractResult<&mut Market> {
        if !self.markets.contains_key(&id) {
            let mut market = Market::load(self.deps.storage, id, self.config.collateral_decimals)?;
            let stored = market.state.clone();
            crate::price::refresh(self, &mut market);
            crate::funding::accrue(self, &mut market)?;
            self.markets.insert(id, (market, stored));
        }
        self.market_mut(id)
    }

    /// A market to look at, its price refreshed and its indices accrued. A message that changes nothing else in it does not
    /// write it for the premium's sake alone: what accrued until now accrues with the next one that writes.
    fn view_market(&mut self, id: MarketId) -> ContractResult<()> {
        if self.markets.contains_key(&id) {
            return Ok(());
        }
        let mut market = Market::load(self.deps.storage, id, self.config.collateral_decimals)?;
        let stored = market.state.clone();
        crate::price::refresh(self, &mut market);
        crate::funding::accrue_funding(self, &mut market)?;
        let written = market.state != stored;
        let happened = self.events.len();
        crate::funding::accrue_premium(self, &mut market)?;
        if !written {
            market.viewed = Some(Viewed {
                state: Box::new(market.state.clone()),
                events: self.events.split_off(happened),
            });
        }
        self.markets.insert(id, (market, stored));
        Ok(())
    }

    /// Opens every market the account holds a position in, to look at it. Returns the account as it is when funding and
    /// premium are settled, which nobody does here.
    pub fn view_account(&mut self, number: u64) -> ContractResult<Account> {
        let mut account = self.account(number)?.clone();
        for position in &mut account.positions {
            self.view_market(position.market)?;
            let market = self.market(position.market)?;
            let owed = crate::funding::owed(market, position.size, position.index)?;
            position.index = crate::funding::side_index(market, position.size);
            account.quote = subtract_signed(account.quote, owed)?;
        }
        Ok(account)
    }

    /// A market as stored: no oracle is asked, nothing accrues.
    pub fn peek_market(&mut self, id: MarketId) -> ContractResult<&mut Market> {
        if !self.markets.contains_key(&id) {
            let market = Market::load(self.deps.storage, id, self.config.collateral_decimals)?;
            let stored = market.state.clone();
            self.markets.insert(id, (market, stored));
        }
        self.market_mut(id)
    }

    /// Puts a market that is being opened into a view, so that accounts in it can be valued.
    pub fn show_market(&mut self, market: &Market) {
        self.markets
            .insert(market.id, (market.clone(), market.state.clone()));
    }

    /// Accrues a market that was only peeked at, at its last price.
    pub fn accrue_market(&mut self, id: MarketId) -> ContractResult<()> {
        let mut market = self.market(id)?.clone();
        crate::funding::accrue(self, &mut market)?;
        *self.market_mut(id)? = market;
        Ok(())
    }

    /// A market that was opened before.
    pub fn market(&self, id: MarketId) -> ContractResult<&Market> {
        self.markets
            .get(&id)
            .map(|(market, _)| market)
            .ok_or(ContractError::NoSuchMarket { market: id }.into())
    }

    /// A market that was opened before, to change.
    pub fn market_mut(&mut self, id: MarketId) -> ContractResult<&mut Market> {
        self.markets
            .get_mut(&id)
            .map(|(market, _)| market)
            .ok_or(ContractError::NoSuchMarket { market: id }.into())
    }

    /// Number of an account that exists.
    pub fn account_number(&self, owner: &Addr, subaccount: u32) -> ContractResult<u64> {
        ACCOUNT_NUMBERS
            .may_load(self.deps.storage, (owner, subaccount))?
            .ok_or_else(|| {
                ContractError::NoSuchAccount {
                    owner: owner.to_string(),
                    subaccount,
                }
                .into()
            })
    }

    /// Number of the account that a message names.
    pub fn resolve(&self, id: &AccountId) -> ContractResult<u64> {
        let owner = self.deps.api.addr_validate(&id.owner)?;
        self.account_number(&owner, id.subaccount)
    }

    /// Number of an account, opened where it is new.
    pub fn account_number_or_new(&mut self, owner: &Addr, subaccount: u32) -> ContractResult<u64> {
        if let Some(number) = ACCOUNT_NUMBERS.may_load(self.deps.storage, (owner, subaccount))? {
            return Ok(number);
        }
        let fresh = self.accounts.iter().find(|(_, loaded)| {
            loaded.stored.is_none()
                && loaded.now.owner == *owner
                && loaded.now.subaccount == subaccount
        });
        if let Some((number, _)) = fresh {
            return Ok(*number);
        }
        let number = match self.next_account {
            Some(number) => number,
            None => NEXT_ACCOUNT.load(self.deps.storage)?,
        };
        self.next_account = Some(number.saturating_add(1));
        let now = Account::new(owner.clone(), subaccount);
        self.accounts
            .insert(number, LoadedAccount { stored: None, now });
        Ok(number)
    }

    /// An account by number, loaded where needed.
    pub fn account(&mut self, number: u64) -> ContractResult<&Account> {
        Ok(self.account_mut(number)?)
    }

    /// An account by number, to change.
    pub fn account_mut(&mut self, number: u64) -> ContractResult<&mut Account> {
        let loaded = match self.accounts.entry(number) {
            Entry::Occupied(loaded) => loaded.into_mut(),
            Entry::Vacant(vacant) => {
                let stored = ACCOUNTS.load(self.deps.storage, number)?;
                vacant.insert(LoadedAccount {
                    now: stored.clone(),
                    stored: Some(stored),
                })
            }
        };
        Ok(&mut loaded.now)
    }

    /// An account and an opened market, both to change.
    pub fn account_and_market(
        &mut self,
        number: u64,
        market: MarketId,
    ) -> ContractResult<(&mut Account, &mut Market)> {
        self.account(number)?;
        let account = self
            .accounts
            .get_mut(&number)
            .map(|loaded| &mut loaded.now)
            .ok_or_else(|| cosmwasm_std::StdError::not_found(format!("account {number}")))?;
        let market = self
            .markets
            .get_mut(&market)
            .map(|(opened, _)| opened)
            .ok_or(ContractError::NoSuchMarket { market })?;
        Ok((account, market))
    }

    /// Opens every market the account holds a position in and settles funding and premium there.
    ///
    /// After this the account's `quote` holds everything it owes up to now.
    pub fn settle_account(&mut self, number: u64) -> ContractResult<()> {
        let held: Vec<MarketId> = self
            .account(number)?
            .positions
            .iter()
            .map(|position| position.market)
            .collect();
        for id in held {
            self.open_market(id)?;
            let (account, market) = self.account_and_market(number, id)?;
            if let Some(payment) = crate::funding::settle(account, market)? {
                self.events
                    .push(events::funding_settled(number, id, payment));
            }
        }
        Ok(())
    }

    /// The next places of a deleveraging queue after one, as stored.
    pub fn stored_queue(
        &self,
        queue: u64,
        after: Option<(u128, u64)>,
        limit: usize,
    ) -> ContractResult<Vec<(u128, u64)>> {
        Ok(DELEVERAGE_QUEUE
            .sub_prefix(queue)
            .keys(
                self.deps.storage,
                after.map(Bound::exclusive),
                None,
                cosmwasm_std::Order::Ascending,
            )
            .take(limit)
            .collect::<Result<_, _>>()?)
    }

    /// Accounts that change and held a position, before or after, held it until now; what was liquidated in an earlier
    /// block counts no more.
    fn note_accounts(&mut self) {
        let time = self.now();
        let height = self.env.block.height;
        for (number, loaded) in &mut self.accounts {
            let LoadedAccount { stored, now } = loaded;
            if stored.as_ref() == Some(now) {
                continue;
            }
            now.liquidated = now.liquidated.filter(|used| used.height == height);
            let held = stored
                .as_ref()
                .is_some_and(|stored| !stored.positions.is_empty());
            if held || !now.positions.is_empty() {
                now.last_position_at = time;
            }
            // Closed by whatever message, with nothing owed.
            if now.gates && now.positions.is_empty() && !now.quote.is_negative() {
                now.gates = false;
                self.gate_changes.push((*number, false));
            }
        }
    }

    /// What must be written, the borrow of storage ended.
    #[must_use]
    pub fn into_changes(mut self) -> Changes {
        self.note_accounts();
        let height = self.env.block.height;
        for (_, (market, stored)) in &mut self.markets {
            match market.viewed.take() {
                Some(viewed) if market.state == *viewed.state => market.state = stored.clone(),
                Some(mut viewed) => self.events.append(&mut viewed.events),
                None => {}
            }
            if market.state != *stored {
                let used = market.state.liquidated;
                market.state.liquidated = used.filter(|used| used.height == height);
            }
        }
        let now = self.now();
        Changes {
            markets: self.markets,
            accounts: self.accounts,
            orders: self.orders,
            client_orders: self.client_orders,
            trigger_orders: self.trigger_orders,
            next_account: self.next_account,
            gate_changes: self.gate_changes,
            now,
            events: self.events,
        }
    }
}
