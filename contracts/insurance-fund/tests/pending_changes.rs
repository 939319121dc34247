//! Time asymmetry: what protects acts at once, what loosens waits, whoever the owner is.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_administration::pending::PendingError;
use ballast_insurance_fund::parameters::{Loosens, CLAIMANT_RANGES, FUND_RANGES};
use ballast_insurance_fund::{default_parameters, ContractError};
use ballast_types::fund::*;
use common::*;
use cosmwasm_std::Uint128;

const DELAY: u64 = 30 * DAY;

/// A fund that holds something, whose parameters can each move by one in both directions.
fn world(kind: Kind) -> Suite {
    let mut parameters = default_parameters();
    parameters.adverse_delay_secs = DELAY;
    parameters.fee_share_max_ppm = 900_000;
    parameters.underwriting.exit_cooldown_secs = 13 * DAY;
    let mut suite = Suite::new(kind, parameters);
    suite.register(&addr("market"), 0, cross(100_000, 10_000, 100));
    suite.donate(5_000);
    suite
}

fn update(parameters: FundParameters) -> ExecuteMsg {
    ExecuteMsg::UpdateParameters { parameters }
}

fn update_market(parameters: ClaimantParameters) -> ExecuteMsg {
    ExecuteMsg::UpdateMarket {
        contract: addr("market").to_string(),
        market: 0,
        parameters,
    }
}

fn appoint(treasury: Option<&str>) -> ExecuteMsg {
    ExecuteMsg::AppointTreasury {
        treasury: treasury.map(|name| addr(name).to_string()),
    }
}

fn appoint_recipient(recipient: Option<&str>) -> ExecuteMsg {
    ExecuteMsg::AppointSurplusRecipient {
        recipient: recipient.map(|name| addr(name).to_string()),
    }
}

fn register(contract: &str, market: u32) -> ExecuteMsg {
    ExecuteMsg::RegisterMarket {
        contract: addr(contract).to_string(),
        market,
        parameters: cross(100_000, 10_000, 100),
    }
}

/// All that the owner can change, as it stands.
fn standing(suite: &Suite) -> String {
    let markets: Vec<ClaimantResponse> = suite.query(&QueryMsg::Markets {
        start_after: None,
        limit: None,
    });
    let markets: Vec<_> = markets.iter().map(|one| &one.parameters).collect();
    let treasury = suite
        .query::<EmergencyResponse>(&QueryMsg::Emergency {})
        .treasury;
    let surplus: SurplusResponse = suite.query(&QueryMsg::Surplus {});
    let parameters = suite.parameters();
    format!(
        "{markets:?} {treasury:?} {:?} {parameters:?}",
        surplus.recipient
    )
}

/// Every loosening change, with what it is called in the list: each field in each loosening direction, and each message
/// without fields.
fn loosening(suite: &Suite) -> Vec<(&'static str, ExecuteMsg)> {
    let mut all = vec![
        ("register_market", register("second", 0)),
        ("appoint_treasury", appoint(Some("treasury"))),
        (
            "appoint_surplus_recipient",
            appoint_recipient(Some("second")),
        ),
    ];
    for (name, parameters) in moved(Loosens::Up).into_iter().chain(moved(Loosens::Down)) {
        all.push((name, update(parameters(suite))));
    }
    for range in CLAIMANT_RANGES {
        let mut parameters = suite.market(&addr("market"), 0).parameters;
        let value = (range.value)(&parameters);
        let up = range.loosens == Loosens::Up;
        (range.set)(&mut parameters, if up { value + 1 } else { value - 1 });
        all.push((range.name, update_market(parameters)));
    }
    all
}

