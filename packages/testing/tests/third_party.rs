//! A lending market of somebody else behind the same fund as the perp market: it tops up, claims and is told, and its
//! losses cannot exceed its caps, whatever it claims.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]

mod support;

use anyhow::Result;
use ballast_testing::lending::{self, ExecuteMsg, Hook, State, MARKET};
use ballast_testing::suite::{Collateral, Suite};
use ballast_types::fund::{self, Bound, ClaimRecord, ClaimantParameters, QueryMsg};
use ballast_types::RiskLevel;
use cosmwasm_std::{to_json_binary, Addr, Empty, Uint128};
use cw_multi_test::{AppResponse, Executor};
use support::{Checked, Money, UNIT};

const DAY: u64 = 86_400;
const CAP: u128 = 5_000_000 * UNIT;
const MUTUAL: u128 = 100_000 * UNIT;
const STAKED: u128 = 60_000 * UNIT;
const RESERVE: u128 = 1_000 * UNIT;

struct World {
    checked: Checked,
    lending: Addr,
    manager: Addr,
}

impl World {
    fn new(collateral: Collateral) -> Self {
        let money = Money {
            reserve: 5_000 * UNIT,
            mutual: MUTUAL,
        };
        let mut checked = Checked::new(collateral, money);
        let suite = &mut checked.suite;
        let manager = suite.new_user("manager", 10_000_000 * UNIT).unwrap();
        let staker = suite.new_user("staker", STAKED).unwrap();
        suite.stake(&staker, STAKED).unwrap();
        let code = suite.app.store_code(lending::contract());
        let msg = lending::InstantiateMsg {
            fund: suite.fund.to_string(),
            collateral: suite.collateral.clone(),
        };
        let lending = suite
            .app
            .instantiate_contract(code, manager.clone(), &msg, &[], "lending", None)
            .unwrap();
        let register = fund::ExecuteMsg::RegisterMarket {
            contract: lending.to_string(),
            market: MARKET,
            parameters: ClaimantParameters {
                risk_weight_ppm: 50_000,
                open_interest_cap: CAP.into(),
                reserve_target: RESERVE.into(),
                isolated: false,
            },
        };
        suite.change_fund(&register).unwrap();
        let mut world = Self {
            checked,
            lending,
            manager,
        };
        world.give(&ExecuteMsg::Supply {}, &Hook::Supply {}, 2_000_000 * UNIT);
        world
    }

    fn suite(&mut self) -> &mut Suite {
        &mut self.checked.suite
    }

    /// Coins with a message, whatever the collateral is.
    fn give(&mut self, msg: &ExecuteMsg, hook: &Hook, amount: u128) {
        let (manager, lending) = (self.manager.clone(), self.lending.clone());
        let msg = msg.clone();
        let hook = hook.clone();
        self.checked.must(|suite| -> Result<AppResponse> {
            match suite.token().cloned() {
                None => {
                    let funds = suite.funds(amount);
                    suite.execute(&manager, &lending, &msg, &funds)
                }
                Some(token) => {
                    let send = cw20::Cw20ExecuteMsg::Send {
                        contract: lending.to_string(),
                        amount: amount.into(),
                        msg: to_json_binary(&hook)?,
                    };
                    suite.execute(&manager, &token, &send, &[])
                }
            }
        });
    }

    fn pay_interest(&mut self, amount: u128) {
        self.give(&ExecuteMsg::PayInterest {}, &Hook::PayInterest {}, amount);
    }

    fn borrow(&mut self, borrower: &str, amount: u128) -> Result<AppResponse> {
        let borrower = self.suite().address(borrower);
        let lending = self.lending.clone();
        let amount = amount.into();
        let msg = ExecuteMsg::Borrow { amount };
        self.checked
            .step(|suite| suite.execute(&borrower, &lending, &msg, &[]))
    }

    /// The loan is lost: what the fund paid of it.
    fn write_off(&mut self, borrower: &str) -> u128 {
        let before = self.state().covered;
        let borrower = self.suite().address(borrower).to_string();
        let (manager, lending) = (self.manager.clone(), self.lending.clone());
        let msg = ExecuteMsg::WriteOff { borrower };
        self.checked
            .must(|suite| suite.execute(&manager, &lending, &msg, &[]));
        (self.state().covered - before).u128()
    }

    fn poke(&mut self) {
        let (keeper, fund) = (self.suite().keeper.clone(), self.suite().fund.clone());
        let contract = self.lending.to_string();
        let msg = fund::ExecuteMsg::Poke { contract };
        self.checked
            .must(|suite| suite.execute(&keeper, &fund, &msg, &[]));
    }

    /// What the fund told it may lend.
    fn cap(&self) -> u128 {
        self.state().risk.unwrap().open_interest_cap.u128()
    }

    fn mutual_paid(&self) -> u128 {
        let known: fund::ClaimantResponse = self
            .checked
            .suite
            .ask_fund(&QueryMsg::Market {
                contract: self.lending.to_string(),
                market: MARKET,
            })
            .unwrap();
        known.mutual_paid.u128()
    }

    fn state(&self) -> State {
        let app = &self.checked.suite.app;
        app.wrap()
            .query_wasm_smart(&self.lending, &Empty {})
            .unwrap()
    }

    fn record(&self, claim_id: u64) -> ClaimRecord {
        let contract = self.lending.to_string();
        self.checked
            .suite
            .ask_fund(&QueryMsg::Claim { contract, claim_id })
            .unwrap()
    }
}

const KINDS: [Collateral; 2] = [Collateral::Native, Collateral::Cw20];

