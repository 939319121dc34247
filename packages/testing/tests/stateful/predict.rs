//! What a step must lead to, from what can be asked before it.
//!
//! Everything is predicted exactly but one region: an order that passes every check of its own may still
//! fail on margin, open interest or the number of orders, depending on what it trades against. There the
//! error must hold up against what can be asked ([`Expect::Order`]), orders with ample margin must pass,
//! and what an accepted order leaves is checked by `judge`.

use ballast_perp_market::state::{book_key, split_place_key, ACCOUNTS, GATE, ORDERS};
use ballast_perp_market::ContractError;
use ballast_risk::{fill_value, position_risk, MarginParameters, Rounding, ValueScale};
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_types::fund::TopUpKind;
use ballast_types::market::{AccountResponse, MarketResponse, OrderType, TimeInForce};
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Addr, Decimal, Int128, Uint128, Uint64};

use super::changes;
use super::steps::{FundChoice, Order, Step, User};
use super::world::World;

/// What must happen.
#[derive(Debug)]
pub enum Expect {
    /// It commits.
    Ok,
    /// The market refuses with exactly this.
    Market(ContractError),
    /// Refused with a text that contains this.
    Text(&'static str),
    /// The token or the bank refuses.
    Transfer,
    /// A change whose time has come: it commits, or contradicts what is in force by now.
    Applied,
    /// An order that passes its own checks: commits, or fails for a reason that holds up.
    Order {
        /// Has so much margin, and so few orders, that it must pass.
        ample: bool,
    },
}

impl Expect {
    fn market(error: ContractError) -> Self {
        Self::Market(error)
    }
}

pub fn expected(world: &World, step: &Step) -> Expect {
    let suite = &world.suite;
    match step {
        Step::Deposit { user, amount, .. } => {
            transfer(world, &world.users[*user], &suite.market, *amount, true)
        }
        Step::Withdraw { user, sub, amount } => withdraw(world, *user, *sub, *amount),
        Step::Place {
            by,
            user,
            sub,
            order,
        } => acts(world, *by, *user, *sub).unwrap_or_else(|| place(world, *user, *sub, order)),
        Step::Cancel { by, user, sub, id } => {
            acts(world, *by, *user, *sub).unwrap_or_else(|| match world.owner_of(id) {
                Some(owner) if owner == (*user, *sub) => Expect::Ok,
                _ => Expect::market(ContractError::NoSuchOrder { id: *id }),
            })
        }
        Step::CancelNamed { user, sub, name } => {
            acts(world, *user, *user, *sub).unwrap_or_else(|| {
                let client_order_id = Uint128::new(*name);
                if named(world, *user, *sub, *name) {
                    Expect::Ok
                } else {
                    Expect::market(ContractError::NoSuchClientOrder { client_order_id })
                }
            })
        }
        Step::CancelAll { by, user, sub, .. } => {
            acts(world, *by, *user, *sub).unwrap_or(Expect::Ok)
        }
        Step::Transfer {
            user,
            from,
            to,
            amount,
        } => transfer_between(world, *user, *from, *to, *amount),
        Step::AskChange {
            market,
            field,
            value,
        } => changes::expected(world, *market, *field, *value),
        Step::ApplyChange { id } => changes::expected_to_apply(world, *id),
        Step::CancelChange { id } => {
            let waiting = suite.pending_changes().unwrap();
            if waiting.iter().any(|change| change.id == *id) {
                Expect::Ok
            } else {
                Expect::market(ContractError::NoSuchChange { id: *id })
            }
        }
        Step::SetDelegate {
            user,
            sub,
            delegate,
            secs,
        } => set_delegate(world, *user, *sub, *delegate, *secs),
        Step::RemoveDelegate {
            user,
            sub,
            delegate,
        } => acts(world, *user, *user, *sub).unwrap_or_else(|| {
            let known = world.delegates(*user, *sub);
            if known.iter().any(|(one, _)| one == delegate) {
                return Expect::Ok;
            }
            not_delegate(world, *user, *sub, *delegate)
        }),
        Step::Liquidate {
            user, sub, market, ..
        } => liquidate(world, *user, *sub, *market, false),
        Step::Deleverage {
            user, sub, market, ..
        } => liquidate(world, *user, *sub, *market, true),
        Step::Accrue { market } if *market as usize >= suite.markets.len() => {
            Expect::market(ContractError::NoSuchMarket { market: *market })
        }
        Step::Accrue { .. } | Step::SyncMarket | Step::SyncFund | Step::Poke => Expect::Ok,
        Step::Flush { .. } if world.fund_in_use().is_none() => {
            Expect::market(ContractError::NoInsuranceFund {})
        }
        Step::Flush { .. } => Expect::Ok,
        Step::BareSend {
            user,
            to_fund,
            amount,
        } => {
            let to = if *to_fund { &suite.fund } else { &suite.market };
            transfer(world, &world.users[*user], to, *amount, false)
        }
        Step::TopUp {
            user, kind, amount, ..
        } => {
            let sent = transfer(world, &world.users[*user], &suite.fund, *amount, true);
            match (sent, kind) {
                (Expect::Ok, TopUpKind::Fees) => Expect::Text("fees"),
                (other, _) => other,
            }
        }
        Step::Price { .. } | Step::PriceOfOneFeeder { .. } => price(world, step),
        Step::Advance { .. }
        | Step::SetFund { .. }
        | Step::FundBehaves { .. }
        | Step::OracleBehaves { .. }
        | Step::TokenBehaves { .. }
        | Step::ReduceOnly { .. } => Expect::Ok,
        Step::UseOracle { market, hostile } => oracle(world, *market, *hostile),
        Step::PayFees { market, amount } => pay_fees(world, *market, *amount),
        Step::Trespass { user, what } => trespass(world, *user, *what),
    }
}

fn no_account(world: &World, user: User, subaccount: u32) -> Expect {
    let owner = world.users[user].to_string();
    Expect::market(ContractError::NoSuchAccount { owner, subaccount })
}

fn not_delegate(world: &World, user: User, subaccount: u32, found: User) -> Expect {
    Expect::market(ContractError::NotDelegate {
        owner: world.users[user].to_string(),
        subaccount,
        found: world.users[found].to_string(),
    })
}

/// Why somebody may not act for an account, where he may not.
fn acts(world: &World, by: User, user: User, sub: u32) -> Option<Expect> {
    if world.account(user, sub).is_none() {
        return Some(no_account(world, user, sub));
    }
    if by == user {
        return None;
    }
    let known = world.delegates(user, sub);
    let Some((_, expired_at)) = known.into_iter().find(|(one, _)| *one == by) else {
        return Some(not_delegate(world, user, sub, by));
    };
    let now = world.suite.now();
    (expired_at <= now)
        .then(|| Expect::market(ContractError::DelegationExpired { expired_at, now }))
}

fn set_delegate(world: &World, user: User, sub: u32, delegate: User, secs: u64) -> Expect {
    if let Some(refused) = acts(world, user, user, sub) {
        return refused;
    }
    let now = world.suite.now();
    let (max, found) = (now + 365 * 86_400, now + secs);
    if delegate == user {
        Expect::market(ContractError::OwnerAsDelegate {})
    } else if secs == 0 {
        let expires_at = now;
        Expect::market(ContractError::AlreadyExpired { expires_at, now })
    } else if found > max {
        Expect::market(ContractError::DelegationTooLong { max, found })
    } else {
        // Seven users: never more than eight delegates.
        Expect::Ok
    }
}

/// Whether an account has a resting order of that name.
fn named(world: &World, user: User, sub: u32, name: u128) -> bool {
    let orders = world.suite.orders(&world.users[user], sub).unwrap();
    let name = Some(Uint128::new(name));
    orders.iter().any(|order| order.client_order_id == name)
}

fn transfer_between(world: &World, user: User, from: u32, to: u32, amount: u128) -> Expect {
    if amount == 0 {
        return Expect::market(ContractError::ZeroAmount {});
    }
    if from == to {
        return Expect::market(ContractError::SameSubaccount { subaccount: from });
    }
    may_take_out(world, user, from, amount).unwrap_or(Expect::Ok)
}

/// Collateral from somebody to a contract, with a message or without.
fn transfer(world: &World, from: &Addr, to: &Addr, amount: u128, message: bool) -> Expect {
    let native = world.suite.token().is_none();
    let owned = world.suite.balance(from).unwrap();
    if amount == 0 {
        // The bank refuses to send nothing; a cw20 does not, but the receiver refuses to book it.
        return match (native, message) {
            (true, true) => Expect::Text("funds"),
            (true, false) => Expect::Transfer,
            (false, _) if !world.token_moves(from, to) => Expect::Transfer,
            (false, true) => Expect::Text("zero"),
            (false, false) => Expect::Ok,
        };
    }
    if amount > owned || (!native && !world.token_moves(from, to)) {
        return Expect::Transfer;
    }
    Expect::Ok
}

/// Until when the gate is shut for an account: while it is shut, and the account held a position within the hour or any
/// market has a deficit.
fn gated(world: &World, user: User, sub: u32) -> Option<u64> {
    let storage = world.suite.market_storage();
    let storage = storage.as_ref();
    let now = world.suite.now();
    let until = GATE.load(storage).unwrap().shut.last()?.to;
    let number = world.account(user, sub)?.number.u64();
    let account = ACCOUNTS.load(storage, number).unwrap();
    let idle = account.positions.is_empty() && now - account.last_position_at >= 3_600;
    let deficit = world
        .suite
        .markets
        .iter()
        .any(|market| !world.market(market.id).deficit.is_zero());
    (until > now && (deficit || !idle)).then_some(until)
}

/// Whether an account was a known cause for the gate.
fn gates(world: &World, number: Uint64) -> bool {
    let storage = world.suite.market_storage();
    ACCOUNTS.load(storage.as_ref(), number.u64()).unwrap().gates
}

fn withdraw(world: &World, user: User, sub: u32, amount: u128) -> Expect {
    if amount == 0 {
        return Expect::market(ContractError::ZeroAmount {});
    }
    if let Some(refused) = may_take_out(world, user, sub, amount) {
        return refused;
    }
    if let Some(opens_at) = gated(world, user, sub) {
        return Expect::market(ContractError::WithdrawalsGated { opens_at });
    }
    // What the limits hold back waits: no coin moves where nothing may leave.
    let limits = world.suite.outflow_limits().unwrap();
    if !limits.queued.is_zero() || limits.available.is_zero() {
        return Expect::Ok;
    }
    let (market, to) = (&world.suite.market, &world.users[user]);
    if world.suite.token().is_some() && !world.token_moves(market, to) {
        return Expect::Transfer;
    }
    Expect::Ok
}

/// Why an account may not part with so much, where it may not.
fn may_take_out(world: &World, user: User, sub: u32, amount: u128) -> Option<Expect> {
    let Some(account) = world.account(user, sub) else {
        return Some(no_account(world, user, sub));
    };
    if account.bankrupt {
        return Some(Expect::market(ContractError::Bankrupt {
            equity: account.equity,
        }));
    }
    let less = Int128::new(i128::try_from(amount).unwrap());
    match risk_at(world, &account, less, None) {
        Err(error) => Some(Expect::market(error)),
        Ok((equity, required)) if required > positive(equity) || equity.is_negative() => {
            let error = ContractError::InsufficientMargin { equity, required };
            Some(Expect::market(error))
        }
        Ok((equity, required)) => {
            let (free, reserve) = (positive(equity) - required, account.order_reserve);
            let error = ContractError::InsufficientReserve { free, reserve };
            (free < reserve).then_some(Expect::market(error))
        }
    }
}

fn positive(of: Int128) -> Uint128 {
    if of.is_negative() {
        Uint128::zero()
    } else {
        of.unsigned_abs()
    }
}

/// Equity less an amount and initial margin. At prices good enough for taking risk, at their worse end:
/// in one market, or in all; elsewhere at prices good enough for liquidation, as they are.
pub fn risk_at(
    world: &World,
    account: &AccountResponse,
    less: Int128,
    strictly_in: Option<MarketId>,
) -> Result<(Int128, Uint128), ContractError> {
    let mut equity = account.quote - less;
    let mut required = Uint128::zero();
    for position in &account.positions {
        let market = world.market(position.market);
        let strictly = strictly_in.map_or(true, |id| id == position.market);
        let price = if strictly {
            strict_price(world, &market, position.size)?
        } else {
            let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
            check_age(world, &market, max_age)?;
            market.price.unwrap().price
        };
        let margin = margin_parameters(&market);
        let scale = ValueScale::new(market.config.base_decimals, world.suite.decimals)?;
        let effective = market.effective_initial_margin_ppm;
        let risk = position_risk(&scale, position.size, price, &margin, effective)?;
        equity = equity - position.funding_owed + risk.net_notional;
        required += risk.initial_margin;
    }
    Ok((equity, required))
}

fn margin_parameters(market: &MarketResponse) -> MarginParameters {
    let parameters = &market.config.parameters;
    MarginParameters {
        initial_margin_ppm: parameters.initial_margin_ppm,
        maintenance_fraction_ppm: parameters.maintenance_fraction_ppm,
        open_interest_lower: parameters.open_interest_lower,
        open_interest_upper: parameters.open_interest_upper,
    }
}

fn strict_price(
    world: &World,
    market: &MarketResponse,
    size: Int128,
) -> Result<Decimal, ContractError> {
    let parameters = world.suite.config().unwrap().parameters;
    let id = market.market;
    let cached = market.price.unwrap();
    check_age(world, market, parameters.price_risk_max_age_secs)?;
    let max_ppm = market.config.oracle.max_confidence_ppm;
    let allowed = cached.price.atomics().multiply_ratio(max_ppm, 1_000_000u32);
    if cached.confidence.atomics() > allowed {
        let (price, confidence) = (cached.price, cached.confidence);
        return Err(ContractError::LowConfidence {
            market: id,
            price,
            confidence,
            max_ppm,
        });
    }
    Ok(if size.is_negative() {
        cached.price + cached.confidence
    } else {
        cached.price - cached.confidence
    })
}

fn check_age(world: &World, market: &MarketResponse, max_age: u64) -> Result<(), ContractError> {
    let age = world.suite.now() - market.price.unwrap().published_at;
    if age > max_age {
        return Err(ContractError::StalePrice {
            market: market.market,
            age,
            max_age,
        });
    }
    Ok(())
}

fn liquidate(world: &World, user: User, sub: u32, market: MarketId, bankrupt: bool) -> Expect {
    let Some(account) = world.account(user, sub) else {
        return no_account(world, user, sub);
    };
    if !account
        .positions
        .iter()
        .any(|position| position.market == market)
    {
        return Expect::market(ContractError::NoPosition { market });
    }
    let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
    // Positions elsewhere count at their last price, however old.
    if let Err(error) = check_age(world, &world.market(market), max_age) {
        return Expect::market(error);
    }
    let AccountResponse {
        equity,
        maintenance_margin,
        ..
    } = account;
    if !account.liquidatable && !bankrupt && gates(world, account.number) {
        // It recovered: the message only says so.
        return Expect::Ok;
    }
    if !account.liquidatable {
        return Expect::market(ContractError::NotLiquidatable {
            equity,
            maintenance_margin,
        });
    }
    if bankrupt && !account.bankrupt {
        return Expect::market(ContractError::NotBankrupt { equity });
    }
    Expect::Ok
}

fn place(world: &World, user: User, sub: u32, order: &Order) -> Expect {
    let Some(account) = world.account(user, sub) else {
        return no_account(world, user, sub);
    };
    let market = world.market(order.market);
    let size = Uint128::new(order.size);
    let lot_size = market.config.lot_size;
    if size.is_zero() || order.size % lot_size.u128() != 0 {
        return Expect::market(ContractError::InvalidSize {
            lot_size,
            found: size,
        });
    }
    if i128::try_from(order.size).is_err() {
        return Expect::Text("");
    }
    let tick_size = market.config.tick_size;
    let (price, time_in_force) = match order.order_type {
        OrderType::Limit {
            price,
            time_in_force,
        } => (price, time_in_force),
        OrderType::Market { worst_price } => (worst_price, TimeInForce::ImmediateOrCancel),
    };
    let ticks = price.atomics().u128() / tick_size.atomics().u128();
    let exact = price.atomics().u128() % tick_size.atomics().u128() == 0;
    let limit = matches!(order.order_type, OrderType::Limit { .. });
    if ticks == 0 || (limit && !exact) {
        return Expect::market(ContractError::InvalidPrice {
            tick_size,
            found: price,
        });
    }
    if let TimeInForce::GoodTilTime { expires_at } = time_in_force {
        let now = world.suite.now();
        if expires_at <= now {
            return Expect::market(ContractError::AlreadyExpired { expires_at, now });
        }
    }
    if let Some(name) = order.name.filter(|name| named(world, user, sub, *name)) {
        let client_order_id = Uint128::new(name);
        return Expect::market(ContractError::DuplicateClientOrderId { client_order_id });
    }
    if account.bankrupt {
        return Expect::market(ContractError::Bankrupt {
            equity: account.equity,
        });
    }
    let held = account
        .positions
        .iter()
        .find(|position| position.market == order.market);
    let held = held.map_or(0, |position| position.size.i128());
    let reduces = held != 0 && (held < 0) == (order.side == Side::Buy);
    let reducible = if reduces { held.unsigned_abs() } else { 0 };
    if order.reduce_only && reducible == 0 {
        return Expect::market(ContractError::NothingToReduce {});
    }
    let wanted = if order.reduce_only {
        order.size.min(reducible)
    } else {
        order.size
    };
    let closes = order.reduce_only && reducible <= order.size;
    if let Some(refusal) = too_small(world, &market, order, ticks, wanted).filter(|_| !closes) {
        return refusal;
    }
    let ticks = match within_band(world, &market, order, price, ticks) {
        Ok(ticks) => ticks,
        Err(error) => return Expect::market(error),
    };
    if would_trade(world, order, ticks) {
        if time_in_force == TimeInForce::PostOnly {
            return Expect::market(ContractError::WouldTrade {});
        }
        if market.reduce_only && wanted > reducible {
            return Expect::market(ContractError::ReduceOnly {
                market: order.market,
            });
        }
    }
    Expect::Order {
        ample: time_in_force != TimeInForce::FillOrKill
            && ample(world, &account, &market, order, price, wanted),
    }
}

/// What an order that is worth too little is refused with.
fn too_small(
    world: &World,
    market: &MarketResponse,
    order: &Order,
    ticks: u128,
    wanted: u128,
) -> Option<Expect> {
    let min = market.config.parameters.min_order_notional;
    let (tick, lot) = (market.config.tick_size, market.config.lot_size);
    let scale = ValueScale::new(market.config.base_decimals, world.suite.decimals).unwrap();
    let size = Uint128::new(wanted);
    let value = match order.order_type {
        OrderType::Limit { .. } => {
            let ticks = u64::try_from(ticks).unwrap();
            fill_value(ticks, size, lot, scale.tick_lot_value(tick, lot).unwrap())
        }
        OrderType::Market { .. } => scale.notional(size, market.price.unwrap().price, Rounding::Up),
    };
    match value {
        // Sizes up to 2^127 are tried.
        Err(_) => Some(Expect::Text("")),
        Ok(found) if found < min => {
            Some(Expect::market(ContractError::OrderTooSmall { min, found }))
        }
        Ok(_) => None,
    }
}

/// The worst price in ticks: of a market order moved into the band, of a limit refused beyond it.
fn within_band(
    world: &World,
    market: &MarketResponse,
    order: &Order,
    found: Decimal,
    ticks: u128,
) -> Result<u128, ContractError> {
    let max_age = world.suite.config().unwrap().parameters.price_max_age_secs;
    if check_age(world, market, max_age).is_err() {
        return Ok(ticks);
    }
    let price = market.price.unwrap().price.atomics();
    let distance = price.multiply_ratio(market.config.parameters.price_band_ppm, 1_000_000u32);
    let buys = order.side == Side::Buy;
    let atomics = if buys {
        price + distance
    } else {
        price - distance
    };
    let bound = Decimal::new(atomics);
    if if buys { found <= bound } else { found >= bound } {
        return Ok(ticks);
    }
    if let OrderType::Limit { .. } = order.order_type {
        let market = market.market;
        return Err(ContractError::PriceOutsideBand {
            market,
            bound,
            found,
        });
    }
    let tick = market.config.tick_size.atomics().u128();
    let moved = atomics.u128();
    Ok(if buys {
        moved / tick
    } else {
        moved.div_ceil(tick)
    })
}

fn would_trade(world: &World, order: &Order, ticks: u128) -> bool {
    let side = order.side.opposite();
    let storage = world.suite.market_storage();
    // Expired orders are dead; more of them than a message removes stop the order before it trades.
    let max_removals = world.suite.config().unwrap().parameters.max_removals;
    let now = world.suite.now();
    let best = ORDERS
        .prefix(book_key(order.market, side))
        .range(storage.as_ref(), None, None, cosmwasm_std::Order::Ascending)
        .map(Result::unwrap)
        .take(max_removals as usize)
        .find(|(_, resting)| !resting.is_expired(now));
    best.is_some_and(|(place, _)| {
        let best = u128::from(split_place_key(side, place).0);
        match order.side {
            Side::Buy => best <= ticks,
            Side::Sell => best >= ticks,
        }
    })
}

/// Equity five times what everything could need, few orders, no cap near, fresh prices.
fn ample(
    world: &World,
    account: &AccountResponse,
    market: &MarketResponse,
    order: &Order,
    price: Decimal,
    wanted: u128,
) -> bool {
    let sound = |market: &MarketResponse| strict_price(world, market, Int128::one()).is_ok();
    let fresh = sound(market)
        && account
            .positions
            .iter()
            .all(|position| sound(&world.market(position.market)));
    let Ok(scale) = ValueScale::new(market.config.base_decimals, world.suite.decimals) else {
        return false;
    };
    let dearest = price.max(market.price.unwrap().price);
    let rounding = ballast_risk::Rounding::Up;
    let Ok(value) = scale.notional(Uint128::new(wanted), dearest, rounding) else {
        return false;
    };
    let value = value.u128();
    let interest = market.open_interest_value.u128() + value;
    let parameters = &market.config.parameters;
    let needed = account.initial_margin.u128() + value;
    fresh
        && order.size < 1 << 100
        && interest < market.open_interest_cap.u128() / 2
        && interest < parameters.open_interest_lower.u128() / 2
        && account.open_orders < 10
        && account.equity > Int128::new(i128::try_from(needed).unwrap_or(i128::MAX))
}

fn price(world: &World, step: &Step) -> Expect {
    let (Step::Price { market, .. } | Step::PriceOfOneFeeder { market, .. }) = step else {
        return Expect::Ok;
    };
    // One price a feeder and second. The first feeder pushes first.
    let feed = &world.suite.markets[*market as usize].feed_id;
    let query = ballast_types::price_feed::QueryMsg::FeederPrices { id: feed.clone() };
    let pushed: Vec<ballast_types::price_feed::FeederPrice> = world
        .suite
        .app
        .wrap()
        .query_wasm_smart(&world.suite.price_feed, &query)
        .unwrap();
    let now = i64::try_from(world.suite.now()).unwrap();
    let known = |last: &ballast_types::price_feed::FeederPrice| {
        last.price
            .as_ref()
            .is_some_and(|price| price.publish_time >= now)
    };
    let looked_at = if matches!(step, Step::Price { .. }) {
        pushed.len()
    } else {
        1
    };
    if pushed.iter().take(looked_at).any(known) {
        Expect::Text("not after this feeder's last")
    } else {
        Expect::Ok
    }
}

/// The new oracle must answer with a valid price at once, near the old one's where that is fresh.
fn oracle(world: &World, market: MarketId, hostile: bool) -> Expect {
    let unusable = Expect::Text("gives no valid price");
    let Some(found) = answered_price(world, market, hostile) else {
        return unusable;
    };
    let info = world.market(market);
    let (min, max) = (info.config.oracle.min_price, info.config.oracle.max_price);
    if found < min || found > max {
        return unusable;
    }
    let parameters = world.suite.config().unwrap().parameters;
    let cached = info.price.unwrap().price;
    let max_ppm = parameters
        .oracle_switch_max_deviation_ppm
        .min(info.maintenance_margin_ppm);
    let allowed = cached.atomics().multiply_ratio(max_ppm, 1_000_000u32);
    let fresh = check_age(world, &info, parameters.price_max_age_secs).is_ok();
    if fresh && cached.abs_diff(found).atomics() > allowed {
        return Expect::market(ContractError::OracleDeviates {
            market,
            cached,
            found,
            max_ppm,
        });
    }
    Expect::Ok
}

/// What an oracle says, where it can be a price at all.
fn answered_price(world: &World, market: MarketId, hostile: bool) -> Option<Decimal> {
    let of_mantissa = |price: i64| {
        let mantissa = u128::try_from(price).ok().filter(|price| *price > 0)?;
        Some(Decimal::from_ratio(mantissa, 100_000_000u128))
    };
    if !hostile {
        return of_mantissa(world.suite.feed_price(market).ok()?.price.i64());
    }
    let oracle = &world.hostile_oracle;
    let behaviour = world.suite.oracle_behaviour(oracle, market).unwrap()?;
    let OracleBehaviour::Answers {
        price, published, ..
    } = behaviour
    else {
        return None;
    };
    let tolerance = world
        .suite
        .config()
        .unwrap()
        .parameters
        .price_future_tolerance_secs;
    let latest = i64::try_from(world.suite.now() + tolerance).unwrap();
    let past = match published {
        Published::Ago { secs } => i64::try_from(world.suite.now()).unwrap() - secs <= latest,
        Published::At { time } => time <= latest,
    };
    past.then(|| of_mantissa(price.i64())).flatten()
}

fn pay_fees(world: &World, market: MarketId, amount: u128) -> Expect {
    let available = Uint128::new(world.fee_collector(market));
    let asked = Uint128::new(amount);
    if amount == 0 {
        return Expect::market(ContractError::ZeroAmount {});
    }
    if asked > available {
        return Expect::market(ContractError::FeesExceeded {
            market,
            available,
            asked,
        });
    }
    let available = Uint128::new(world.vault());
    if asked > available {
        return Expect::market(ContractError::InsufficientVault { available, asked });
    }
    let (from, to) = (&world.suite.market, &world.suite.owner);
    if world.suite.token().is_some() && !world.token_moves(from, to) {
        return Expect::Transfer;
    }
    Expect::Ok
}

fn trespass(world: &World, user: User, what: u8) -> Expect {
    match what % 4 {
        0 => Expect::Text("not the contract's current owner"),
        1 => Expect::market(ContractError::Unauthorized {
            expected: world.fund_in_use().unwrap_or_else(|| "nobody".to_owned()),
            found: world.users[user].to_string(),
        }),
        2 => Expect::Text("collateral"),
        _ => Expect::Ok,
    }
}

/// That `FundChoice` stays in step with what the test can set.
pub fn address_of(world: &World, choice: FundChoice) -> Option<Addr> {
    match choice {
        FundChoice::Real => Some(world.suite.fund.clone()),
        FundChoice::Hostile => Some(world.hostile_fund.clone()),
        FundChoice::None => None,
        FundChoice::Nobody => Some(world.nobody.clone()),
    }
}
