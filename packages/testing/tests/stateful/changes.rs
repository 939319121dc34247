//! The owner's changes of parameters, a market's or the exchange's: what protects acts at once, what loosens waits, is
//! cancelled or applied.

use ballast_administration::pending::PendingError;
use ballast_perp_market::parameters::{
    check_exchange, check_market, exchange_numbers, exchange_of, EXCHANGE, MARKET,
};
use ballast_perp_market::state::MAINTENANCE_RAISED;
use ballast_perp_market::ContractError;
use ballast_types::market::{Change, ExchangeParameters, MarketParameters};
use ballast_types::MarketId;
use cosmwasm_std::{Decimal, Uint128};
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::predict::Expect;
use super::step::Step;
use super::world::World;

/// A parameter that the owner changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    InitialMargin,
    MaintenanceFraction,
    MakerFee,
    TakerFee,
    LiquidationFee,
    Slippage,
    Band,
    Cap,
    MinimumOrder,
    Bounty,
}

const FIELDS: [Field; 10] = [
    Field::InitialMargin,
    Field::MaintenanceFraction,
    Field::MakerFee,
    Field::TakerFee,
    Field::LiquidationFee,
    Field::Slippage,
    Field::Band,
    Field::Cap,
    Field::MinimumOrder,
    Field::Bounty,
];

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::InitialMargin => "initial_margin_ppm",
            Self::MaintenanceFraction => "maintenance_fraction_ppm",
            Self::MakerFee => "maker_fee_ppm",
            Self::TakerFee => "taker_fee_ppm",
            Self::LiquidationFee => "max_liquidation_fee_ppm",
            Self::Slippage => "liquidation_slippage_ppm",
            Self::Band => "price_band_ppm",
            Self::Cap => "open_interest_cap",
            Self::MinimumOrder => "min_order_notional",
            Self::Bounty => "keeper_bounty",
        }
    }

    pub fn read(self, parameters: &MarketParameters) -> u128 {
        match self {
            Self::InitialMargin => parameters.initial_margin_ppm.into(),
            Self::MaintenanceFraction => parameters.maintenance_fraction_ppm.into(),
            Self::MakerFee => parameters.maker_fee_ppm.into(),
            Self::TakerFee => parameters.taker_fee_ppm.into(),
            Self::LiquidationFee => parameters.max_liquidation_fee_ppm.into(),
            Self::Slippage => parameters.liquidation_slippage_ppm.into(),
            Self::Band => parameters.price_band_ppm.into(),
            Self::Cap => parameters.open_interest_cap.u128(),
            Self::MinimumOrder => parameters.min_order_notional.u128(),
            Self::Bounty => parameters.keeper_bounty.u128(),
        }
    }

    fn write(self, parameters: &mut MarketParameters, value: u128) {
        let ppm = u32::try_from(value).unwrap_or(u32::MAX);
        match self {
            Self::InitialMargin => parameters.initial_margin_ppm = ppm,
            Self::MaintenanceFraction => parameters.maintenance_fraction_ppm = ppm,
            Self::MakerFee => parameters.maker_fee_ppm = ppm,
            Self::TakerFee => parameters.taker_fee_ppm = ppm,
            Self::LiquidationFee => parameters.max_liquidation_fee_ppm = ppm,
            Self::Slippage => parameters.liquidation_slippage_ppm = ppm,
            Self::Band => parameters.price_band_ppm = ppm,
            Self::Cap => parameters.open_interest_cap = Uint128::new(value),
            Self::MinimumOrder => parameters.min_order_notional = Uint128::new(value),
            Self::Bounty => parameters.keeper_bounty = Uint128::new(value),
        }
    }

    /// Whether the published table calls this change loosening.
    fn loosens(self, before: u128, after: u128) -> bool {
        let row = MARKET.iter().find(|row| row.name == self.name()).unwrap();
        let number = |value: u128| i128::try_from(value).unwrap();
        row.loosens.loosened(number(before), number(after))
    }
}