type Moved = (&'static str, Box<dyn Fn(&Suite) -> FundParameters>);

/// Each field for which moving it this way loosens, and the parameters with it moved by one.
fn moved(way: Loosens) -> Vec<Moved> {
    FUND_RANGES
        .iter()
        .filter(|range| [Loosens::Either, way].contains(&range.loosens))
        .map(|range| -> Moved {
            let moved = move |suite: &Suite| {
                let mut parameters = suite.parameters();
                let value = (range.value)(&parameters);
                let value = if way == Loosens::Up {
                    value + 1
                } else {
                    value - 1
                };
                (range.set)(&mut parameters, value);
                parameters
            };
            (range.name, Box::new(moved))
        })
        .collect()
}

// Time asymmetry, over all fields and messages: a loosening change waits, is listed, is refused with the time at which it
// may happen until the second before, changes nothing until then, and is applied by anyone from that second on.
#[test]
fn p2_every_loosening_change_waits_and_tried_early_is_told_when() {
    let suite = world(Kind::Native);
    let count = loosening(&suite).len();
    assert!(count > 40, "{count} loosening changes");
    for index in 0..count {
        let mut suite = world(Kind::Native);
        let (name, msg) = loosening(&suite).swap_remove(index);
        let before = standing(&suite);
        let asked_at = suite.now();
        let waits = suite.ask(&msg).unwrap();
        let Waits { id, ready_at } = waits.unwrap_or_else(|| panic!("{name} acts at once"));
        assert_eq!(ready_at, asked_at + DELAY, "{name}");
        let listed = suite.pending();
        assert_eq!(
            (listed[0].loosens.as_str(), listed[0].ready_at),
            (name, ready_at)
        );
        let in_solvency = suite.solvency().pending_changes;
        assert_eq!(
            (in_solvency[0].loosens.as_str(), in_solvency[0].ready_at),
            (name, ready_at)
        );
        for pass in [0, DELAY - 1] {
            suite.pass(pass);
            let now = suite.now();
            let found = error(suite.apply(id));
            assert_eq!(
                found,
                ContractError::Pending(PendingError::TooEarly { ready_at, now }),
                "{name}"
            );
        }
        assert_eq!(standing(&suite), before, "{name}");
        suite.pass(1);
        suite.apply(id).unwrap();
        assert_ne!(standing(&suite), before, "{name}");
        assert!(suite.pending().is_empty());
        assert_eq!(
            error(suite.apply(id)),
            ContractError::Pending(PendingError::NoSuchChange { found: id })
        );
    }
}

// The other direction of every field, and dismissals, act at once.
#[test]
fn p2_every_protecting_change_acts_at_once() {
    for range in FUND_RANGES.iter().filter(|r| r.loosens != Loosens::Either) {
        let mut suite = world(Kind::Native);
        let mut tight = suite.parameters();
        let value = (range.value)(&tight);
        let up = range.loosens == Loosens::Down;
        (range.set)(&mut tight, if up { value + 1 } else { value - 1 });
        let msg = update(tight.clone());
        assert_eq!(suite.ask(&msg).unwrap(), None, "{}", range.name);
        assert_eq!(suite.parameters(), tight, "{}", range.name);
    }
    let mut suite = world(Kind::Native);
    let tight = cross(100_001, 9_999, 101);
    assert_eq!(suite.ask(&update_market(tight.clone())).unwrap(), None);
    assert_eq!(suite.market(&addr("market"), 0).parameters, tight);
    for dismissal in [appoint(None), appoint_recipient(None)] {
        assert_eq!(suite.ask(&dismissal).unwrap(), None);
    }
}

#[test]
fn a_first_deployment_does_not_wait_and_one_atom_ends_that() {
    for kind in KINDS {
        let mut suite = Suite::new(kind, plain_parameters());
        for msg in [
            register("market", 0),
            appoint(Some("treasury")),
            appoint_recipient(Some("second")),
            update_market(cross(90_000, 20_000, 50)),
            update(default_parameters()),
        ] {
            assert_eq!(suite.ask(&msg).unwrap(), None, "{msg:?}");
        }
        suite.stake(&addr("staker"), 1).unwrap();
        assert!(suite.ask(&register("market", 1)).unwrap().is_some());
    }
}

// A cap that was lowered in a crisis is not raised again by a change of weeks before; the rest of that change acts.
#[test]
fn a_protecting_change_voids_what_waits_for_the_same_field() {
    let mut suite = world(Kind::Native);
    let wider = update_market(cross(50_000, 20_000, 100));
    let id = suite.ask(&wider).unwrap().unwrap().id;
    suite.pass(DAY);
    assert_eq!(
        suite
            .ask(&update_market(cross(100_000, 1_000, 100)))
            .unwrap(),
        None
    );
    suite.pass(DELAY);
    suite.apply(id).unwrap();
    let found = suite.market(&addr("market"), 0).parameters;
    assert_eq!(found, cross(50_000, 1_000, 100));

    // Where nothing is left of it, it is gone without an effect.
    let id = suite
        .ask(&update_market(cross(50_000, 2_000, 100)))
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(
        suite.ask(&update_market(cross(50_000, 500, 100))).unwrap(),
        None
    );
    suite.pass(DELAY);
    let response = suite.apply(id).unwrap();
    let status = response
        .events
        .iter()
        .find_map(|event| ballast_types::events::attribute(event, "status"));
    assert_eq!(status, Some("void"));
    assert_eq!(
        suite.market(&addr("market"), 0).parameters,
        cross(50_000, 500, 100)
    );
    assert!(suite.pending().is_empty());

    // Dismissing a treasury voids the appointment that waits to replace it.
    suite.appoint(&addr("treasury"));
    let id = suite.ask(&appoint(Some("second"))).unwrap().unwrap().id;
    assert_eq!(suite.ask(&appoint(None)).unwrap(), None);
    suite.pass(DELAY);
    suite.apply(id).unwrap();
    let emergency: EmergencyResponse = suite.query(&QueryMsg::Emergency {});
    assert_eq!(emergency.treasury, None);
}

// No exit becomes longer than the least delay of any owner, by no change alone and by no two together: a DAO that may migrate
// the fund after 21 days must not find stakers in it who asked to leave at the first sign.
#[test]
fn no_exit_is_longer_than_the_least_adverse_delay() {
    let mut suite = world(Kind::Native);
    let owner = suite.owner.clone();
    let exit = |cooldown, window| {
        let mut parameters = default_parameters();
        parameters.adverse_delay_secs = DELAY;
        parameters.fee_share_max_ppm = 900_000;
        parameters.underwriting.exit_cooldown_secs = cooldown;
        parameters.underwriting.exit_window_secs = window;
        parameters
    };
    // With four days of pause: 21 days, and no second more, though the fund's own delay is 30.
    for (cooldown, window) in [
        (14 * DAY + 1, 3 * DAY),
        (14 * DAY, 3 * DAY + 1),
        (60 * DAY, DAY),
    ] {
        let broken = error(suite.execute(&owner, &update(exit(cooldown, window)), &[]));
        assert!(
            matches!(broken, ContractError::ParameterRelation { .. }),
            "{broken}"
        );
    }
    let shorter = suite.ask(&update(exit(14 * DAY, DAY))).unwrap().unwrap().id;
    suite.pass(DELAY);
    suite.apply(shorter).unwrap();

    // Two changes that are each allowed and not together: the second to be applied is refused, and stays refused.
    let [first, second] = [(16 * DAY, DAY), (14 * DAY, 3 * DAY)].map(|(cooldown, window)| {
        suite
            .ask(&update(exit(cooldown, window)))
            .unwrap()
            .unwrap()
            .id
    });
    suite.pass(DELAY);
    suite.apply(first).unwrap();
    let broken = error(suite.apply(second));
    assert!(
        matches!(broken, ContractError::ParameterRelation { .. }),
        "{broken}"
    );
    assert_eq!(suite.parameters().underwriting.exit_window_secs, DAY);
}

// Raising the delay protects: it acts at once, on what waits already too.
#[test]
fn a_longer_delay_holds_back_what_waits_already() {
    let mut suite = world(Kind::Native);
    let Waits { id, ready_at } = suite.ask(&register("second", 0)).unwrap().unwrap();
    let mut parameters = suite.parameters();
    parameters.adverse_delay_secs = DELAY + 10 * DAY;
    assert_eq!(suite.ask(&update(parameters)).unwrap(), None);
    suite.pass(DELAY);
    let (now, later) = (suite.now(), ready_at + 10 * DAY);
    assert_eq!(
        error(suite.apply(id)),
        ContractError::Pending(PendingError::TooEarly {
            ready_at: later,
            now
        })
    );
    assert_eq!(suite.pending()[0].ready_at, later);
    suite.pass(10 * DAY);
    suite.apply(id).unwrap();
}

#[test]
fn the_owner_cancels_and_time_ends_what_nobody_applies() {
    let mut suite = world(Kind::Native);
    let (owner, stranger) = (suite.owner.clone(), addr("stranger"));
    let id = suite.ask(&register("second", 0)).unwrap().unwrap().id;
    let cancel = ExecuteMsg::CancelChange { id };
    assert!(matches!(
        error(suite.execute(&stranger, &cancel, &[])),
        ContractError::Ownership(_)
    ));
    suite.execute(&owner, &cancel, &[]).unwrap();
    assert_eq!(
        error(suite.execute(&owner, &cancel, &[])),
        ContractError::Pending(PendingError::NoSuchChange { found: id })
    );
    suite.pass(DELAY);
    assert_eq!(
        error(suite.apply(id)),
        ContractError::Pending(PendingError::NoSuchChange { found: id })
    );

    let Waits { id, ready_at } = suite.ask(&register("second", 0)).unwrap().unwrap();
    suite.pass(DELAY + 14 * DAY + 1);
    let now = suite.now();
    assert_eq!(
        error(suite.apply(id)),
        ContractError::Pending(PendingError::ChangeExpired {
            expired_at: ready_at + 14 * DAY,
            now
        })
    );
}

// G1, G4: what waits is bounded, expired ones make room, and pages walk over all.
#[test]
fn g1_g4_changes_that_wait_are_bounded_and_paged() {
    let mut suite = world(Kind::Native);
    suite.check = false;
    for market in 0..32 {
        suite.ask(&register("second", market)).unwrap().unwrap();
    }
    assert_eq!(
        error(suite.execute(&suite.owner.clone(), &register("second", 32), &[])),
        ContractError::Pending(PendingError::TooManyChanges { expected: 32 })
    );
    assert_eq!(suite.solvency().pending_changes.len(), 32);
    let (mut start_after, mut seen) = (None, vec![]);
    loop {
        let page: Vec<PendingChange> = suite.query(&QueryMsg::PendingChanges {
            start_after,
            limit: Some(7),
        });
        assert!(page.len() <= 7);
        let Some(last) = page.last() else { break };
        start_after = Some(last.id);
        seen.extend(page.iter().map(|one| one.id));
    }
    assert_eq!(seen, (seen[0]..seen[0] + 32).collect::<Vec<_>>());
    suite.pass(DELAY + 14 * DAY + 1);
    suite.ask(&register("second", 32)).unwrap().unwrap();
    assert_eq!(suite.pending().len(), 1);
}

// A change is checked anew: two that wait to register the same market register it once.
#[test]
fn a_change_is_checked_again_when_it_is_applied() {
    let mut suite = world(Kind::Native);
    let ids = [0, 1].map(|_| suite.ask(&register("second", 0)).unwrap().unwrap().id);
    suite.pass(DELAY);
    suite.apply(ids[0]).unwrap();
    assert!(matches!(
        error(suite.apply(ids[1])),
        ContractError::MarketExists { .. }
    ));
    suite.reserve(&addr("second"), 0, 100);
    let waits = suite.ask(&appoint(Some("treasury"))).unwrap().unwrap();
    suite.appoint(&addr("second"));
    suite.commit(&addr("second"), 5).unwrap();
    suite.pass(DELAY);
    // Somebody else was appointed since: nothing of it is left.
    suite.apply(waits.id).unwrap();
    let emergency: EmergencyResponse = suite.query(&QueryMsg::Emergency {});
    assert_eq!(emergency.treasury, Some(addr("second").to_string()));
    assert_eq!(emergency.undrawn, Uint128::new(5));
}
