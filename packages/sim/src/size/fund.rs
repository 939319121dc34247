//! A fund of some size against the losses of one path: the insurance fund's own code, in memory.
//!
//! The contract is instantiated, its markets are registered and its layers filled once for each size looked at. A path
//! then takes the same steps that a claim takes on chain (`claim::execute_claim`): what fees fill, what each layer pays,
//! what the buckets, lifetime limits and the drawdown breaker allow. Nothing of it is written twice.
//!
//! Markets are past their ramp. The emergency facility is left out: a loan is no capital.

use ballast_insurance_fund::books::{Books, MUTUAL_HIGH_HOURS};
use ballast_insurance_fund::claim::pay_layers;
use ballast_insurance_fund::contract::{execute, instantiate};
use ballast_insurance_fund::market::Market;
use ballast_insurance_fund::{drawdown, rewards, solvency, top_up, waterfall, ContractError};
use ballast_types::fund::{
    ClaimantParameters, ExecuteMsg, FundParameters, InstantiateMsg, TopUp, TopUpKind,
};
use cosmwasm_std::testing::{
    message_info, mock_dependencies, mock_env, MockApi, MockQuerier, MockStorage,
};
use cosmwasm_std::{Addr, Coin, Env, OwnedDeps, Response, Timestamp, Uint128};
use cw20::Denom;

use super::losses::Event;
use crate::error::{SimError, SimResult};

/// When a path begins, seconds since the Unix epoch.
const START: u64 = 1_700_000_000;

const COIN: &str = "uusd";

/// Claims into which a loss beyond the reserve is cut.
const PARTS: u128 = 8;

/// What a fund is made of. Quote atoms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capital {
    /// Each market's own reserve: what it holds and is filled to.
    pub reserves: Vec<u128>,
    /// The mutual reserve, likewise.
    pub mutual: u128,
    /// The underwriters' stake.
    pub stake: u128,
}

impl Capital {
    /// All that the fund itself holds: the stake is the underwriters'.
    #[must_use]
    pub fn fund(&self) -> u128 {
        self.reserves.iter().sum::<u128>() + self.mutual
    }
}

/// What became of a fund on one path. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Asked.
    pub asked: u128,
    /// Asked and not paid.
    pub uncovered: u128,
    /// Bar with the largest claim.
    pub worst_bar: u64,
    /// That claim.
    pub worst_claim: u128,
}

/// A deployed fund that every path finds as it was at the start.
pub struct Fund {
    storage: MockStorage,
    env: Env,
    contract: Addr,
    bar_secs: u64,
}

/// A fund on its way to be one.
struct Deployment {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
    contract: Addr,
}

impl Deployment {
    fn new(
        parameters: &FundParameters,
        claimants: &[ClaimantParameters],
        capital: &Capital,
    ) -> SimResult<Self> {
        let deps = mock_dependencies();
        let mut env = mock_env();
        let age = parameters.ramp_secs.max(86_400);
        env.block.time = Timestamp::from_seconds(START.saturating_sub(age));
        let owner = deps.api.addr_make("owner");
        let contract = deps.api.addr_make("market");
        let mut deployment = Self {
            deps,
            env,
            contract: contract.clone(),
        };
        let message = InstantiateMsg {
            owner: owner.to_string(),
            collateral: Denom::Native(COIN.to_owned()),
            parameters: Some(parameters.clone()),
            share_token: None,
        };
        let (deps, env) = (deployment.deps.as_mut(), deployment.env.clone());
        instantiate(deps, env, message_info(&owner, &[]), message).map_err(refused)?;
        for (market, parameters) in (0..).zip(claimants) {
            let message = ExecuteMsg::RegisterMarket {
                contract: contract.to_string(),
                market,
                parameters: parameters.clone(),
            };
            deployment.send(&owner, message, 0)?;
        }
        for (market, reserve) in (0..).zip(&capital.reserves) {
            deployment.top_up(Some(market), TopUpKind::Reserve, *reserve)?;
        }
        deployment.top_up(None, TopUpKind::Donation, capital.mutual)?;
        if capital.stake > 0 {
            let underwriter = deployment.deps.api.addr_make("underwriter");
            deployment.send(&underwriter, ExecuteMsg::Stake {}, capital.stake)?;
        }
        Ok(deployment)
    }