/// A field and its new value: a little up or down, sometimes out of all bounds.
pub fn draw(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> (Field, u128) {
    let field = *FIELDS.choose(rng).unwrap();
    let now = field.read(&world.parameters(market));
    let value = match rng.gen_range(0..12) {
        0 => 0,
        1 => 10_000_000,
        2..=6 => now - now / rng.gen_range(11..40),
        7 => now + now / rng.gen_range(2..10),
        _ => now + now / rng.gen_range(11..40),
    };
    (field, value)
}

/// A change that loosens waits and is applied in its time, a little too early, or too late.
pub fn waiting(rng: &mut ChaCha8Rng, world: &World, market: MarketId) -> Vec<Step> {
    let id = world.next_change();
    let before = world.parameters(market);
    let drawn: Vec<_> = (0..20).map(|_| draw(rng, world, market)).collect();
    let loosening = drawn.into_iter().find(|(field, value)| {
        let mut after = before.clone();
        field.write(&mut after, *value);
        check_market(&after).is_ok() && field.loosens(field.read(&before), *value)
    });
    let secs = adverse_delay(world) + [0, 86_400, 14 * 86_400 + 1][rng.gen_range(0..3)];
    let early = u64::from(rng.gen_bool(0.2));
    let Some((field, value)) = loosening else {
        return vec![];
    };
    vec![
        Step::AskChange {
            market,
            field,
            value,
        },
        Step::Advance { secs: secs - early },
        Step::ApplyChange { id },
    ]
}

pub fn asked(world: &World, market: MarketId, field: Field, value: u128) -> Change {
    let mut parameters = world.parameters(market);
    field.write(&mut parameters, value);
    Change::UpdateMarket { market, parameters }
}

pub fn expected(world: &World, market: MarketId, field: Field, value: u128) -> Expect {
    let before = world.parameters(market);
    let mut parameters = before.clone();
    field.write(&mut parameters, value);
    if let Err(error) = check_market(&parameters) {
        return Expect::Market(*error);
    }
    if let Err(error) = world.active_market(market) {
        return Expect::Market(error);
    }
    let maintenance = |of: &MarketParameters| {
        u128::from(of.initial_margin_ppm) * u128::from(of.maintenance_fraction_ppm)
    };
    let (now, wanted) = (maintenance(&before), maintenance(&parameters));
    let storage = world.suite.market_storage();
    let raised = MAINTENANCE_RAISED
        .may_load(storage.as_ref(), market)
        .unwrap();
    let next_at = raised.map_or(0, |at| at + 86_400);
    let step = if world.suite.now() < next_at {
        0
    } else {
        now / 10
    };
    if wanted > now + step && world.has_traded(market) {
        let fraction = |product| Decimal::from_ratio(product, 1_000_000_000_000u128);
        return Expect::Market(ContractError::MaintenanceStep {
            market,
            allowed: fraction(now + step),
            found: fraction(wanted),
            next_at,
        });
    }
    Expect::Ok
}

/// A change that loosens is listed and nothing else; any other is in force.
pub fn effect(world: &World, before: u128, market: MarketId, field: Field, value: u128) {
    let in_force = field.read(&world.market(market).config.parameters);
    let at_stake = world.vault() > 0 && world.has_traded(market);
    if field.loosens(before, value) && at_stake {
        assert_eq!(in_force, before, "{field:?} loosened at once");
        let waiting = world.suite.pending_changes().unwrap();
        let last = waiting.last().unwrap();
        assert_eq!(last.loosens, field.name());
        assert_eq!(last.ready_at, world.suite.now() + adverse_delay(world));
    } else {
        assert_eq!(in_force, value, "{field:?} did not act");
    }
}

fn adverse_delay(world: &World) -> u64 {
    world.suite.config().unwrap().parameters.adverse_delay_secs
}

/// A parameter of the exchange and its new value: a little up or down, sometimes out of its range.
pub fn draw_of_exchange(rng: &mut ChaCha8Rng, world: &World) -> (usize, i128) {
    let row = rng.gen_range(0..EXCHANGE.len());
    let now = exchange_numbers(&world.suite.config().unwrap().parameters)[row];
    let range = &EXCHANGE[row];
    let step = now / rng.gen_range(5..40);
    let value = match rng.gen_range(0..8) {
        0 => range.max + 1,
        1 if range.min > 0 => range.min - 1,
        2..=4 => (now - step).max(range.min),
        _ => (now + step).min(range.max),
    };
    (row, value)
}

pub fn asked_of_exchange(world: &World, row: usize, value: i128) -> ExchangeParameters {
    let mut numbers = exchange_numbers(&world.suite.config().unwrap().parameters);
    numbers[row] = value;
    exchange_of(&numbers)
}

pub fn expected_of_exchange(world: &World, row: usize, value: i128) -> Expect {
    match check_exchange(&asked_of_exchange(world, row, value)) {
        Ok(()) => Expect::Ok,
        Err(error) => Expect::Market(*error),
    }
}

/// As [`effect`], of the exchange: something is at stake where it holds anything.
pub fn effect_of_exchange(world: &World, before: &ExchangeParameters, row: usize, value: i128) {
    let in_force = exchange_numbers(&world.suite.config().unwrap().parameters)[row];
    let (range, before) = (&EXCHANGE[row], exchange_numbers(before)[row]);
    if range.loosens.loosened(before, value) && world.vault() > 0 {
        assert_eq!(in_force, before, "{} loosened at once", range.name);
        let waiting = world.suite.pending_changes().unwrap();
        let last = waiting.last().unwrap();
        assert_eq!(last.loosens, range.name);
        assert_eq!(last.ready_at, world.suite.now() + adverse_delay(world));
    } else {
        assert_eq!(in_force, value, "{} did not act", range.name);
    }
}

/// Whether a waiting change may be applied now.
pub fn expected_to_apply(world: &World, id: u64) -> Expect {
    let waiting = world.suite.pending_changes().unwrap();
    let Some(change) = waiting.into_iter().find(|change| change.id == id) else {
        return Expect::Market(ContractError::Pending(PendingError::NoSuchChange {
            found: id,
        }));
    };
    let now = world.suite.now();
    if now < change.ready_at {
        let ready_at = change.ready_at;
        return Expect::Market(ContractError::Pending(PendingError::TooEarly {
            ready_at,
            now,
        }));
    }
    if now > change.expires_at {
        let expired_at = change.expires_at;
        return Expect::Market(ContractError::Pending(PendingError::ChangeExpired {
            expired_at,
            now,
        }));
    }
    let market = match change.change {
        Change::UpdateMarket { market, .. }
        | Change::UpdateOracle { market, .. }
        | Change::SettleMarket { market } => market,
        Change::UpdateParameters { .. }
        | Change::SetInsuranceFund { .. }
        | Change::ListMarket { .. } => return Expect::Applied,
    };
    match world.active_market(market) {
        Ok(_) => Expect::Applied,
        // A contradiction may be found first.
        Err(error @ ContractError::MarketSettling { .. }) => {
            Expect::OneOf(vec![Expect::Market(error), Expect::Contradiction])
        }
        Err(error) => Expect::Market(error),
    }
}

/// Number of a change that waits, or of none.
pub fn any(rng: &mut ChaCha8Rng, world: &World) -> u64 {
    let waiting = world.suite.pending_changes().unwrap();
    let known = waiting.choose(rng).filter(|_| rng.gen_bool(0.9));
    known.map_or(999, |change| change.id)
}
