//! What a hostile majority tries, one proposal each, and how to see that it worked.

use anyhow::Result;
use ballast_testing::guard::Guarded;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::suite::{claimant_parameters, market_parameters, Suite, GOVERNANCE_COIN};
use ballast_types::fund::{self, FundParameters};
use ballast_types::governance::{self, Settings};
use ballast_types::market::{self, ExchangeParameters, ListMarket, MarketParameters};
use ballast_types::price_feed::{self, FeedConfig};
use cosmwasm_std::{
    coins, BankMsg, Binary, CosmosMsg, Decimal, Deps, DepsMut, Empty, Env, MessageInfo, Response,
    StdError, StdResult, Uint128, WasmMsg,
};
use cw_multi_test::{Contract, ContractWrapper};
use cw_utils::Expiration;
use serde_json::json;

use crate::majority::{Scene, UNIT};
use crate::DAY;

/// Who keeps it from taking effect at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Governance: the proposal is adverse.
    Adverse,
    /// The contract that is told.
    Waits,
    /// It fails, now and later, or does nothing of the kind.
    Never,
}

/// What she proposes.
type Messages = Box<dyn Fn(&Scene) -> Vec<CosmosMsg>>;
/// Whether it worked.
type Effect = Box<dyn Fn(&Scene) -> bool>;

/// One proposal.
pub struct Attempt {
    pub what: &'static str,
    pub takes: Takes,
    pub msgs: Messages,
    pub effective: Effect,
    /// Numbers and times of changes that wait in the contract that is told.
    pub waiting: fn(&Suite) -> Vec<(u64, u64)>,
    /// Has one of them applied.
    pub apply: fn(&mut Suite, u64) -> Result<()>,
}

/// Code that sends everything it holds to whoever has it migrated, named in the message.
pub fn thief() -> Box<dyn Contract<Empty>> {
    fn refuse<T>() -> StdResult<T> {
        Err(StdError::generic_err("a thief does nothing else"))
    }
    fn migrate(deps: DepsMut, env: Env, msg: ThiefMsg) -> StdResult<Response> {
        let held = deps
            .querier
            .query_balance(env.contract.address, &msg.denom)?;
        let response = Response::new();
        if held.amount.is_zero() {
            return Ok(response);
        }
        Ok(response.add_message(BankMsg::Send {
            to_address: msg.to,
            amount: vec![held],
        }))
    }
    let code = ContractWrapper::new(
        |_: DepsMut, _: Env, _: MessageInfo, _: Empty| -> StdResult<Response> { refuse() },
        |_: DepsMut, _: Env, _: MessageInfo, _: Empty| -> StdResult<Response> { refuse() },
        |_: Deps, _: Env, _: Empty| -> StdResult<Binary> { refuse() },
    )
    .with_migrate(migrate);
    Guarded::boxed(Box::new(code))
}

#[cosmwasm_schema::cw_serde]
pub struct ThiefMsg {
    to: String,
    denom: String,
}

fn market_waiting(suite: &Suite) -> Vec<(u64, u64)> {
    let changes = suite.pending_changes().unwrap();
    changes.iter().map(|one| (one.id, one.ready_at)).collect()
}

fn fund_waiting(suite: &Suite) -> Vec<(u64, u64)> {
    let changes: Vec<fund::PendingChange> = suite
        .ask_fund(&fund::QueryMsg::PendingChanges {
            start_after: None,
            limit: None,
        })
        .unwrap();
    changes.iter().map(|one| (one.id, one.ready_at)).collect()
}

fn fund_parameters(suite: &Suite) -> FundParameters {
    let config: fund::ConfigResponse = suite.ask_fund(&fund::QueryMsg::Config {}).unwrap();
    config.parameters
}

fn to_market(suite: &Suite, msg: &market::ExecuteMsg) -> CosmosMsg {
    Suite::call(&suite.market, msg).unwrap()
}

fn to_fund(suite: &Suite, msg: &fund::ExecuteMsg) -> CosmosMsg {
    Suite::call(&suite.fund, msg).unwrap()
}

fn adverse(what: &'static str, msgs: Messages, effective: Effect) -> Attempt {
    Attempt {
        what,
        takes: Takes::Adverse,
        msgs,
        effective,
        waiting: |_| vec![],
        apply: |_, _| Ok(()),
    }
}

