//! The suite of one run, and what the test knows of it.

use ballast_perp_market::state::{
    order_id, order_place, trigger_key, trigger_order_id, Named, Order as StoredOrder,
    TriggerOrder, ACCOUNTS, CLIENT_ORDERS, MARKETS, MARKET_STATES, NEXT_CHANGE, ORDERS,
    PENDING_CLAIMS, TRIGGER_ORDERS, VAULT, WITHDRAWALS,
};
use ballast_perp_market::ContractError;
use ballast_risk::{Rounding, ValueScale};
use ballast_testing::hostile::fund::FundBehaviour;
use ballast_testing::hostile::oracle::OracleBehaviour;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::metering::scenarios::Target;
use ballast_testing::suite::{
    exchange_parameters, market_parameters, Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder,
};
use ballast_types::market::{
    AccountResponse, ExchangeParameters, ExecuteMsg, MarketParameters, MarketResponse, OrderId,
    OrderReference, TriggerOrderId,
};
use ballast_types::{pyth, MarketId};
use cosmwasm_std::{coin, to_json_binary, Addr, CosmosMsg, Decimal, Order, Uint128, WasmMsg};
use cw_multi_test::AppResponse;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::government;
use super::government::model::Government;
use super::ownership::owner_of;

pub const UNIT: u128 = 1_000_000;

/// What may leave the exchange within an hour, where it holds little.
const OUTFLOW_FLOOR: u128 = 2_000 * UNIT;

/// What people start with.
const PURSE: u128 = 1_000_000 * UNIT;

pub struct World {
    pub suite: Suite,
    pub checker: InvariantChecker,
    /// Traders and keepers; the last is a contract.
    pub users: Vec<Addr>,
    pub hostile_fund: Addr,
    pub hostile_oracle: Addr,
    pub nobody: Addr,
    /// To whom ownership is offered.
    pub heir: Addr,
    /// Kinds of markets: at most one of each is listed at a time.
    pub specs: Vec<MarketSpec>,
    pub token: TokenBehaviour,
    /// Governance, where it owns the suite.
    pub government: Option<Government>,
    /// What the fund has booked by its own events.
    pub booked: i128,
}

impl World {
    pub fn new((collateral, governed): (Collateral, bool), mutual: u128) -> Self {
        let btc = MarketSpec {
            reserve: 200 * UNIT,
            ..MarketSpec::btc()
        };
        let sol = MarketSpec::new(
            "SOL-PERP",
            9,
            Decimal::percent(1),
            100_000_000,
            Decimal::percent(2_000),
        );
        let doge = MarketSpec {
            isolated: true,
            ..MarketSpec::new(
                "DOGE-PERP",
                8,
                Decimal::from_ratio(1u32, 10_000u32),
                1_000_000_000,
                Decimal::percent(10),
            )
        };
        let specs = vec![btc, MarketSpec::eth(), sol, doge];
        // So little that withdrawals queue.
        let exchange = ExchangeParameters {
            outflow_floor: Uint128::new(OUTFLOW_FLOOR),
            ..exchange_parameters(6)
        };
        let mut builder = SuiteBuilder::new().collateral(collateral);
        if governed {
            let token = match collateral {
                Collateral::Native => Collateral::Native,
                _ => Collateral::Cw20,
            };
            builder = builder
                .governed(government::settings())
                .governance_token(token);
        }
        let mut suite = builder
            .exchange_parameters(exchange)
            .market(specs[0].clone())
            .market(specs[1].clone())
            .seed(FundSeed { mutual })
            .build()
            .unwrap();
        let mut users: Vec<Addr> = (0..6)
            .map(|i| suite.new_user(&format!("user{i}"), PURSE).unwrap())
            .collect();
        let actor = suite.deploy_actor().unwrap();
        suite.mint(&actor, PURSE).unwrap();
        users.push(actor);
        let hostile_fund = suite
            .deploy_hostile_fund(FundBehaviour::pays(1_000_000))
            .unwrap();
        suite.mint(&hostile_fund, 1_000 * PURSE).unwrap();
        suite
            .mint_coin(&hostile_fund, coin(u128::MAX, "other"))
            .unwrap();
        let hostile_oracle = suite.deploy_hostile_oracle().unwrap();
        let nobody = suite.address("nobody");
        let heir = suite.address("heir");
        let government = governed.then(|| government::found(&mut suite));
        let checker = InvariantChecker::new(&suite).unwrap();
        let booked = i128::try_from(suite.solvency().unwrap().booked.u128()).unwrap();
        let token = TokenBehaviour::Honest;
        Self {
            suite,
            checker,
            users,
            hostile_fund,
            hostile_oracle,
            nobody,
            heir,
            specs,
            token,
            government,
            booked,
        }
    }

