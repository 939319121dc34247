//! The entry points besides `execute`: migration by the wasm admin alone and never to the same version, no `sudo`.

use ballast_testing::metering::scenarios::Target;
use ballast_testing::suite::Collateral;
use cosmwasm_std::{Empty, Event};
use cw_multi_test::Executor;

use crate::stage::{variant, Who, World, CONTRACTS};

// A1, M2: only the admin migrates, and only to a newer version of the same contract
#[test]
fn only_the_admin_migrates_and_only_forward() {
    let mut world = World::new(Collateral::Native);
    for target in CONTRACTS {
        let contract = world.contract(target);
        let codes = world.stage.suite.codes;
        let code = match target {
            Target::Market => codes.market,
            Target::Fund => codes.fund,
            Target::Governance => codes.governance,
            _ => codes.price_feed,
        };
        for caller in world.callers.clone() {
            let app = &mut world.stage.suite.app;
            let sender = caller.address.clone();
            let error = app
                .migrate_contract(sender, contract.clone(), &Empty {}, code)
                .unwrap_err();
            let typed = variant(&error);
            match (caller.who, target) {
                (Who::Owner, _) => assert_eq!(typed.unwrap(), "Migration(SameVersion"),
                _ => assert!(typed.is_err(), "{target:?} by {:?}", caller.who),
            }
        }
        // Another contract's state.
        let other = if target == Target::PriceFeed {
            codes.fund
        } else {
            codes.price_feed
        };
        let owner = world.address(Who::Owner);
        let app = &mut world.stage.suite.app;
        let error = app
            .migrate_contract(owner, contract, &Empty {}, other)
            .unwrap_err();
        let expected = "Migration(WrongContract";
        assert_eq!(variant(&error).unwrap(), expected, "{target:?}");
    }
}

// A1: there is no back door
#[test]
fn no_contract_has_sudo() {
    let mut world = World::new(Collateral::Native);
    for target in CONTRACTS {
        let contract = world.contract(target);
        let app = &mut world.stage.suite.app;
        assert!(app.wasm_sudo(contract, &Empty {}).is_err(), "{target:?}");
    }
}

// M1: a reply that nobody waits for is an error, whatever its id
#[test]
fn unknown_replies_are_errors() {
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Binary, Reply, SubMsgResponse, SubMsgResult};
    for id in [0, 9, 99, u64::MAX] {
        for failed in [false, true] {
            #[allow(deprecated)]
            let answer = SubMsgResponse {
                events: Vec::<Event>::new(),
                data: None,
                msg_responses: vec![],
            };
            let reply = Reply {
                id,
                payload: Binary::default(),
                gas_used: 0,
                result: if failed {
                    SubMsgResult::Err("no".to_owned())
                } else {
                    SubMsgResult::Ok(answer)
                },
            };
            let mut deps = mock_dependencies();
            let market =
                ballast_perp_market::entry::reply(deps.as_mut(), mock_env(), reply.clone());
            assert_eq!(
                market.unwrap_err(),
                ballast_perp_market::ContractError::UnknownReply { id }
            );
            let fund =
                ballast_insurance_fund::contract::reply(deps.as_mut(), mock_env(), reply.clone());
            assert_eq!(
                fund.unwrap_err(),
                ballast_insurance_fund::ContractError::UnknownReply { found: id }
            );
            let governance = ballast_governance::contract::reply(deps.as_mut(), mock_env(), reply);
            assert_eq!(
                governance.unwrap_err(),
                ballast_governance::ContractError::UnknownReply { found: id }
            );
        }
    }
}
