//! The suite of one run, and what the test knows of it.

use ballast_perp_market::state::{
    order_id, order_place, ACCOUNTS, MARKET_STATES, ORDERS, PENDING_CLAIMS, VAULT,
};
use ballast_risk::{Rounding, ValueScale};
use ballast_testing::hostile::fund::FundBehaviour;
use ballast_testing::hostile::oracle::OracleBehaviour;
use ballast_testing::hostile::token::TokenBehaviour;
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::suite::{Collateral, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::market::{AccountResponse, ExecuteMsg, MarketResponse, OrderId};
use ballast_types::MarketId;
use cosmwasm_std::{coin, to_json_binary, Addr, CosmosMsg, Decimal, Order, Uint128, WasmMsg};
use cw_multi_test::AppResponse;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

pub const UNIT: u128 = 1_000_000;

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
    pub token: TokenBehaviour,
    /// What the fund has booked by its own events.
    pub booked: i128,
}

impl World {
    pub fn new(collateral: Collateral, mutual: u128) -> Self {
        let btc = MarketSpec {
            reserve: 200 * UNIT,
            ..MarketSpec::btc()
        };
        let mut suite = SuiteBuilder::new()
            .collateral(collateral)
            .market(btc)
            .market(MarketSpec::eth())
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
            token,
            booked,
        }
    }

    pub fn market(&self, market: MarketId) -> MarketResponse {
        self.suite.market_info(market).unwrap()
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

    pub fn owner_of(&self, id: &OrderId) -> Option<(usize, u32)> {
        let storage = self.suite.market_storage();
        let order = ORDERS
            .may_load(storage.as_ref(), order_place(id))
            .unwrap()?;
        let account = ACCOUNTS.load(storage.as_ref(), order.account).unwrap();
        let user = self.users.iter().position(|user| *user == account.owner)?;
        Some((user, account.subaccount))
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
        let accounts = (0..self.users.len()).flat_map(|user| [(user, 0), (user, 1)]);
        let all: Vec<_> = accounts
            .flat_map(|(user, sub)| {
                let delegates = self.delegates(user, sub).into_iter();
                delegates.map(move |(delegate, _)| (user, sub, delegate))
            })
            .collect();
        all.choose(rng).copied()
    }

    /// The client order id of a resting order.
    pub fn name_of(&self, id: &OrderId) -> Option<u128> {
        let storage = self.suite.market_storage();
        let order = ORDERS
            .may_load(storage.as_ref(), order_place(id))
            .unwrap()?;
        order.client_order_id.map(|name| name.u128())
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