fn never(what: &'static str, msgs: Messages, effective: Effect) -> Attempt {
    Attempt {
        takes: Takes::Never,
        ..adverse(what, msgs, effective)
    }
}

fn waits_in_market(what: &'static str, msgs: Messages, effective: Effect) -> Attempt {
    Attempt {
        takes: Takes::Waits,
        waiting: market_waiting,
        apply: |suite, id| suite.apply_change(id).map(drop),
        ..adverse(what, msgs, effective)
    }
}

fn feed_waiting(suite: &Suite) -> Vec<(u64, u64)> {
    let (start_after, limit) = (None, None);
    let changes: Vec<price_feed::PendingChange> = suite
        .ask_feeds(&price_feed::QueryMsg::PendingChanges { start_after, limit })
        .unwrap();
    changes.iter().map(|one| (one.id, one.ready_at)).collect()
}

fn waits_in_feed(what: &'static str, msgs: Messages, effective: Effect) -> Attempt {
    Attempt {
        takes: Takes::Waits,
        waiting: feed_waiting,
        apply: |suite, id| suite.apply_feed_change(id).map(drop),
        ..adverse(what, msgs, effective)
    }
}

fn waits_in_fund(what: &'static str, msgs: Messages, effective: Effect) -> Attempt {
    Attempt {
        takes: Takes::Waits,
        waiting: fund_waiting,
        apply: |suite, id| suite.apply_fund_change(id).map(drop),
        ..adverse(what, msgs, effective)
    }
}

/// Another value of a field of the fund.
fn fund_field(
    what: &'static str,
    change: fn(&mut FundParameters),
    loosened: fn(&FundParameters) -> bool,
) -> Attempt {
    waits_in_fund(
        what,
        Box::new(move |scene| {
            let mut parameters = fund_parameters(&scene.suite);
            change(&mut parameters);
            let msg = fund::ExecuteMsg::UpdateParameters { parameters };
            vec![to_fund(&scene.suite, &msg)]
        }),
        Box::new(move |scene| loosened(&fund_parameters(&scene.suite))),
    )
}

fn market_field(
    what: &'static str,
    change: fn(&mut MarketParameters),
    loosened: fn(&MarketParameters) -> bool,
) -> Attempt {
    waits_in_market(
        what,
        Box::new(move |scene| {
            let mut parameters = scene.suite.market_info(0).unwrap().config.parameters;
            change(&mut parameters);
            let msg = market::ExecuteMsg::UpdateMarket {
                market: 0,
                parameters,
            };
            vec![to_market(&scene.suite, &msg)]
        }),
        Box::new(move |scene| loosened(&scene.suite.market_info(0).unwrap().config.parameters)),
    )
}

fn exchange_field(
    what: &'static str,
    change: fn(&mut ExchangeParameters),
    loosened: fn(&ExchangeParameters) -> bool,
) -> Attempt {
    waits_in_market(
        what,
        Box::new(move |scene| {
            let mut parameters = scene.suite.config().unwrap().parameters;
            change(&mut parameters);
            let msg = market::ExecuteMsg::UpdateParameters { parameters };
            vec![to_market(&scene.suite, &msg)]
        }),
        Box::new(move |scene| loosened(&scene.suite.config().unwrap().parameters)),
    )
}

fn settings(suite: &Suite) -> Settings {
    let query = governance::QueryMsg::Settings { revision: None };
    suite.ask_governance(&query).unwrap()
}

/// Other settings of governance.
fn own_settings(
    what: &'static str,
    change: fn(&mut Settings),
    changed: fn(&Settings) -> bool,
) -> Attempt {
    adverse(
        what,
        Box::new(move |scene| {
            let mut settings = settings(&scene.suite);
            change(&mut settings);
            let msg = governance::ExecuteMsg::UpdateSettings { settings };
            vec![Suite::call(&scene.suite.governance().unwrap(), &msg).unwrap()]
        }),
        Box::new(move |scene| changed(&settings(&scene.suite))),
    )
}

fn feed(suite: &Suite) -> Option<FeedConfig> {
    let id = suite.markets[0].feed_id.clone();
    let query = price_feed::QueryMsg::Feed { id };
    let wrap = suite.app.wrap();
    wrap.query_wasm_smart(&suite.price_feed, &query).ok()
}