    fn top_up(&mut self, market: Option<u32>, kind: TopUpKind, amount: u128) -> SimResult<()> {
        if amount == 0 {
            return Ok(());
        }
        let message = ExecuteMsg::TopUp(TopUp {
            contract: Some(self.contract.to_string()),
            market,
            kind,
            state: None,
        });
        let treasury = self.deps.api.addr_make("treasury");
        self.send(&treasury, message, amount).map(|_| ())
    }

    fn send(&mut self, sender: &Addr, message: ExecuteMsg, amount: u128) -> SimResult<Response> {
        let coins = [Coin::new(amount, COIN)];
        let coins = if amount > 0 { &coins[..] } else { &[] };
        let (deps, env) = (self.deps.as_mut(), self.env.clone());
        execute(deps, env, message_info(sender, coins), message).map_err(refused)
    }
}

impl Fund {
    /// Deploys one.
    ///
    /// # Errors
    /// What the contract refuses: parameters out of their range.
    pub fn new(
        parameters: &FundParameters,
        claimants: &[ClaimantParameters],
        capital: &Capital,
        bar_secs: u64,
    ) -> SimResult<Self> {
        let Deployment {
            deps,
            env,
            contract,
        } = Deployment::new(parameters, claimants, capital)?;
        Ok(Self {
            storage: deps.storage,
            env,
            contract,
            bar_secs,
        })
    }

    /// Lives through a path. With `only_whether`, stops at the first loss that stays uncovered.
    ///
    /// # Errors
    /// None for amounts that markets have.
    pub fn live(&self, events: &[Event], only_whether: bool) -> SimResult<Fate> {
        self.try_live(events, only_whether).map_err(refused)
    }

    fn try_live(&self, events: &[Event], only_whether: bool) -> Result<Fate, ContractError> {
        // The contract's storage is read alone: a fund without a treasury has no debtors that fees could repay.
        let mut storage = MockStorage::new();
        let mut env = self.env.clone();
        env.block.time = Timestamp::from_seconds(START);
        let mut books = Books::load(&self.storage, &env)?;
        let mut markets: Vec<Option<Market>> = vec![];
        let mut fate = Fate::default();
        for event in events {
            while markets.len() <= event.market {
                let id = u32::try_from(markets.len()).unwrap_or(u32::MAX);
                markets.push(Market::may_load(&self.storage, &self.contract, id)?);
            }
            let Some(market) = markets.get_mut(event.market).and_then(Option::as_mut) else {
                continue;
            };
            let now = START + event.bar * self.bar_secs;
            let before = now.saturating_sub(9 * 3_600).max(books.now);
            for (at, fees) in [(before, event.old_fees), (now, event.fees)] {
                if fees > 0 {
                    begin(&mut books, market, at)?;
                    let fees = Uint128::new(fees);
                    top_up::book(&mut storage, &mut books, market, TopUpKind::Fees, fees)?;
                    end(&mut books, market)?;
                }
            }
            let mut uncovered = 0;
            for asked in parts_of(event.claim, market.standing.reserve.u128()) {
                begin(&mut books, market, now)?;
                let asked = Uint128::new(asked);
                let layers = pay_layers(&mut books, market, asked, false)?;
                end(&mut books, market)?;
                books.events.clear();
                uncovered += asked.saturating_sub(waterfall::total(&layers)).u128();
            }
            fate.asked += event.claim;
            fate.uncovered += uncovered;
            if event.claim > fate.worst_claim {
                (fate.worst_bar, fate.worst_claim) = (event.bar, event.claim);
            }
            if only_whether && uncovered > 0 {
                break;
            }
        }
        Ok(fate)
    }
}

