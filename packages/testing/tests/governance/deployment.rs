//! Governance owns every contract from its first block, and is its wasm admin and its own.

use ballast_types::governance::{ConfigResponse, QueryMsg};
use cosmwasm_std::{Empty, WasmMsg};

use crate::Governed;

#[test]
fn governance_owns_everything_from_the_first_block() {
    let world = Governed::new();
    world.check();
    let suite = &world.suite;
    let governance = suite.governance().unwrap();
    for contract in [&suite.market, &suite.fund, &suite.price_feed] {
        let ownership: cw_ownable::Ownership<String> = suite
            .app
            .wrap()
            .query_wasm_smart(contract, &ballast_types::price_feed::QueryMsg::Ownership {})
            .unwrap();
        assert_eq!(ownership.owner.as_deref(), Some(governance.as_str()));
        assert!(ownership.pending_owner.is_none());
        let data = suite.app.contract_data(contract).unwrap();
        assert_eq!(data.admin.as_ref(), Some(&governance));
    }
    let own = suite.app.contract_data(&governance).unwrap();
    assert_eq!(own.admin, Some(governance), "its own admin");
    let config: ConfigResponse = suite.ask_governance(&QueryMsg::Config {}).unwrap();
    assert_eq!(config.bootstrap, None, "used");
    assert_eq!(config.settings.contracts.len(), 3);
}

/// M2: a migration through governance reaches the contract's own check: the same version is refused there,
/// the failure is recorded, and nothing is migrated.
#[test]
fn migrations_go_through_governance_and_the_contracts_own_check() {
    let mut world = Governed::new();
    let migrate = |contract: &cosmwasm_std::Addr, code| {
        WasmMsg::Migrate {
            contract_addr: contract.to_string(),
            new_code_id: code,
            msg: cosmwasm_std::to_json_binary(&Empty {}).unwrap(),
        }
        .into()
    };
    let suite = &world.suite;
    let governance = suite.governance().unwrap();
    let msgs = [
        migrate(&suite.market, suite.codes.market),
        migrate(&suite.fund, suite.codes.fund),
        migrate(&suite.price_feed, suite.codes.price_feed),
        migrate(&governance, suite.codes.governance),
    ];
    for msg in msgs {
        let ann = world.ann.clone();
        let id = world.suite.propose(&ann, vec![msg]).unwrap();
        let life = world.suite.lifecycle(id).unwrap();
        assert_eq!(life.ready_at, Some(world.suite.now() + 21 * crate::DAY));
        world.suite.wait_until_ready(id).unwrap();
        world.suite.execute_proposal(id).unwrap();
        assert_eq!(
            world.suite.lifecycle(id).unwrap().failures,
            1,
            "the same version"
        );
        world.check();
    }
}