fn collateral(scene: &Scene) -> String {
    scene.suite.funds(1)[0].denom.clone()
}

/// Migrates one of the contracts to her code, which sends her what it holds.
fn migrated(what: &'static str, which: fn(&Suite) -> cosmwasm_std::Addr) -> Attempt {
    adverse(
        what,
        Box::new(move |scene| {
            let msg = ThiefMsg {
                to: scene.eve.to_string(),
                denom: collateral(scene),
            };
            let migrate = WasmMsg::Migrate {
                contract_addr: which(&scene.suite).into_string(),
                new_code_id: scene.code,
                msg: cosmwasm_std::to_json_binary(&msg).unwrap(),
            };
            vec![migrate.into()]
        }),
        Box::new(move |scene| {
            let contract = which(&scene.suite);
            scene.suite.app.contract_data(&contract).unwrap().code_id == scene.code
        }),
    )
}

/// A market at an oracle of hers: with two accounts and prices at will she would win from everybody's deposits.
fn own_oracle_listed(scene: &Scene) -> ListMarket {
    let listed = &scene.suite.markets[0];
    ListMarket {
        symbol: "EVE-PERP".to_owned(),
        base_decimals: listed.spec.base_decimals,
        tick_size: listed.spec.tick_size,
        lot_size: listed.spec.lot_size,
        isolated: false,
        oracle: scene.suite.oracle_at(0, &scene.oracle).unwrap(),
        parameters: market_parameters(6),
    }
}

fn listed(scene: &Scene) -> bool {
    scene.suite.market_info(1).is_ok()
}

fn registered(scene: &Scene) -> bool {
    let query = fund::QueryMsg::Market {
        contract: scene.hers.to_string(),
        market: 0,
    };
    let found: Result<fund::ClaimantResponse> = scene.suite.ask_fund(&query);
    found.is_ok()
}

/// Her oracle answers the honest price, until she wants otherwise.
pub fn honest_for_now(scene: &mut Scene) {
    let price = scene.suite.markets[0].spec.initial_price.to_uint_floor();
    let behaviour = OracleBehaviour::Answers {
        price: i64::try_from(price.u128()).unwrap().into(),
        conf: 0u64.into(),
        expo: 0,
        published: Published::Ago { secs: 0 },
    };
    let oracle = scene.oracle.clone();
    scene
        .suite
        .set_oracle_behaviour(&oracle, 0, behaviour)
        .unwrap();
}

pub fn attempts() -> Vec<Attempt> {
    let mut all = in_the_fund();
    all.extend(in_the_market());
    all.extend(by_governance());
    all.extend(in_vain());
    all
}

fn in_the_fund() -> Vec<Attempt> {
    vec![
        fund_field(
            "the mutual reserve opened to one market",
            |p| {
                p.mutual_window_ppm = 1_000_000;
                p.mutual_lifetime_ppm = 1_000_000;
                p.ramp_secs = 0;
            },
            |p| p.mutual_window_ppm == 1_000_000,
        ),
        fund_field(
            "the stakers emptied by slashes",
            |p| {
                p.underwriting.max_slash_ppm = 500_000;
                p.underwriting.stake_floor = Uint128::one();
            },
            |p| p.underwriting.max_slash_ppm == 500_000,
        ),
        fund_field(
            "a longer way out for underwriters",
            |p| {
                p.underwriting.exit_window_secs = DAY;
                p.underwriting.exit_cooldown_secs = 16 * DAY;
            },
            |p| p.underwriting.exit_cooldown_secs == 16 * DAY,
        ),
        fund_field(
            "targets lowered, so that surplus leaves",
            |p| p.mutual_target = Uint128::new(UNIT),
            |p| p.mutual_target.u128() == UNIT,
        ),
        fund_field(
            "levels that never fall",
            |p| {
                p.thresholds.surplus_ppm = 40_004;
                p.thresholds.healthy_ppm = 30_003;
                p.thresholds.watch_ppm = 20_002;
                p.thresholds.deficient_ppm = 10_001;
                p.thresholds.hysteresis_ppm = 0;
            },
            |p| p.thresholds.watch_ppm == 20_002,
        ),
        fund_field(
            "the emergency facility drawn at once",
            |p| {
                p.emergency.event_ppm = 1_000_000;
                p.emergency.week_ppm = 1_000_000;
            },
            |p| p.emergency.week_ppm == 1_000_000,
        ),
        waits_in_fund(
            "a colluding claimant",
            Box::new(|scene| {
                let msg = fund::ExecuteMsg::RegisterMarket {
                    contract: scene.hers.to_string(),
                    market: 0,
                    parameters: claimant_parameters(6),
                };
                vec![to_fund(&scene.suite, &msg)]
            }),
            Box::new(registered),
        ),
        waits_in_fund(
            "the market's reserve target and weight lowered",
            Box::new(|scene| {
                let mut parameters = claimant_parameters(6);
                parameters.reserve_target = Uint128::zero();
                parameters.risk_weight_ppm = 1_000;
                let msg = fund::ExecuteMsg::UpdateMarket {
                    contract: scene.suite.market.to_string(),
                    market: 0,
                    parameters,
                };
                vec![to_fund(&scene.suite, &msg)]
            }),
            Box::new(|scene| {
                let claimant = scene.suite.claimant(0).unwrap();
                claimant.parameters.reserve_target.is_zero()
            }),
        ),
        waits_in_fund(
            "herself as who receives surplus",
            Box::new(|scene| {
                let recipient = Some(scene.eve.to_string());
                let msg = fund::ExecuteMsg::AppointSurplusRecipient { recipient };
                vec![to_fund(&scene.suite, &msg)]
            }),
            Box::new(|scene| {
                let query = fund::QueryMsg::Surplus {};
                let surplus: fund::SurplusResponse = scene.suite.ask_fund(&query).unwrap();
                surplus.recipient.as_deref() == Some(scene.eve.as_str())
            }),
        ),
    ]
}

