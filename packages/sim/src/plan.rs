//! The numbers of a replay before anything is deployed: who takes part, how large the markets are meant to be,
//! and the parameters that follow.

use ballast_perp_market::parameters::{default_exchange, default_market};
use ballast_types::fund::{ClaimantParameters, FundParameters};
use ballast_types::market::{ExchangeParameters, MarketParameters};
use cosmwasm_std::Uint128;

use crate::cli::{Collateral, Leverage, ReplayArgs};
use crate::decimal::mul_div;
use crate::listing::{Listing, QUOTE_UNIT};

/// Capital that must stand behind open interest, ppm of its value.
const RISK_WEIGHT_PPM: u32 = 2_400;

/// How long before the replay the exchange opens, seconds: longer than the fund's breakers look back, so that what
/// filled its reserves at the start does not count as repaid loss.
const OPEN_BEFORE_SECS: u64 = 9 * 3_600;

/// A fund as `size` found it, to be played at the size of a replay: all in proportion to open interest.
#[derive(Clone, Debug)]
pub struct SizedFund {
    /// Open interest that it was sized for, by market, quote atoms.
    pub open_interest: Vec<u128>,
    /// Reserve, risk weight, cap, by market.
    pub claimants: Vec<ClaimantParameters>,
    /// The fund's parameters, the mutual target among them.
    pub parameters: FundParameters,
    /// The underwriters' stake, quote atoms.
    pub stake: u128,
    /// Open interest that the replay reaches, as a share of what its traders aim at, ppm.
    pub reached_ppm: u128,
}

impl SizedFund {
    /// What an amount sized for one market's open interest is at the replay's, quote atoms.
    fn of_market(&self, amount: u128, market: usize, target: u128) -> u128 {
        let sized_for = self.open_interest.get(market).copied().unwrap_or(1).max(1);
        self.scaled(amount, target, sized_for)
    }

    /// The same for all markets together.
    fn of_all(&self, amount: u128, target: u128) -> u128 {
        let sized_for = self.open_interest.iter().sum::<u128>().max(1);
        self.scaled(amount, target, sized_for)
    }

    fn scaled(&self, amount: u128, target: u128, sized_for: u128) -> u128 {
        mul_div(
            mul_div(amount, target, sized_for),
            self.reached_ppm,
            1_000_000,
        )
    }
}

/// Numbers of a replay.
pub struct Plan {
    /// Kind of the collateral.
    pub collateral: Collateral,
    /// How each market counts.
    pub listings: Vec<Listing>,
    /// Open interest of one side that traders aim at, by market, quote atoms.
    pub target_open_interest: Vec<u128>,
    /// Sum of it.
    pub target_total: u128,
    /// The fund at the start, quote atoms.
    pub fund_size: u128,
    /// How long before they open the markets were registered, seconds.
    pub age_secs: u64,
    /// When the exchange opens, seconds: so long before the replay that a first report of the markets has
    /// become a level.
    pub opens_at: u64,
    leverage: Leverage,
    sized: Option<SizedFund>,
    isolated: Vec<bool>,
}

impl Plan {
    /// Sizes everything by what traders aim at.
    #[must_use]
    pub fn new(
        args: &ReplayArgs,
        listings: Vec<Listing>,
        target_open_interest: Vec<u128>,
        begins_at: u64,
        isolated: Vec<bool>,
    ) -> Self {
        let target_total = target_open_interest
            .iter()
            .fold(0u128, |sum, target| sum.saturating_add(*target));
        Self {
            collateral: args.collateral,
            listings,
            target_total,
            target_open_interest,
            fund_size: args.fund_size.atoms(target_total),
            age_secs: args.fund_age.saturating_mul(86_400).max(60),
            opens_at: begins_at.saturating_sub(OPEN_BEFORE_SECS),
            leverage: args.leverage,
            sized: args.sized.clone(),
            isolated,
        }
    }

    fn target(&self, market: usize) -> u128 {
        self.target_open_interest.get(market).copied().unwrap_or(0)
    }

    fn sized_claimant(&self, market: usize) -> Option<(&SizedFund, &ClaimantParameters)> {
        let sized = self.sized.as_ref()?;
        Some((sized, sized.claimants.get(market)?))
    }

    /// What underwriters stake: nothing, but where the fund was sized with a stake.
    #[must_use]
    pub fn stake(&self) -> u128 {
        let sized = self.sized.as_ref();
        sized.map_or(0, |sized| sized.of_all(sized.stake, self.target_total))
    }

    /// Whether a market is held alone and only its own reserve pays for it.
    #[must_use]
    pub fn is_isolated(&self, market: usize) -> bool {
        self.isolated.get(market).copied() == Some(true)
    }

    /// Three quarters of the fund are the markets' reserves, in proportion to their size.
    #[must_use]
    pub fn reserve(&self, market: usize) -> u128 {
        if let Some((sized, claimant)) = self.sized_claimant(market) {
            let reserve = claimant.reserve_target.u128();
            return sized.of_market(reserve, market, self.target(market));
        }
        let target = self.target_open_interest.get(market).copied().unwrap_or(0);
        mul_div(self.fund_size / 4 * 3, target, self.target_total)
    }

