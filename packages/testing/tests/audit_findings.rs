//! What auditors found. Every test here failed before its finding was mended.
#![allow(dead_code, clippy::all, clippy::pedantic)]

#[path = "market/world.rs"]
mod world;

use ballast_testing::suite::{
    fund_parameters, market_parameters, FundSeed, MarketSpec, SuiteBuilder,
};
use ballast_types::market::LiquidationStatus;
use ballast_types::{AccountId, Side};
use cosmwasm_std::{Addr, Decimal, Uint128};
use world::{free, price, spec, World, UNIT};

fn id(user: &Addr) -> AccountId {
    AccountId {
        owner: user.to_string(),
        subaccount: 0,
    }
}

/// Two free markets at 100, no fund money.
fn two_markets() -> World {
    World::with(|builder| builder.market(free("A")).market(free("B")))
}

fn push(world: &mut World, market: u32, at: &str) {
    world.suite.push_price(market, price(at)).unwrap();
    world.check();
}

// F01 (design 6 "No state ... may make it fail", invariant 4, G3): winners withdraw their paper profit, the vault
// is smaller than the fees owed; the claim attaches the fees and the subtraction from the vault errors.
#[test]
fn f01_liquidation_commits_when_the_vault_holds_less_than_the_fees_owed() {
    let mut world = World::new();
    let long = world.user("long", 101 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    let vault = world.suite.balance(&world.suite.market.clone()).unwrap();
    world.suite.withdraw(&short, 0, vault).unwrap();
    world.check();
    assert!(world.equity(&long) < 0);
    let owed = world.suite.market_info(0).unwrap().fees_owed.u128();
    assert!(owed > 0);
    let done = world.liquidate(&long);
    assert!(done.is_ok(), "liquidation failed: {:#}", done.unwrap_err());
}

// F01b: the same for everything else once the fees reach the flush lot: cranking and trading stop.
#[test]
fn f01b_trading_and_cranking_go_on_when_the_vault_holds_less_than_the_fees_owed() {
    let mut world = World::with(|builder| {
        let mut exchange = ballast_testing::suite::exchange_parameters(6);
        exchange.flush_lot = Uint128::new(1_000_000_000);
        builder.market(spec("A")).exchange_parameters(exchange)
    });
    let long = world.user("long", 101 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    let vault = world.suite.balance(&world.suite.market.clone()).unwrap();
    world.suite.withdraw(&short, 0, vault).unwrap();
    let mut exchange = ballast_testing::suite::exchange_parameters(6);
    exchange.flush_lot = Uint128::one();
    world.suite.update_exchange(exchange).unwrap();
    let cranked = world.suite.accrue(0);
    assert!(cranked.is_ok(), "crank failed: {:#}", cranked.unwrap_err());
}

// F02 (S4, invariant 5): the last pass closes against a counterparty that is bankrupt itself. It is left with a debt
// and no position: nobody can liquidate it, the fund is never asked, no deficit is booked, no fee repays it.
#[test]
fn f02_a_bankrupt_counterparty_of_the_last_pass_leaves_no_unbooked_debt() {
    for reserve in [0, 10_000 * UNIT] {
        let mut world = World::free();
        if reserve > 0 {
            let owner = world.suite.owner.clone();
            world.suite.mint(&owner, reserve).unwrap();
            world.suite.top_up_reserve(&owner, 0, reserve).unwrap();
        }
        let long = world.user("long", 100 * UNIT);
        let bridge = world.user("bridge", 1_000_000 * UNIT);
        let short = world.user("short", 30 * UNIT);
        world.open(&long, &bridge, 10 * UNIT, "100");
        world.move_to("50");
        world.open(&bridge, &short, 10 * UNIT, "50");
        world.move_to("60");
        assert!(world.equity(&long) < 0 && world.equity(&short) < 0);
        let mut status = LiquidationStatus::More;
        for _ in 0..4 {
            if status != LiquidationStatus::Done {
                status = world.liquidate(&long).unwrap().answer.status;
            }
        }
        assert_eq!(status, LiquidationStatus::Done);
        let liquidated = world.liquidate(&short);
        assert!(
            world.quote(&short) >= 0 || world.size(&short) != 0,
            "reserve {reserve}: the counterparty owes {} without a position, deficit booked {}, and \
             liquidating it says: {:?}",
            world.quote(&short),
            world.suite.market_info(0).unwrap().deficit,
            liquidated.map(|done| done.answer).map_err(|error| error.to_string()),
        );
    }
}

/// A maker in market 0 whose dust in market 1 cannot be valued any more, with `orders` bids of one lot at the top,
/// and honest depth just below.
fn unpriceable_makers(world: &mut World, at: &str, below: &str) -> Addr {
    let (maker, other, honest) = (
        world.user("maker", 1_000 * UNIT),
        world.user("other", 1_000 * UNIT),
        world.user("honest", 1_000_000 * UNIT),
    );
    world
        .suite
        .limit(&other, 0, 1, Side::Sell, 10_000, price("100"))
        .unwrap();
    world.check();
    world
        .suite
        .ioc(&maker, 0, 1, Side::Buy, 10_000, price("100"))
        .unwrap();
    world.check();
    for _ in 0..20 {
        world.limit(&maker, Side::Buy, 10_000, at).unwrap();
    }
    world.limit(&honest, Side::Buy, 100 * UNIT, below).unwrap();
    world.suite.next_block();
    maker
}

// F03 (G3; the taker's side of what `liquidation_cannot_be_stalled` shows for liquidations): 20 one-lot orders of an
// account with dust in another market are passed over, stay in the book and use up every taker's walk: the other market's price needs only be 11 s old.
#[test]
fn f03_orders_that_cannot_be_valued_do_not_close_the_market_for_takers() {
    let mut world = two_markets();
    let taker = world.user("taker", 10_000 * UNIT);
    unpriceable_makers(&mut world, "100", "99.9");
    world.suite.advance(11);
    push(&mut world, 0, "100");
    let mut filled = 0;
    for _ in 0..10 {
        let order = world
            .suite
            .ioc(&taker, 0, 0, Side::Sell, UNIT, price("99"))
            .unwrap();
        filled += order.answer.filled.u128();
        world.check();
        world.suite.next_block();
    }
    assert!(
        filled > 0,
        "100 units are bid at 99.9 and ten orders to sell at 99 got nothing"
    );
}

// F05 (invariant 5, S4): a rich counterparty that holds one lot in a market whose oracle is silent for a minute is
// passed over; the second message closes it at the oracle price and everybody else bears its loss as deficit.
#[test]
fn f05_dust_in_a_silent_market_does_not_exempt_from_deleveraging() {
    let mut world = two_markets();
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 100_000 * UNIT);
    let other = world.user("other", 1_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world
        .suite
        .limit(&other, 0, 1, Side::Sell, 10_000, price("100"))
        .unwrap();
    world
        .suite
        .ioc(&short, 0, 1, Side::Buy, 10_000, price("100"))
        .unwrap();
    world.check();
    world.suite.advance(61);
    push(&mut world, 0, "80");
    let missing = -world.equity(&long);
    let before = world.quote(&short);
    while world.size(&long) != 0 {
        world.liquidate(&long).unwrap();
    }
    let deficit = world.suite.market_info(0).unwrap().deficit.u128();
    assert_eq!(
        deficit, 0,
        "{missing} were missing; a counterparty with {before} of quote bore nothing of it"
    );
}

// F06 (design 6, decimals 0/18): the bound of the walk does not fit 64 bits of ticks and the liquidation errors.
#[test]
fn f06_a_bankrupt_short_is_liquidated_where_the_price_exceeds_the_ticks() {
    let unit = 10u128.pow(18);
    let mut world = World::with(|_| {
        let mut spec = MarketSpec::new("A", 0, Decimal::raw(1), 1, price("5"));
        let mut parameters = market_parameters(18);
        (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (0, 0);
        spec.parameters = Some(parameters);
        SuiteBuilder::new()
            .decimals(18)
            .seed(FundSeed { mutual: 0 })
            .market(spec)
    });
    let short = world.user("short", 10 * unit);
    let long = world.user("long", 1_000 * unit);
    world.open(&long, &short, 10, "5");
    world.move_to("55");
    let done = world.liquidate(&short);
    assert!(done.is_ok(), "{:#}", done.unwrap_err());
}

// F07 (design 4 "accrual ... never blocks anything", G3): one lot offered at the highest price in an empty book makes
// the premium sample overflow; every message that touches the market errs, the owner's included.
#[test]
fn f07_no_resting_order_can_stop_accrual() {
    let mut world = World::with(|builder| {
        let mut spec = MarketSpec::new("A", 18, price("100"), 10_000_000_000, price("1000"));
        spec.parameters = Some(market_parameters(6));
        builder.market(spec)
    });
    let attacker = world.user("attacker", 100 * UNIT);
    world
        .limit(
            &attacker,
            Side::Sell,
            10_000_000_000,
            "340000000000000000000",
        )
        .unwrap();
    world.suite.advance(60);
    push(&mut world, 0, "1000");
    let cranked = world.suite.accrue(0);
    let parameters = market_parameters(6);
    let owner = world.suite.update_market(0, parameters);
    assert!(
        cranked.is_ok() && owner.is_ok(),
        "crank: {:?}, owner: {:?}",
        cranked.map(|_| ()).map_err(|error| format!("{error:#}")),
        owner.map(|_| ()).map_err(|error| format!("{error:#}")),
    );
}

// F08 (P2; doc of update_market "funding is accrued under the old ones first"): shortening the interval charges the
// running interval again, once for every new interval that it would have held.
#[test]
fn f08_a_shorter_funding_interval_does_not_charge_the_past() {
    let mut parameters = market_parameters(6);
    (parameters.maker_fee_ppm, parameters.taker_fee_ppm) = (0, 0);
    parameters.funding_interval_secs = 86_400;
    parameters.funding_interest_ppm = 1_000;
    let listed = parameters.clone();
    let mut world = World::with(|builder| {
        let mut market = spec("A");
        market.parameters = Some(listed);
        builder.market(market)
    });
    let long = world.user("long", 1_000 * UNIT);
    let short = world.user("short", 1_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    // To the next day, whose interval begins, and twelve hours into it.
    for secs in [7_200, 43_200] {
        world.suite.advance(secs);
        push(&mut world, 0, "100");
        world.suite.accrue(0).unwrap();
        world.check();
    }
    let before = world.equity(&long);
    parameters.funding_interval_secs = 60;
    world.suite.update_market(0, parameters).unwrap();
    world.suite.accrue(0).unwrap();
    world.suite.withdraw(&long, 0, 1).unwrap();
    world.check();
    let paid = before - 1 - world.equity(&long);
    // 0.1 % of 1,000 is one interval's interest.
    assert!(
        paid <= UNIT as i128 + 1,
        "changing the interval cost the long {paid} at once, one interval costs 1000000"
    );
}

// F09 (P1, "how a market learns"): within the fund's hard ranges the premium exceeds what the market calls plausible;
// the market then ignores everything it is told, reduce-only and the open-interest cap included.
#[test]
fn f09_whatever_the_fund_may_be_configured_to_say_the_market_applies_its_brakes() {
    let mut parameters = fund_parameters(6);
    parameters.ramp_secs = 0;
    parameters.premium_base_rate_ppm = 100_000;
    let mut world = World::with(|builder| builder.market(free("A")).fund_parameters(parameters));
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    world.liquidate(&long).unwrap();
    let contract = world.suite.market.to_string();
    let (keeper, fund) = (world.suite.keeper.clone(), world.suite.fund.clone());
    world
        .suite
        .execute(
            &keeper,
            &fund,
            &ballast_types::fund::ExecuteMsg::Poke { contract },
            &[],
        )
        .unwrap();
    let told = world.suite.risk_parameters(0).unwrap();
    assert!(told.reduce_only, "an empty fund is critical");
    let known = world.suite.market_info(0).unwrap().risk;
    assert_eq!(known, Some(told));
}

// F10 (design 4, funding): a bid that its owner cannot margin any more, and that nobody can fill, sets the premium.
#[test]
fn f10_an_order_without_margin_does_not_move_funding() {
    let mut world = World::new();
    let attacker = world.user("attacker", 5_000 * UNIT);
    world.limit(&attacker, Side::Buy, 60 * UNIT, "101").unwrap();
    // All but what the order's removal costs.
    let free = world.suite.account(&attacker, 0).unwrap().free_collateral;
    assert_eq!(free.u128(), 5_000 * UNIT - 20_000);
    world.suite.withdraw(&attacker, 0, free.u128()).unwrap();
    world.check();
    for _ in 0..5 {
        world.suite.advance(60);
        push(&mut world, 0, "100");
        world.suite.accrue(0).unwrap();
    }
    let funding = world.suite.funding(0).unwrap();
    assert!(
        format!("{funding:?}").contains("predicted_rate: Int128(0)"),
        "an account that holds nothing moved funding: {funding:?}"
    );
}

// F11: replacing the fund forgets the premium rate without charging what accrued since the last touch.
#[test]
fn f11_replacing_the_fund_charges_the_premium_up_to_now() {
    let mut collected = vec![];
    for replaced in [false, true] {
        let mut world = World::new();
        let long = world.user("long", 10_000 * UNIT);
        let short = world.user("short", 10_000 * UNIT);
        world.open(&long, &short, 10 * UNIT, "100");
        world.suite.flush(0).unwrap();
        assert!(world.suite.market_info(0).unwrap().risk.is_some());
        world.suite.advance(30 * 86_400);
        if replaced {
            let fund = world.suite.fund.clone();
            world.suite.set_insurance_fund(Some(&fund)).unwrap();
        }
        push(&mut world, 0, "100");
        world.suite.accrue(0).unwrap();
        let info = world.suite.market_info(0).unwrap();
        collected.push(info.fees_owed.u128());
    }
    assert_eq!(
        collected[0], collected[1],
        "a month of premium was forgotten"
    );
}

// F12 (R4, design 4): the part of the last order that completes the impact notional is rounded down to whole base
// atoms; with a base of 0 decimals that overstates the impact price by up to 100 %.
#[test]
fn f12_the_premium_does_not_depend_on_the_decimals_of_the_base() {
    let mut seen = vec![];
    for base in [0u8, 6] {
        let one = 10u128.pow(base.into());
        let mut world = World::with(|builder| {
            let mut spec = MarketSpec::new("A", base, price("1"), one, price("1700"));
            spec.parameters = Some(market_parameters(6));
            builder.market(spec)
        });
        let maker = world.user("maker", 1_000_000 * UNIT);
        world.limit(&maker, Side::Buy, 100 * one, "1699").unwrap();
        world.limit(&maker, Side::Sell, 100 * one, "1701").unwrap();
        world.suite.advance(60);
        push(&mut world, 0, "1700");
        world.suite.accrue(0).unwrap();
        seen.push(world.suite.funding(0).unwrap().sample_sum_ppm.i128());
    }
    assert_eq!(
        seen,
        [0, 0],
        "bids are below the index and asks above it: no premium, in ppm"
    );
}

// F13 (G3, F1 of decisions.md): a market in which nobody trades owes no fees, so it cannot report; after a day it
// counts at its open-interest cap, and one small loss elsewhere makes the whole suite critical.
#[test]
fn f13_markets_without_positions_do_not_make_the_suite_critical() {
    let mut world = World::with(|builder| {
        ["A", "B", "C", "D"]
            .into_iter()
            .fold(builder, |builder, symbol| builder.market(free(symbol)))
            .seed(FundSeed {
                mutual: 1_000_000 * UNIT,
            })
    });
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.suite.advance(2 * 86_400);
    push(&mut world, 0, "80");
    // Whatever a keeper can do to have the idle markets report.
    for market in 0..4 {
        world.suite.accrue(market).unwrap();
        world.suite.flush(market).unwrap();
    }
    world.liquidate(&long).unwrap();
    world.suite.poke().unwrap();
    let solvency = world.suite.solvency().unwrap();
    let told = world.suite.risk_parameters(0).unwrap();
    assert!(
        !told.reduce_only,
        "a loss of 100 against 999,900 of capital and no open interest anywhere: {solvency:?}"
    );
}

// F14 (invariant 5, "no counterparty's TNC/TMMR falls"; "accounts end at zero"): who can take a part is judged by a
// linear share of the whole, but taken is the bankruptcy quote of the part, which after a deep crash differs by
// |TNC| / TMMR for every atom that rounding moves the margin. The counterparty is left with a debt and no position.
#[test]
fn f14_no_counterparty_of_the_normal_pass_ends_in_debt() {
    let mut world = World::with(|builder| {
        let mut exchange = ballast_testing::suite::exchange_parameters(6);
        exchange.max_counterparties = 2;
        let spec = MarketSpec {
            price_bounds: (price("0.0001"), price("100")),
            ..free("A")
        };
        builder.market(spec).exchange_parameters(exchange)
    });
    let (whole, size) = (950_000, 40_000);
    let long = world.user("long", 9_500_000);
    let bridge = world.user("bridge", 1_000_000 * UNIT);
    let first = world.user("first", 10_000 * UNIT);
    let second = world.user("second", 10_000 * UNIT);
    world.open(&bridge, &first, size, "101");
    world.open(&bridge, &second, whole - size, "100");
    world.open(&long, &bridge, whole, "100");
    world.move_to("0.00065151");
    // It keeps a little more than its part of the loss: 4 lots of 95.
    let missing = (-world.equity(&long)) as u128;
    let keep = missing * size / whole + 3;
    let out = world.equity(&first) as u128 - keep;
    world.suite.withdraw(&first, 0, out).unwrap();
    world.check();
    // The other one cannot take its part, so that less is closed than the judgement was made for.
    let out = world.equity(&second) as u128 - UNIT;
    world.suite.withdraw(&second, 0, out).unwrap();
    world.check();
    world.liquidate(&long).unwrap();
    assert!(
        world.size(&first) != 0 || world.quote(&first) >= 0,
        "closed at a loss of {} where its part is {}: left with {}",
        keep as i128 - world.quote(&first),
        missing * size / whole,
        world.quote(&first)
    );
}

// F15 (design 6.3, decisions M6 "what turns out not to be needed goes back to the fund"): where the market has a
// deficit, fund money that was not needed repays that instead.
#[test]
fn f15_unneeded_fund_money_goes_back_to_the_fund() {
    let mut world = World::free();
    // A deficit of 100 of an earlier day.
    let long = world.user("long", 100 * UNIT);
    let weak = world.user("weak", 52 * UNIT);
    let bridge = world.user("bridge", 1_000_000 * UNIT);
    world.open(&bridge, &weak, 10 * UNIT, "100");
    world.open(&long, &bridge, 10 * UNIT, "100");
    world.move_to("80");
    let free = world
        .suite
        .account(&weak, 0)
        .unwrap()
        .free_collateral
        .u128();
    world.suite.withdraw(&weak, 0, free).unwrap();
    world.liquidate(&long).unwrap();
    world.liquidate(&long).unwrap();
    let deficit = world.suite.market_info(0).unwrap().deficit.u128();
    assert!(deficit > 0);
    world.suite.set_insurance_fund(None).unwrap();
    // Another account goes bankrupt; bids stand above the oracle price and below its bankruptcy price.
    let next = world.user("next", 80 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    let buyer = world.user("buyer", 100_000 * UNIT);
    world.open(&next, &short, 10 * UNIT, "80");
    world.move_to("64");
    world.limit(&buyer, Side::Buy, 4 * UNIT, "68").unwrap();
    let fund = world.suite.fund.clone();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let owner = world.suite.owner.clone();
    world.suite.mint(&owner, 10_000 * UNIT).unwrap();
    world
        .suite
        .top_up_reserve(&owner, 0, 10_000 * UNIT)
        .unwrap();
    world.suite.next_block();
    let done = world.liquidate(&next).unwrap();
    let event = world::named(&done.events, ballast_types::events::market::LIQUIDATION)[0];
    let leftover = world::number(event, "leftover");
    assert!(leftover > 0);
    let info = world.suite.market_info(0).unwrap();
    assert_eq!(
        (info.fees_owed.u128() as i128, info.deficit.u128()),
        (leftover, deficit),
        "fees owed and deficit, {leftover} were left over"
    );
}

// F16 (design 6 "what counts as paid is the balance in the reply minus the balance before"): coins sent astray and
// booked by `Sync` in the middle of the claim are taken off what the fund paid.
#[test]
fn f16_a_sync_in_the_middle_of_a_claim_does_not_eat_the_payment() {
    use ballast_testing::hostile::fund::{FundBehaviour, ALL_PPM};
    let mut world = World::free();
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    let market = world.suite.market.clone();
    let stray = world.suite.new_user("stray", 60 * UNIT).unwrap();
    world.suite.bare_send(&stray, &market, 60 * UNIT).unwrap();
    let sync = cosmwasm_std::WasmMsg::Execute {
        contract_addr: market.to_string(),
        msg: cosmwasm_std::to_json_binary(&ballast_types::market::ExecuteMsg::Sync {}).unwrap(),
        funds: vec![],
    };
    let behaviour = FundBehaviour {
        reenter: vec![sync.into()],
        ..FundBehaviour::pays(ALL_PPM)
    };
    let fund = world.suite.deploy_hostile_fund(behaviour).unwrap();
    world.suite.mint(&fund, 1_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let before = world.equity(&short);
    let done = world
        .suite
        .liquidate(&world.suite.keeper.clone(), &id(&long), 0)
        .unwrap()
        .answer;
    let seen = world.suite.claims_seen(&fund).unwrap();
    assert_eq!(done.paid, seen[0].paid, "counted as paid, and sent");
    assert_eq!(world.equity(&short), before);
}

// The same where nothing is booked in the middle, but something was long before: neither the residue of an earlier `Sync`
// nor coins that nobody has booked yet are what the fund paid.
#[test]
fn f16_coins_sent_astray_before_a_claim_are_not_its_payment() {
    use ballast_testing::hostile::fund::{FundBehaviour, ALL_PPM};
    let mut world = World::free();
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    world.move_to("80");
    let market = world.suite.market.clone();
    let stray = world.suite.new_user("stray", 80 * UNIT).unwrap();
    world.suite.bare_send(&stray, &market, 50 * UNIT).unwrap();
    world.suite.sync_market(&stray).unwrap();
    world.suite.bare_send(&stray, &market, 30 * UNIT).unwrap();
    let fund = world
        .suite
        .deploy_hostile_fund(FundBehaviour::pays(ALL_PPM / 2))
        .unwrap();
    world.suite.mint(&fund, 1_000 * UNIT).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    let done = world.liquidate(&long).unwrap().answer;
    let seen = world.suite.claims_seen(&fund).unwrap();
    assert_eq!(seen[0].paid.u128(), 50 * UNIT);
    assert_eq!(done.paid, seen[0].paid, "counted as paid, and sent");
}

// F17 (T1): a price that changes under the same publish time (one feeder of a median corrects the answer) is used
// without an event.
#[test]
fn f17_every_new_price_has_an_event() {
    use ballast_testing::suite::PriceUpdate;
    let mut world = World::with(|builder| builder.market(free("A")).feeders(3));
    world.suite.advance(20);
    let now = world.suite.now();
    let update = |at: &str, publish_time| PriceUpdate {
        market: 0,
        price: price(at),
        confidence: Decimal::zero(),
        publish_time,
    };
    let feeders = world.suite.feeders.clone();
    // The quorum-th newest time is `now - 10` before and after the third feeder speaks.
    world
        .suite
        .push_updates_as(&feeders[0], &[update("100", now - 10)])
        .unwrap();
    world
        .suite
        .push_updates_as(&feeders[1], &[update("90", now - 10)])
        .unwrap();
    world
        .suite
        .push_updates_as(&feeders[2], &[update("80", now - 15)])
        .unwrap();
    world.suite.accrue(0).unwrap();
    let before = world.suite.market_info(0).unwrap().price.unwrap();
    world.suite.advance(6);
    world
        .suite
        .push_updates_as(&feeders[2], &[update("100", now - 10)])
        .unwrap();
    let response = world.suite.accrue(0).unwrap();
    let after = world.suite.market_info(0).unwrap().price.unwrap();
    assert_ne!(before.price, after.price);
    let told = world::named(&response.events, ballast_types::events::market::PRICE);
    assert_eq!(
        told.len(),
        1,
        "{} became {} without an event",
        before.price,
        after.price
    );
}

// F18 (design 6 "if only such counterparties remain", invariant 5): the last pass is decided in one message and acted
// on in a later one, up to ten minutes after. A counterparty that came meanwhile and could bear the loss is closed at
// the oracle price, and everybody else bears it as deficit.
#[test]
fn f18_a_counterparty_that_came_after_the_round_bears_its_part() {
    let mut world = World::free();
    let long = world.user("long", 100 * UNIT);
    let weak = world.user("weak", 52 * UNIT);
    let bridge = world.user("bridge", 1_000_000 * UNIT);
    let strong = world.user("strong", 100_000 * UNIT);
    world.open(&bridge, &weak, 10 * UNIT, "100");
    world.open(&long, &bridge, 10 * UNIT, "100");
    world.move_to("80");
    let free = world
        .suite
        .account(&weak, 0)
        .unwrap()
        .free_collateral
        .u128();
    world.suite.withdraw(&weak, 0, free).unwrap();
    world.check();
    let first = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (first.status, first.deleveraged.u128()),
        (LiquidationStatus::More, 0)
    );
    // The weak one leaves: it buys back from one who can bear ten times the loss.
    world.limit(&strong, Side::Sell, 10 * UNIT, "80").unwrap();
    world
        .suite
        .ioc(&weak, 0, 0, Side::Buy, 10 * UNIT, price("80"))
        .unwrap();
    world.check();
    assert_eq!(
        (world.size(&weak), world.size(&strong)),
        (0, -10 * UNIT as i128)
    );
    world.move_to("80");
    let missing = -world.equity(&long);
    let before = world.equity(&strong);
    let last = world.liquidate(&long).unwrap().answer;
    assert_eq!(last.status, LiquidationStatus::Done);
    let bore = before - world.equity(&strong);
    assert!(
        last.deficit.is_zero() && bore > missing - 1_000,
        "deficit {}, and the counterparty with {before} of equity bore {bore}",
        last.deficit
    );
}

// F19 (design 6 "only when it still fails 60 s later"): a failure of an earlier episode, which the account survived,
// counts for the next: the first failure then deleverages at once.
#[test]
fn f19_a_failed_claim_of_an_episode_that_ended_does_not_count_for_the_next() {
    use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
    let mut world = World::free();
    let long = world.user("long", 100 * UNIT);
    let short = world.user("short", 10_000 * UNIT);
    world.open(&long, &short, 10 * UNIT, "100");
    let failing = FundBehaviour::claims(Reaction::Errors { bytes: 10 });
    let fund = world.suite.deploy_hostile_fund(failing).unwrap();
    world.suite.set_insurance_fund(Some(&fund)).unwrap();
    world.move_to("85");
    let first = world.liquidate(&long).unwrap().answer;
    assert_eq!(first.status, LiquidationStatus::ClaimPending);
    // The price recovers; the account trades on for half an hour.
    world.move_to("100");
    world
        .suite
        .limit(&long, 0, 0, Side::Sell, 10_000, price("101"))
        .unwrap();
    world.check();
    world.suite.advance(1_800);
    world.move_to("85");
    let second = world.liquidate(&long).unwrap().answer;
    assert_eq!(
        (second.status, second.deleveraged.u128()),
        (LiquidationStatus::ClaimPending, 0),
        "the first failure of this episode"
    );
}

// F20 (design 4 "risk-increasing changes need a price published at most 10 s ago", O1; came with the fix of F03): a
// maker's margin in other markets is taken at prices up to 60 s old and whatever their confidence.
#[test]
fn f20_a_maker_does_not_take_risk_on_paper_profit_at_an_old_price() {
    let mut world = two_markets();
    let maker = world.user("maker", 600 * UNIT);
    let [other, taker] = ["other", "taker"].map(|name| world.user(name, 100_000 * UNIT));
    // All that the maker has hangs on the price of market 1.
    world
        .suite
        .limit(&other, 0, 1, Side::Sell, 50 * UNIT, price("100"))
        .unwrap();
    world
        .suite
        .ioc(&maker, 0, 1, Side::Buy, 50 * UNIT, price("100"))
        .unwrap();
    world.check();
    world.limit(&maker, Side::Buy, 50 * UNIT, "100").unwrap();
    // Market 1 is then silent for 50 s.
    world.suite.advance(50);
    push(&mut world, 0, "100");
    let taken = world
        .suite
        .ioc(&taker, 0, 0, Side::Sell, 50 * UNIT, price("100"))
        .unwrap();
    assert_eq!(
        taken.answer.filled.u128(),
        0,
        "the maker opened 5,000 of notional on a price of market 1 that is 50 s old"
    );
}