fn in_the_market() -> Vec<Attempt> {
    vec![
        market_field(
            "trade fees at their most",
            |p| (p.maker_fee_ppm, p.taker_fee_ppm) = (10_000, 10_000),
            |p| p.taker_fee_ppm == 10_000,
        ),
        market_field(
            "liquidation fees and the keeper's share at their most",
            |p| (p.max_liquidation_fee_ppm, p.keeper_share_ppm) = (30_000, 500_000),
            |p| p.keeper_share_ppm == 500_000,
        ),
        market_field(
            "liquidation of one lot a block",
            |p| {
                p.account_block_notional = Uint128::new(UNIT);
                p.market_block_notional = Uint128::new(UNIT);
                p.account_block_loss = Uint128::one();
                p.market_block_loss = Uint128::one();
            },
            |p| p.market_block_notional.u128() == UNIT,
        ),
        market_field(
            "maintenance margin at its least",
            |p| p.maintenance_fraction_ppm = 300_000,
            |p| p.maintenance_fraction_ppm == 300_000,
        ),
        exchange_field(
            "prices too old for any liquidation",
            |p| {
                p.price_cache_secs = 1;
                p.price_risk_max_age_secs = 1;
                p.price_max_age_secs = 5;
            },
            |p| p.price_max_age_secs == 5,
        ),
        exchange_field(
            "withdrawals held up",
            |p| {
                p.outflow_hour_ppm = 50_000;
                p.outflow_day_ppm = 100_000;
                p.outflow_floor = Uint128::one();
            },
            |p| p.outflow_day_ppm == 100_000,
        ),
        waits_in_market(
            "another fund, which is hers",
            Box::new(|scene| {
                let insurance_fund = Some(scene.hers.to_string());
                let msg = market::ExecuteMsg::SetInsuranceFund { insurance_fund };
                vec![to_market(&scene.suite, &msg)]
            }),
            Box::new(|scene| {
                let config = scene.suite.config().unwrap();
                config.insurance_fund.as_deref() == Some(scene.hers.as_str())
            }),
        ),
        waits_in_market(
            "her oracle for a market that trades",
            Box::new(|scene| {
                let oracle = scene.suite.oracle_at(0, &scene.oracle).unwrap();
                let msg = market::ExecuteMsg::UpdateOracle { market: 0, oracle };
                vec![to_market(&scene.suite, &msg)]
            }),
            Box::new(|scene| {
                let config = scene.suite.market_info(0).unwrap().config;
                config.oracle.contract == scene.oracle.as_str()
            }),
        ),
        waits_in_market(
            "a market at her oracle",
            Box::new(|scene| {
                let msg = market::ExecuteMsg::ListMarket(own_oracle_listed(scene));
                vec![to_market(&scene.suite, &msg)]
            }),
            Box::new(listed),
        ),
        waits_in_market(
            "a market at an oracle in use, which becomes hers before anybody trades",
            Box::new(|scene| {
                let mut listing = own_oracle_listed(scene);
                listing.oracle = scene.suite.oracle_at(0, &scene.suite.price_feed).unwrap();
                let oracle = scene.suite.oracle_at(0, &scene.oracle).unwrap();
                let switch = market::ExecuteMsg::UpdateOracle { market: 1, oracle };
                let list = market::ExecuteMsg::ListMarket(listing);
                [list, switch]
                    .map(|msg| to_market(&scene.suite, &msg))
                    .into()
            }),
            Box::new(|scene| {
                let found = scene.suite.market_info(1);
                found.is_ok_and(|market| market.config.oracle.contract == scene.oracle.as_str())
            }),
        ),
    ]
}