    /// A market that is listed.
    pub fn market(&self, market: MarketId) -> MarketResponse {
        self.suite.market_info(market).unwrap()
    }

    /// A market, or that there is none.
    pub fn existing(&self, market: MarketId) -> Result<MarketResponse, ContractError> {
        if MARKETS.has(self.suite.market_storage().as_ref(), market) {
            Ok(self.market(market))
        } else {
            Err(ContractError::NoSuchMarket { market })
        }
    }

    /// A market in which orders are taken, or why it is none.
    pub fn active_market(&self, market: MarketId) -> Result<MarketResponse, ContractError> {
        let found = self.existing(market)?;
        match found.settling {
            Some(_) => Err(ContractError::MarketSettling { market }),
            None => Ok(found),
        }
    }

    /// All markets that are listed.
    pub fn live(&self) -> Vec<MarketId> {
        let storage = self.suite.market_storage();
        let keys = MARKETS.keys(storage.as_ref(), None, None, Order::Ascending);
        keys.map(Result::unwrap).collect()
    }

    /// A market's parameters; those of a new one where there is no such market.
    pub fn parameters(&self, market: MarketId) -> MarketParameters {
        self.existing(market)
            .map_or_else(|_| market_parameters(6), |found| found.config.parameters)
    }

    /// The feed of a kind of markets.
    pub fn feed_id(&self, feed: usize) -> String {
        format!("{:064x}", feed + 1)
    }

    /// What the price feed says of a kind of markets.
    pub fn feed_answer(&self, feed: usize) -> Option<Decimal> {
        let query = pyth::QueryMsg::PriceFeed {
            id: self.feed_id(feed),
        };
        let wrap = self.suite.app.wrap();
        let answer: Result<pyth::PriceFeedResponse, _> =
            wrap.query_wasm_smart(&self.suite.price_feed, &query);
        let mantissa = u128::try_from(answer.ok()?.price_feed.price.price.i64()).ok()?;
        Some(Decimal::from_ratio(mantissa, 100_000_000u128))
    }

    /// Does something as whoever owns a contract now.
    pub fn as_owner<T>(&mut self, target: Target, act: impl FnOnce(&mut Suite) -> T) -> T {
        let owner = owner_of(self, target);
        let first = std::mem::replace(&mut self.suite.owner, owner);
        let done = act(&mut self.suite);
        self.suite.owner = first;
        done
    }

    /// Accounts that may be there: two of each user.
    pub fn all_accounts(&self) -> Vec<(usize, u32)> {
        (0..self.users.len())
            .flat_map(|user| [(user, 0), (user, 1)])
            .collect()
    }

    pub fn account(&self, user: usize, sub: u32) -> Option<AccountResponse> {
        self.suite.account(&self.users[user], sub).ok()
    }

    pub fn last_price(&self, market: MarketId) -> Decimal {
        self.market(market).price.unwrap().price
    }

    /// The last price as the feed writes it.
    pub fn mantissa(&self, market: MarketId) -> i64 {
        let unit = 10_000_000_000;
        i64::try_from(self.last_price(market).atomics().u128() / unit)
            .unwrap()
            .max(1)
    }

    /// The last price times so many ppm, kept within what the market can handle.
    pub fn moved_price(&self, market: MarketId, ppm: u64) -> Decimal {
        let moved = self.last_price(market) * Decimal::from_ratio(ppm, 1_000_000u64);
        let first = self.suite.markets[market as usize].spec.initial_price;
        moved.clamp(
            first / Uint128::new(1_000),
            first * Decimal::from_ratio(1_000u128, 1u128),
        )
    }

    /// A price near the last one that orders may have.
    pub fn tick_price(&self, market: MarketId, ppm: u64) -> Decimal {
        let tick = self.suite.markets[market as usize].spec.tick_size;
        let ticks = (self.moved_price(market, ppm) / tick)
            .to_uint_floor()
            .u128()
            .max(1);
        tick * Decimal::from_ratio(ticks, 1u128)
    }

    pub fn lots(&self, market: MarketId, lots: u128) -> u128 {
        self.suite.markets[market as usize].spec.lot_size.u128() * lots
    }

