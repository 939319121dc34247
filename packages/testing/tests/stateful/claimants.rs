//! What the fund's owner does: registers markets, changes their standing, changes the fund's parameters.

use anyhow::Result;
use ballast_insurance_fund::parameters::{validate, validate_claimant};
use ballast_insurance_fund::state::{Claimant, CLAIMANTS};
use ballast_insurance_fund::ContractError;
use ballast_testing::metering::scenarios::Target::Fund;
use ballast_testing::suite::claimant_parameters;
use ballast_types::fund::{
    ClaimantParameters, ConfigResponse, ExecuteMsg, FundParameters, QueryMsg,
};
use ballast_types::MarketId;
use cosmwasm_std::Uint128;
use cw_multi_test::AppResponse;
use cw_ownable::OwnershipError;
use rand::seq::SliceRandom;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ownership::{owner_of, refusal};
use super::predict::Expect;
use super::step::{Message, Step, User};
use super::world::{World, UNIT};

/// What is done, by the owner or by a user.
#[derive(Clone, Debug)]
pub struct ClaimantStep {
    pub by: Option<User>,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Register {
        market: MarketId,
        parameters: ClaimantParameters,
    },
    Update {
        market: MarketId,
        parameters: ClaimantParameters,
    },
    Parameters {
        field: Field,
        value: u64,
    },
}

/// A parameter of the fund that is changed.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    MutualTarget,
    MutualWindow,
    Watch,
    FeeShare,
    BackingRatio,
    MaxSlash,
    ExitCooldown,
    RewardShare,
    EmergencyEvent,
}

const FIELDS: [Field; 9] = [
    Field::MutualTarget,
    Field::MutualWindow,
    Field::Watch,
    Field::FeeShare,
    Field::BackingRatio,
    Field::MaxSlash,
    Field::ExitCooldown,
    Field::RewardShare,
    Field::EmergencyEvent,
];

impl Field {
    fn read(self, of: &FundParameters) -> u64 {
        match self {
            Self::MutualTarget => u64::try_from(of.mutual_target.u128()).unwrap(),
            Self::MutualWindow => of.mutual_window_ppm.into(),
            Self::Watch => of.thresholds.watch_ppm.into(),
            Self::FeeShare => of.fee_share_ppm.into(),
            Self::BackingRatio => of.backing_ratio_ppm.into(),
            Self::MaxSlash => of.underwriting.max_slash_ppm.into(),
            Self::ExitCooldown => of.underwriting.exit_cooldown_secs,
            Self::RewardShare => of.underwriting.reward_share_ppm.into(),
            Self::EmergencyEvent => of.emergency.event_ppm.into(),
        }
    }

    fn write(self, of: &mut FundParameters, value: u64) {
        let ppm = u32::try_from(value).unwrap_or(u32::MAX);
        match self {
            Self::MutualTarget => of.mutual_target = Uint128::from(value),
            Self::MutualWindow => of.mutual_window_ppm = ppm,
            Self::Watch => of.thresholds.watch_ppm = ppm,
            Self::FeeShare => of.fee_share_ppm = ppm,
            Self::BackingRatio => of.backing_ratio_ppm = ppm,
            Self::MaxSlash => of.underwriting.max_slash_ppm = ppm,
            Self::ExitCooldown => of.underwriting.exit_cooldown_secs = value,
            Self::RewardShare => of.underwriting.reward_share_ppm = ppm,
            Self::EmergencyEvent => of.emergency.event_ppm = ppm,
        }
    }
}

impl ClaimantStep {
    pub fn message(&self) -> Message {
        let name = match self.what {
            What::Register { .. } => "register_market",
            What::Update { .. } => "update_market",
            What::Parameters { .. } => "update_parameters",
        };
        (Fund, name)
    }
}

/// A market's standing at its listing.
pub fn registration(market: MarketId, isolated: bool) -> Step {
    let parameters = ClaimantParameters {
        isolated,
        ..claimant_parameters(6)
    };
    let what = What::Register { market, parameters };
    Step::Claimant(ClaimantStep { by: None, what })
}

pub fn draw(rng: &mut ChaCha8Rng, world: &World) -> Vec<Step> {
    let by = rng
        .gen_bool(0.1)
        .then(|| rng.gen_range(0..world.users.len()));
    let markets = MarketId::try_from(world.suite.markets.len()).unwrap();
    let market = rng.gen_range(0..=markets);
    let parameters = ClaimantParameters {
        risk_weight_ppm: *[0, 1_000, 20_000, 60_000].choose(rng).unwrap(),
        open_interest_cap: Uint128::new(rng.gen_range(0..50_000_000) * UNIT),
        reserve_target: Uint128::new(rng.gen_range(0..100_000) * UNIT),
        isolated: rng.gen_bool(0.1),
    };
    let what = match rng.gen_range(0..8) {
        0 => What::Register { market, parameters },
        1..=3 => What::Update { market, parameters },
        _ => {
            let field = *FIELDS.choose(rng).unwrap();
            let now = field.read(&parameters_of(world));
            let value = match rng.gen_range(0..6) {
                0 => u64::from(u32::MAX),
                1 => 0,
                2..=3 => now - now / rng.gen_range(5..40),
                _ => now + now / rng.gen_range(5..40),
            };
            What::Parameters { field, value }
        }
    };
    vec![Step::Claimant(ClaimantStep { by, what })]
}

fn parameters_of(world: &World) -> FundParameters {
    let config: ConfigResponse = world.suite.ask_fund(&QueryMsg::Config {}).unwrap();
    config.parameters
}

fn changed(world: &World, field: Field, value: u64) -> FundParameters {
    let mut parameters = parameters_of(world);
    field.write(&mut parameters, value);
    parameters
}

pub fn apply(world: &mut World, step: &ClaimantStep) -> Result<AppResponse> {
    let sender = step
        .by
        .map_or_else(|| owner_of(world, Fund), |user| world.users[user].clone());
    let contract = world.suite.market.to_string();
    let msg = match step.what.clone() {
        What::Register { market, parameters } => ExecuteMsg::RegisterMarket {
            contract,
            market,
            parameters,
        },
        What::Update { market, parameters } => ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        },
        What::Parameters { field, value } => ExecuteMsg::UpdateParameters {
            parameters: changed(world, field, value),
        },
    };
    world.suite.change_fund_by(&sender, &msg)
}

/// A market's standing in the fund; none while it is not registered.
pub fn registered(world: &World, market: MarketId) -> Option<Claimant> {
    let storage = world.suite.fund_storage();
    CLAIMANTS
        .may_load(storage.as_ref(), (&world.suite.market, market))
        .unwrap()
}

pub fn expected(world: &World, step: &ClaimantStep) -> Expect {
    if step.by.is_some() {
        return refusal(Fund, OwnershipError::NotOwner);
    }
    let contract = world.suite.market.to_string();
    let registered = |market| registered(world, market);
    let refused = match &step.what {
        What::Parameters { field, value } => validate(&changed(world, *field, *value)).err(),
        What::Register { market, parameters } => {
            validate_claimant(parameters).err().or_else(|| {
                let market = *market;
                registered(market).map(|_| ContractError::MarketExists { contract, market })
            })
        }
        What::Update { market, parameters } => validate_claimant(parameters).err().or_else(|| {
            let market = *market;
            let Some(known) = registered(market) else {
                return Some(ContractError::MarketNotRegistered { contract, market });
            };
            let (expected, found) = (known.parameters.isolated, parameters.isolated);
            (expected != found).then_some(ContractError::IsolationFixed { expected, found })
        }),
    };
    refused.map_or(Expect::Ok, Expect::Fund)
}