fn by_governance() -> Vec<Attempt> {
    vec![
        migrated("the fund migrated to her code", |suite| suite.fund.clone()),
        migrated("the market migrated to her code", |suite| {
            suite.market.clone()
        }),
        migrated("the price feed migrated to her code", |suite| {
            suite.price_feed.clone()
        }),
        adverse(
            "herself as admin of everything",
            Box::new(|scene| {
                let suite = &scene.suite;
                [&suite.fund, &suite.market, &suite.price_feed]
                    .map(|contract| {
                        WasmMsg::UpdateAdmin {
                            contract_addr: contract.to_string(),
                            admin: scene.eve.to_string(),
                        }
                        .into()
                    })
                    .into()
            }),
            Box::new(|scene| {
                let data = scene.suite.app.contract_data(&scene.suite.fund).unwrap();
                data.admin == Some(scene.eve.clone())
            }),
        ),
        adverse(
            "no admin any more",
            Box::new(|scene| {
                let contract_addr = scene.suite.fund.to_string();
                vec![WasmMsg::ClearAdmin { contract_addr }.into()]
            }),
            Box::new(|scene| {
                let data = scene.suite.app.contract_data(&scene.suite.fund).unwrap();
                data.admin.is_none()
            }),
        ),
        adverse(
            "herself as owner",
            Box::new(|scene| {
                let suite = &scene.suite;
                let expiry = Expiration::AtTime(suite.app.block_info().time.plus_seconds(60 * DAY));
                let offer = json!({"update_ownership": {"transfer_ownership":
                    {"new_owner": scene.eve, "expiry": expiry}}});
                [&suite.fund, &suite.market, &suite.price_feed]
                    .map(|contract| Suite::call(contract, &offer).unwrap())
                    .into()
            }),
            Box::new(|scene| {
                let found: cw_ownable::Ownership<String> = scene
                    .suite
                    .app
                    .wrap()
                    .query_wasm_smart(&scene.suite.fund, &json!({"ownership": {}}))
                    .unwrap();
                found.pending_owner.as_deref() == Some(scene.eve.as_str())
            }),
        ),
        waits_in_feed(
            "her own feeders",
            Box::new(|scene| {
                let mut feed = feed(&scene.suite).unwrap();
                feed.feeders = vec![scene.eve.to_string()];
                feed.quorum = 1;
                let msg = price_feed::ExecuteMsg::SetFeed { feed };
                vec![Suite::call(&scene.suite.price_feed, &msg).unwrap()]
            }),
            Box::new(|scene| feed(&scene.suite).is_some_and(|feed| feed.quorum == 1)),
        ),
        waits_in_feed(
            "no feed, and so no liquidation",
            Box::new(|scene| {
                let id = scene.suite.markets[0].feed_id.clone();
                let msg = price_feed::ExecuteMsg::RemoveFeed { id };
                vec![Suite::call(&scene.suite.price_feed, &msg).unwrap()]
            }),
            Box::new(|scene| feed(&scene.suite).is_none()),
        ),
        own_settings(
            "shorter votes and delays",
            |s| (s.voting_secs, s.timelock_secs) = (DAY, DAY),
            |s| s.timelock_secs == DAY,
        ),
        own_settings(
            "a longer way out of governance",
            |s| s.unstaking_secs = 20 * DAY,
            |s| s.unstaking_secs == 20 * DAY,
        ),
        own_settings(
            "herself in office by quorum and threshold",
            |s| (s.quorum, s.threshold) = (Decimal::percent(50), Decimal::percent(80)),
            |s| s.threshold == Decimal::percent(80),
        ),
        own_settings(
            "protection of nothing: no contract named",
            |s| s.contracts.clear(),
            |s| s.contracts.is_empty(),
        ),
        adverse(
            "her own guardian",
            Box::new(|scene| {
                let guardian = Some(scene.eve.to_string());
                let msg = governance::ExecuteMsg::SetGuardian { guardian };
                vec![Suite::call(&scene.suite.governance().unwrap(), &msg).unwrap()]
            }),
            Box::new(|scene| {
                let query = governance::QueryMsg::Guardian {};
                let found: governance::GuardianResponse =
                    scene.suite.ask_governance(&query).unwrap();
                found.guardian.as_deref() == Some(scene.eve.as_str())
            }),
        ),
    ]
}