/// The claims of which the loss of a bar consists. Accounts claim one by one, and the drawdown breaker may close a layer
/// between two of them. As long as the reserve pays all it makes no difference; what goes beyond comes in parts.
fn parts_of(claim: u128, reserve: u128) -> impl Iterator<Item = u128> {
    let first = claim.min(reserve);
    let rest = claim - first;
    let parts = (1..=PARTS).map(move |n| rest * n / PARTS - rest * (n - 1) / PARTS);
    std::iter::once(first).chain(parts).filter(|part| *part > 0)
}

/// What a message of the market does before anything else.
fn begin(books: &mut Books, market: &mut Market, now: u64) -> Result<(), ContractError> {
    books.now = now;
    observe(books);
    rewards::drip(books)?;
    drawdown::evaluate(books, market)
}

/// What it does last.
fn end(books: &mut Books, market: &mut Market) -> Result<(), ContractError> {
    drawdown::evaluate(books, market)?;
    market.settle(books)?;
    solvency::refresh(books)?;
    observe(books);
    Ok(())
}

/// As loading and saving do.
fn observe(books: &mut Books) {
    let (mutual, now) = (books.ledger.mutual, books.now);
    books.mutual_highs.observe(mutual, now, MUTUAL_HIGH_HOURS);
}

fn refused(error: ContractError) -> SimError {
    SimError::internal(format_args!("the fund: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_types::fund::ClaimAnswer;
    use ballast_types::MarketReport;
    use cosmwasm_std::from_json;
    use rand::Rng;

    const UNIT: u128 = 1_000_000;

    fn claimant(reserve: u128) -> ClaimantParameters {
        ClaimantParameters {
            risk_weight_ppm: 10_000,
            open_interest_cap: Uint128::new(1_000_000 * UNIT),
            reserve_target: Uint128::new(reserve),
            isolated: false,
        }
    }

    fn capital() -> Capital {
        Capital {
            reserves: vec![3_000 * UNIT, 2_000 * UNIT],
            mutual: 20_000 * UNIT,
            stake: 5_000 * UNIT,
        }
    }

    fn parameters() -> FundParameters {
        FundParameters {
            mutual_target: Uint128::new(20_000 * UNIT),
            ..ballast_insurance_fund::default_parameters()
        }
    }

    fn claimants() -> Vec<ClaimantParameters> {
        capital().reserves.into_iter().map(claimant).collect()
    }

    fn fund() -> Fund {
        Fund::new(&parameters(), &claimants(), &capital(), 60).unwrap()
    }

    /// What the contract answers to the same claims and fees, message by message.
    fn answered(events: &[Event]) -> u128 {
        let mut chain = Deployment::new(&parameters(), &claimants(), &capital()).unwrap();
        let contract = chain.contract.clone();
        let mut uncovered = 0;
        let mut last = START;
        let state = MarketReport {
            open_interest_value: Uint128::zero(),
            deficit: Uint128::zero(),
        };
        let mut claim_id = 0;
        for event in events {
            let market = u32::try_from(event.market).unwrap();
            let now = START + event.bar * 60;
            let old = (now - 9 * 3_600).max(last);
            for (at, fees) in [(old, event.old_fees), (now, event.fees)] {
                chain.env.block.time = Timestamp::from_seconds(at);
                if fees > 0 {
                    let message = ExecuteMsg::TopUp(TopUp {
                        contract: None,
                        market: Some(market),
                        kind: TopUpKind::Fees,
                        state: None,
                    });
                    chain.send(&contract, message, fees).unwrap();
                }
            }
            let asked = Market::load(&chain.deps.storage, &contract, market).unwrap();
            for part in parts_of(event.claim, asked.standing.reserve.u128()) {
                claim_id += 1;
                let message = ExecuteMsg::ClaimShortfall {
                    market,
                    account: "a".to_owned(),
                    claim_id,
                    amount: Uint128::new(part),
                    state: state.clone(),
                    recent_risk: false,
                };
                let response = chain.send(&contract, message, 0).unwrap();
                let answer: ClaimAnswer = from_json(response.data.unwrap()).unwrap();
                uncovered += answer.uncovered.u128();
            }
            last = now;
        }
        uncovered
    }

    #[test]
    fn a_path_is_answered_as_the_contract_answers_messages() {
        let mut rng = crate::random::stream(1, crate::random::Purpose::Bootstrap, 99);
        let mut some_uncovered = 0;
        for round in 0..30u128 {
            let mut bar = 0;
            let mut events = vec![];
            for _ in 0..40 {
                bar += rng.gen_range(1..3_000);
                events.push(Event {
                    bar,
                    market: rng.gen_range(0..2),
                    old_fees: rng.gen_range(0..100 * UNIT),
                    fees: rng.gen_range(0..50 * UNIT),
                    claim: rng.gen_range(1..=(round + 1) * 200 * UNIT),
                });
            }
            let fund = fund();
            let fate = fund.live(&events, false).unwrap();
            assert_eq!(fate.asked, events.iter().map(|one| one.claim).sum::<u128>());
            assert_eq!(fund.live(&events, false).unwrap(), fate, "nothing is kept");
            assert_eq!(answered(&events), fate.uncovered, "{round}");
            some_uncovered += u32::from(fate.uncovered > 0);
        }
        assert!((1..30).contains(&some_uncovered), "{some_uncovered}");
    }

    fn claim(market: usize, claim: u128) -> Event {
        Event {
            bar: 1,
            market,
            claim,
            ..Event::default()
        }
    }

    fn uncovered(fund: &Fund, claims: &[Event]) -> u128 {
        fund.live(claims, false).unwrap().uncovered
    }

    #[test]
    fn layers_pay_in_order_and_within_their_bounds() {
        // A breaker that never trips.
        let mut parameters = parameters();
        parameters.drawdown.floor = Uint128::new(UNIT << 40);
        let fund = Fund::new(&parameters, &claimants(), &capital(), 60).unwrap();
        // Its reserve, a tenth of the mutual one, a tenth of the stake.
        let most = (3_000 + 2_000 + 500) * UNIT;
        assert_eq!(uncovered(&fund, &[claim(0, 5_000 * UNIT)]), 0);
        let taken = most - uncovered(&fund, &[claim(0, most + 7)]);
        // The stake's limit is measured by what it holds, and shrinks with each part.
        assert!((most - 150 * UNIT..=most).contains(&taken), "{taken}");
        // The other market's reserve is untouched by that.
        let claims = [claim(0, most * 2), claim(1, 2_000 * UNIT)];
        let alone = uncovered(&fund, &claims[..1]);
        assert_eq!(uncovered(&fund, &claims), alone);
        let found = fund.live(&[claim(0, most * 9)], true).unwrap();
        assert!(found.uncovered > 0);
    }

    #[test]
    fn the_breaker_closes_the_mutual_reserve_within_a_loss() {
        // 30 % of 3,000 + 2,000 are lost with the reserve alone: of the rest the stake pays its window.
        let fund = fund();
        let left = uncovered(&fund, &[claim(0, 5_000 * UNIT)]);
        assert!((1_500 * UNIT..=1_600 * UNIT).contains(&left), "{left}");
    }

    #[test]
    fn parts_add_up() {
        let parts: Vec<u128> = parts_of(107, 100).collect();
        assert_eq!(parts, [100, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(parts_of(50, 100).collect::<Vec<_>>(), [50]);
        assert_eq!(parts_of(80, 0).sum::<u128>(), 80);
    }
}