// Everything it can lose to others: a day's window of the mutual reserve, a week's share of the stake, and what it paid
// in itself. Writing off a hundred times more brings no more, and the perp market's own reserve is not touched.
#[test]
fn s4_losses_of_a_third_party_cannot_exceed_its_caps() {
    for kind in KINDS {
        let mut world = World::new(kind);
        world.poke();
        world.pay_interest(RESERVE);
        let perp_reserve = world.checked.suite.claimant(0).unwrap().reserve;
        // A tenth of the mutual reserve's high and a tenth of the stake.
        let caps = RESERVE + MUTUAL / 10 + STAKED / 10;
        let cap = world.cap();
        let borrowers = ["first", "second", "third", "fourth"];
        for borrower in borrowers {
            world.borrow(borrower, cap / 4).unwrap();
        }
        assert!(cap / 4 > caps, "one loan is more than all caps: {cap}");
        let mut paid = 0;
        for borrower in borrowers {
            paid += world.write_off(borrower);
            assert!(paid <= caps, "{kind:?}: paid {paid}, caps {caps}");
        }
        assert_eq!(paid, caps, "{kind:?}");
        let first = world.record(1);
        let bounds: Vec<_> = first.layers.iter().map(|layer| layer.bound).collect();
        assert_eq!(bounds[0], Bound::Balance);
        assert_eq!(bounds[1], Bound::Window);
        assert_eq!(bounds[2], Bound::Window);
        assert_eq!(
            world.checked.suite.claimant(0).unwrap().reserve,
            perp_reserve
        );
        // What the fund did not pay is its own loss, reported, and its lenders' to bear.
        let state = world.state();
        assert_eq!(state.deficit + state.covered, Uint128::new(world.lost()));
        let solvency: fund::SolvencyResponse = world
            .checked
            .suite
            .ask_fund(&QueryMsg::Solvency {})
            .unwrap();
        assert!(!solvency.deficits.is_zero());
    }
}

impl World {
    /// Sum of all that was claimed.
    fn lost(&self) -> u128 {
        (1..=self.state().last_claim)
            .map(|id| self.record(id).amount.u128())
            .sum()
    }
}

// After it has taken all it may, the perp market is paid as ever: its own reserve, its own window.
#[test]
fn the_perp_market_is_paid_after_a_third_party_took_all_it_may() {
    for kind in KINDS {
        let mut world = World::new(kind);
        world.poke();
        let cap = world.cap();
        world.borrow("thief", cap).unwrap();
        world.write_off("thief");
        world.checked.open_positions();
        world.checked.suite.advance(61);
        world.checked.price("17500");
        let alice = world.checked.alice.clone();
        let answer = world.checked.liquidate(&alice);
        assert!(!answer.asked.is_zero(), "{answer:?}");
        assert_eq!(answer.paid, answer.asked, "{answer:?}");
    }
}

// It is told like any market: by Poke and, with native coins, by every answer; it opens nothing beyond.
#[test]
fn a_third_party_is_told_its_cap_and_keeps_it() {
    for kind in KINDS {
        let mut world = World::new(kind);
        let refused = world.borrow("early", UNIT).unwrap_err();
        assert!(
            format!("{refused:?}").contains("has not told"),
            "{refused:?}"
        );
        world.poke();
        let cap = world.state().risk.unwrap().open_interest_cap.u128();
        assert!(cap > 0 && cap <= CAP, "{cap}");
        let refused = world.borrow("greedy", cap + 1).unwrap_err();
        assert!(
            format!("{refused:?}").contains("above the cap"),
            "{refused:?}"
        );
        world.borrow("modest", cap / 2).unwrap();
        let told = world.state().risk.unwrap().revision;
        world.pay_interest(10 * UNIT);
        let lending = world.lending.to_string();
        let known: fund::ClaimantResponse = world
            .checked
            .suite
            .ask_fund(&QueryMsg::Market {
                contract: lending,
                market: MARKET,
            })
            .unwrap();
        assert_eq!(known.open_interest_value.u128(), cap / 2);
        assert_eq!(known.reserve.u128(), 10 * UNIT);
        if kind == Collateral::Native {
            assert!(world.state().risk.unwrap().revision > told);
        }
        world.write_off("modest");
        let told = world.state().risk.unwrap();
        assert!(
            told.level >= RiskLevel::Watch || told.reduce_only,
            "{told:?}"
        );
    }
}

// A day later its window has refilled; its lifetime limit, half of the mutual target, ends that in the end.
#[test]
fn a_window_refills_and_the_life_of_a_third_party_is_bounded() {
    let mut world = World::new(Collateral::Native);
    let mut parameters = ballast_testing::suite::fund_parameters(6);
    parameters.ramp_secs = 0;
    parameters.mutual_target = Uint128::new(50_000 * UNIT);
    // The perp market is quiet: its old reports shall not count at its cap here.
    parameters.report_max_age_secs = 30 * DAY;
    world.suite().update_fund_parameters(parameters).unwrap();
    world.poke();
    let mut drawn = vec![];
    for day in 0..12 {
        let borrower = format!("thief {day}");
        let amount = world.cap() / 2;
        if world.borrow(&borrower, amount).is_ok() {
            world.write_off(&borrower);
        }
        drawn.push(world.mutual_paid());
        world.suite().advance(DAY);
        world.poke();
    }
    assert_eq!(drawn[0], MUTUAL / 10);
    assert!(drawn[1] > drawn[0], "{drawn:?}");
    assert_eq!(drawn.last(), Some(&(25_000 * UNIT)), "{drawn:?}");
}