/// What has no message, or is refused whatever is voted.
fn in_vain() -> Vec<Attempt> {
    let had_something = |scene: &Scene| scene.balance(&scene.eve) > 0;
    vec![
        never(
            "fees that were never collected",
            Box::new(|scene| {
                let msg = market::ExecuteMsg::PayFees {
                    market: Some(0),
                    recipient: scene.eve.to_string(),
                    amount: Uint128::new(UNIT),
                };
                vec![to_market(&scene.suite, &msg)]
            }),
            Box::new(had_something),
        ),
        never(
            "the stakes, by a payment",
            Box::new(|scene| {
                let send = BankMsg::Send {
                    to_address: scene.eve.to_string(),
                    amount: coins(1, GOVERNANCE_COIN),
                };
                vec![send.into()]
            }),
            Box::new(|scene| {
                let held = scene.suite.coin_balance(&scene.eve, GOVERNANCE_COIN);
                held.unwrap() > 0
            }),
        ),
        never(
            "the reserves, by a claim of governance itself",
            Box::new(|scene| {
                let msg = fund::ExecuteMsg::ClaimShortfall {
                    market: 0,
                    account: "nobody".to_owned(),
                    claim_id: 1,
                    amount: Uint128::new(1_000 * UNIT),
                    state: ballast_types::MarketReport {
                        open_interest_value: Uint128::zero(),
                        deficit: Uint128::zero(),
                    },
                    recent_risk: false,
                };
                vec![to_fund(&scene.suite, &msg)]
            }),
            Box::new(|scene| {
                let governance = scene.suite.governance().unwrap();
                scene.balance(&governance) > 0
            }),
        ),
        never(
            "another treasury, as long as one has coins there",
            Box::new(|scene| {
                let treasury = Some(scene.eve.to_string());
                let msg = fund::ExecuteMsg::AppointTreasury { treasury };
                let back = fund::ExecuteMsg::WithdrawEmergency {};
                [msg, back].map(|msg| to_fund(&scene.suite, &msg)).into()
            }),
            Box::new(had_something),
        ),
        never(
            "no delay in the contracts",
            Box::new(|scene| {
                let mut parameters = fund_parameters(&scene.suite);
                parameters.adverse_delay_secs = DAY;
                let fund = fund::ExecuteMsg::UpdateParameters { parameters };
                vec![to_fund(&scene.suite, &fund)]
            }),
            Box::new(|scene| fund_parameters(&scene.suite).adverse_delay_secs == DAY),
        ),
        never(
            "an exit longer than anybody's delay",
            Box::new(|scene| {
                let mut parameters = fund_parameters(&scene.suite);
                parameters.underwriting.exit_cooldown_secs = 60 * DAY;
                parameters.adverse_delay_secs = 90 * DAY;
                let fund = fund::ExecuteMsg::UpdateParameters { parameters };
                vec![to_fund(&scene.suite, &fund)]
            }),
            Box::new(|scene| {
                let exit = fund_parameters(&scene.suite).underwriting;
                exit.exit_cooldown_secs > 21 * DAY
            }),
        ),
        never(
            "a freeze of a month",
            Box::new(|scene| {
                let until = scene.suite.now() + 30 * DAY;
                let msg = market::ExecuteMsg::SetFreeze { until };
                vec![to_market(&scene.suite, &msg)]
            }),
            Box::new(|scene| scene.suite.config().unwrap().frozen_until.is_some()),
        ),
    ]
}