    /// The size whose value is so many times what a user has, at least one lot.
    pub fn leveraged(&self, market: MarketId, user: usize, leverage: u128) -> u128 {
        let equity = self
            .account(user, 0)
            .map_or(0, |account| account.equity.i128().max(0));
        let info = self.market(market);
        let spec = &self.suite.markets[market as usize].spec;
        let lot = self.lots(market, 1);
        let scale = ValueScale::new(spec.base_decimals, self.suite.decimals).unwrap();
        let of_a_lot = scale
            .notional(lot.into(), info.price.unwrap().price, Rounding::Down)
            .unwrap()
            .u128()
            .max(1);
        self.lots(
            market,
            (equity.unsigned_abs() * leverage / of_a_lot).clamp(1, 100_000),
        )
    }

    /// Whether a claim for a position failed and waits for its retry.
    pub fn claim_waits(&self, account: Option<&AccountResponse>, market: MarketId) -> bool {
        let storage = self.suite.market_storage();
        account.is_some_and(|account| {
            PENDING_CLAIMS.has(storage.as_ref(), (account.number.u64(), market))
        })
    }

    pub fn resting_orders(&self) -> Vec<OrderId> {
        let storage = self.suite.market_storage();
        let keys = ORDERS.keys(storage.as_ref(), None, None, Order::Ascending);
        keys.map(|key| key.map(|(book, place)| order_id(book, place)).unwrap())
            .collect()
    }

    /// A resting order.
    pub fn order(&self, id: &OrderId) -> Option<StoredOrder> {
        let storage = self.suite.market_storage();
        ORDERS.may_load(storage.as_ref(), order_place(id)).unwrap()
    }

    pub fn owner_of(&self, id: &OrderId) -> Option<(usize, u32)> {
        self.user_of(self.order(id)?.account)
    }

    /// A trigger order that waits.
    pub fn trigger(&self, id: &TriggerOrderId) -> Option<TriggerOrder> {
        let storage = self.suite.market_storage();
        TRIGGER_ORDERS
            .may_load(storage.as_ref(), trigger_key(id))
            .unwrap()
    }

    pub fn trigger_owner(&self, id: &TriggerOrderId) -> Option<(usize, u32)> {
        self.user_of(self.trigger(id)?.account)
    }

    pub fn waiting_triggers(&self) -> Vec<TriggerOrderId> {
        let storage = self.suite.market_storage();
        let keys = TRIGGER_ORDERS.keys(storage.as_ref(), None, None, Order::Ascending);
        keys.map(|key| trigger_order_id(key.unwrap())).collect()
    }

    /// The order of an account that a batch names; none where it has no such order.
    pub fn meant(&self, user: usize, sub: u32, reference: &OrderReference) -> Option<Named> {
        let (named, owner) = match reference {
            OrderReference::OrderId(id) => {
                let (book, place) = order_place(id);
                (Named::Order { book, place }, self.owner_of(id)?)
            }
            OrderReference::TriggerOrderId(id) => {
                let (line, price, sequence) = trigger_key(id);
                let named = Named::TriggerOrder {
                    line,
                    price,
                    sequence,
                };
                (named, self.trigger_owner(id)?)
            }
            OrderReference::ClientOrderId(name) => {
                let number = self.account(user, sub)?.number.u64();
                let storage = self.suite.market_storage();
                let key = (number, name.u128());
                let named = CLIENT_ORDERS.may_load(storage.as_ref(), key).unwrap()?;
                (named, (user, sub))
            }
        };
        (owner == (user, sub)).then_some(named)
    }

    /// Whose account it is, where it is a user's.
    fn user_of(&self, number: u64) -> Option<(usize, u32)> {
        let storage = self.suite.market_storage();
        let account = ACCOUNTS.load(storage.as_ref(), number).unwrap();
        let user = self.users.iter().position(|user| *user == account.owner)?;
        Some((user, account.subaccount))
    }

    /// Who is paid by a queued withdrawal.
    pub fn queued_by(&self, id: u64) -> Option<Addr> {
        let storage = self.suite.market_storage();
        let storage = storage.as_ref();
        let withdrawal = WITHDRAWALS.may_load(storage, id).unwrap()?;
        Some(ACCOUNTS.load(storage, withdrawal.account).unwrap().owner)
    }

    /// The number of the next change that waits.
    pub fn next_change(&self) -> u64 {
        let storage = self.suite.market_storage();
        let next = NEXT_CHANGE.may_load(storage.as_ref()).unwrap();
        next.unwrap_or(1)
    }

    /// The number of the next withdrawal that is queued.
    pub fn next_withdrawal(&self) -> u64 {
        let storage = self.suite.market_storage();
        VAULT.load(storage.as_ref()).unwrap().next_id
    }