    /// What is not in a market's reserve is the mutual one.
    #[must_use]
    pub fn mutual(&self) -> u128 {
        if let Some(sized) = &self.sized {
            let mutual = sized.parameters.mutual_target.u128();
            return sized.of_all(mutual, self.target_total);
        }
        let reserves =
            (0..self.listings.len()).fold(0u128, |sum, market| sum + self.reserve(market));
        self.fund_size.saturating_sub(reserves)
    }

    /// What a maker brings to each market, quote atoms: enough never to be the one who is liquidated.
    #[must_use]
    pub fn maker_stake(&self, market: usize, makers: u32) -> u128 {
        let target = self.target_open_interest.get(market).copied().unwrap_or(0);
        (target / u128::from(makers.max(1)))
            .saturating_mul(2)
            .max(QUOTE_UNIT)
    }

    /// Of the exchange. Prices are asked for in every block, since here a step may be that short.
    #[must_use]
    pub fn exchange_parameters(&self) -> ExchangeParameters {
        ExchangeParameters {
            price_cache_secs: 1,
            flush_lot: Uint128::new(100 * QUOTE_UNIT),
            ..default_exchange()
        }
    }

    /// Of a market: the suite's defaults, sized to the open interest that traders aim at.
    #[must_use]
    pub fn market_parameters(&self, market: usize) -> MarketParameters {
        let defaults = default_market();
        let target = self
            .target_open_interest
            .get(market)
            .copied()
            .unwrap_or(0)
            .max(QUOTE_UNIT);
        let initial = 1_000_000_000u32
            .checked_div(self.leverage.max)
            .unwrap_or(1_000_000);
        let initial_margin_ppm = initial.clamp(10_000, defaults.initial_margin_ppm);
        let maintenance = mul_div(
            initial_margin_ppm.into(),
            defaults.maintenance_fraction_ppm.into(),
            1_000_000,
        );
        let maintenance = u32::try_from(maintenance).unwrap_or(u32::MAX);
        MarketParameters {
            initial_margin_ppm,
            open_interest_lower: Uint128::new(target.saturating_mul(2)),
            open_interest_upper: Uint128::new(target.saturating_mul(4)),
            open_interest_cap: Uint128::new(self.open_interest_cap(market)),
            max_liquidation_fee_ppm: defaults.max_liquidation_fee_ppm.min(maintenance / 2),
            impact_notional: Uint128::new((target / 200).max(1)),
            ..defaults
        }
    }

    fn open_interest_cap(&self, market: usize) -> u128 {
        let target = self.target_open_interest.get(market).copied().unwrap_or(0);
        target.max(QUOTE_UNIT).saturating_mul(2)
    }

    /// Of a market in the fund. Fees refill the reserve to what it began with, then the mutual one, and are
    /// surplus beyond: without a fund nothing is ever there to pay.
    #[must_use]
    pub fn claimant(&self, market: usize) -> ClaimantParameters {
        if let Some((sized, claimant)) = self.sized_claimant(market) {
            let cap = claimant.open_interest_cap.u128();
            let cap = sized.of_market(cap, market, self.target(market));
            return ClaimantParameters {
                open_interest_cap: Uint128::new(cap),
                reserve_target: Uint128::new(self.reserve(market)),
                ..claimant.clone()
            };
        }
        ClaimantParameters {
            risk_weight_ppm: RISK_WEIGHT_PPM,
            open_interest_cap: Uint128::new(self.open_interest_cap(market)),
            reserve_target: Uint128::new(self.reserve(market)),
            isolated: self.is_isolated(market),
        }
    }

    /// Of the fund. Without money in it the rule that caps be backed is switched off: nothing could be traded.
    #[must_use]
    pub fn fund_parameters(&self) -> FundParameters {
        if let Some(sized) = &self.sized {
            let scaled = |amount: Uint128| {
                Uint128::new(sized.of_all(amount.u128(), self.target_total).max(1))
            };
            let mut parameters = sized.parameters.clone();
            parameters.mutual_target = Uint128::new(self.mutual());
            parameters.required_capital_floor = scaled(parameters.required_capital_floor);
            parameters.drawdown.floor = scaled(parameters.drawdown.floor);
            return parameters;
        }
        let mut parameters = ballast_insurance_fund::default_parameters();
        let floor = mul_div(self.target_total, RISK_WEIGHT_PPM.into(), 16_000_000).max(1);
        parameters.required_capital_floor = Uint128::new(floor);
        parameters.mutual_target = Uint128::new(self.mutual());
        parameters.drawdown.floor = Uint128::new((self.target_total / 10_000).max(1));
        if self.fund_size == 0 {
            parameters.backing_ratio_ppm = 0;
        }
        parameters
    }
}