    /// The first queued withdrawal.
    pub fn queue_head(&self) -> Option<u64> {
        let storage = self.suite.market_storage();
        let mut keys = WITHDRAWALS.keys(storage.as_ref(), None, None, Order::Ascending);
        keys.next().map(Result::unwrap)
    }

    /// An account's delegates among the users, with their expiry; expired ones included.
    pub fn delegates(&self, user: usize, sub: u32) -> Vec<(usize, u64)> {
        let known = self.suite.delegates(&self.users[user], sub);
        let index = |address: &str| self.users.iter().position(|one| one.as_str() == address);
        let known = known.unwrap_or_default().into_iter();
        known
            .filter_map(|one| Some((index(&one.delegate)?, one.expires_at)))
            .collect()
    }

    /// A delegate of somebody, drawn anew at each call: owner, subaccount, delegate.
    pub fn any_delegate(&self, rng: &mut ChaCha8Rng) -> Option<(usize, u32, usize)> {
        let all: Vec<_> = self
            .all_accounts()
            .into_iter()
            .flat_map(|(user, sub)| {
                let delegates = self.delegates(user, sub).into_iter();
                delegates.map(move |(delegate, _)| (user, sub, delegate))
            })
            .collect();
        all.choose(rng).copied()
    }

    /// The client order id of a resting order.
    pub fn name_of(&self, id: &OrderId) -> Option<u128> {
        self.order(id)?.client_order_id.map(|name| name.u128())
    }

    /// Sends a message of a user to the market.
    pub fn tell_market(&mut self, user: usize, msg: &ExecuteMsg) -> anyhow::Result<AppResponse> {
        let (user, market) = (self.users[user].clone(), self.suite.market.clone());
        self.suite.execute(&user, &market, msg, &[])
    }

    pub fn vault(&self) -> u128 {
        VAULT
            .load(self.suite.market_storage().as_ref())
            .unwrap()
            .held
            .u128()
    }

    /// Where a position becomes liquidatable; none without one, or where no price does it.
    pub fn liquidation_price(&self, user: usize, sub: u32, market: MarketId) -> Option<Decimal> {
        let id = Suite::account_id(&self.users[user], sub);
        let answer = self.suite.liquidation_price(id, market);
        answer.ok()?
    }

    /// Whether an order ever rested in a market.
    pub fn has_traded(&self, market: MarketId) -> bool {
        let storage = self.suite.market_storage();
        let state = MARKET_STATES.load(storage.as_ref(), market).unwrap();
        state.next_sequence > 0
    }

    pub fn fee_collector(&self, market: MarketId) -> u128 {
        let storage = self.suite.market_storage();
        MARKET_STATES
            .load(storage.as_ref(), market)
            .unwrap()
            .fee_collector
            .u128()
    }

    /// The fund that the market uses.
    pub fn fund_in_use(&self) -> Option<String> {
        self.suite.config().unwrap().insurance_fund
    }

    /// Whether the token lets a transfer through.
    pub fn token_moves(&self, from: &Addr, to: &Addr) -> bool {
        match &self.token {
            TokenBehaviour::Fails => false,
            TokenBehaviour::FailsTo { address } => address != to.as_str(),
            TokenBehaviour::FailsFrom { address } => address != from.as_str(),
            _ => true,
        }
    }

    /// Whether what is sent arrives whole.
    pub fn token_delivers_all(&self) -> bool {
        !matches!(self.token, TokenBehaviour::TakesFee { .. })
    }

    /// Calls that a token may make in the middle of a transfer without changing what the transfer does.
    pub fn harmless_calls(&self) -> Vec<CosmosMsg> {
        let calls = [
            ExecuteMsg::AccrueFunding { market: 0 },
            ExecuteMsg::Flush { market: 1 },
        ];
        let to_market = |msg: &ExecuteMsg| -> CosmosMsg {
            WasmMsg::Execute {
                contract_addr: self.suite.market.to_string(),
                msg: to_json_binary(msg).unwrap(),
                funds: vec![],
            }
            .into()
        };
        calls.iter().map(to_market).collect()
    }

    /// What is good for every oracle mock at the start.
    pub fn honest_oracle(&self, market: MarketId) -> OracleBehaviour {
        OracleBehaviour::Answers {
            price: self.mantissa(market).into(),
            conf: 0u64.into(),
            expo: -8,
            published: ballast_testing::hostile::oracle::Published::Ago { secs: 0 },
        }
    }
}
