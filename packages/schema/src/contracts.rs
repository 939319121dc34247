//! Which messages and answers belong to which contract.

use std::collections::BTreeMap;

use ballast_types::{fund, governance, market, price_feed};
use cosmwasm_schema::schemars::schema::RootSchema;
use cosmwasm_schema::{generate_api, schema_for};
use cosmwasm_std::Empty;
use serde_json::json;

use crate::Contract;

/// Every contract of the suite.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    vec![
        governance_contract(),
        insurance_fund(),
        perp_market(),
        price_feed_contract(),
    ]
}

fn perp_market() -> Contract {
    let change = || schema_for!(market::ChangeAnswer);
    Contract {
        name: "perp-market",
        api: generate_api! {
            name: "perp-market",
            instantiate: market::InstantiateMsg,
            execute: market::ExecuteMsg,
            query: market::QueryMsg,
            migrate: Empty,
        },
        answers: BTreeMap::from([
            ("withdraw", schema_for!(market::WithdrawAnswer)),
            (
                "process_withdrawals",
                schema_for!(market::ProcessWithdrawalsAnswer),
            ),
            ("transfer", schema_for!(market::TransferAnswer)),
            ("place_order", schema_for!(market::PlaceOrderAnswer)),
            ("batch", schema_for!(market::BatchAnswer)),
            ("remove_orders", schema_for!(market::RemoveOrdersAnswer)),
            (
                "place_trigger_order",
                schema_for!(market::PlaceTriggerOrderAnswer),
            ),
            (
                "execute_trigger_order",
                schema_for!(market::ExecuteTriggerOrderAnswer),
            ),
            ("liquidate", schema_for!(market::LiquidationAnswer)),
            ("deleverage", schema_for!(market::LiquidationAnswer)),
            ("list_market", change()),
            ("update_market", change()),
            ("update_oracle", change()),
            ("update_parameters", change()),
            ("set_insurance_fund", change()),
            ("settle_market", change()),
            ("settle", schema_for!(market::SettleAnswer)),
            ("delist_market", schema_for!(market::DelistAnswer)),
        ]),
        receive: Some(schema_for!(market::ReceiveMsg)),
        defaults: json!({
            "exchange": ballast_perp_market::parameters::default_exchange(),
            "market": ballast_perp_market::parameters::default_market(),
        }),
    }
}

fn insurance_fund() -> Contract {
    let change = || schema_for!(fund::ChangeAnswer);
    Contract {
        name: "insurance-fund",
        api: generate_api! {
            name: "insurance-fund",
            instantiate: fund::InstantiateMsg,
            execute: fund::ExecuteMsg,
            query: fund::QueryMsg,
            migrate: Empty,
        },
        answers: BTreeMap::from([
            ("top_up", schema_for!(fund::TopUpAnswer)),
            ("claim_shortfall", schema_for!(fund::ClaimAnswer)),
            ("appoint_treasury", change()),
            ("appoint_surplus_recipient", change()),
            ("register_market", change()),
            ("update_market", change()),
            ("update_parameters", change()),
        ]),
        receive: Some(schema_for!(fund::ReceiveMsg)),
        defaults: json!({ "parameters": ballast_insurance_fund::default_parameters() }),
    }
}

fn price_feed_contract() -> Contract {
    let change = || schema_for!(price_feed::ChangeAnswer);
    Contract {
        name: "price-feed",
        api: generate_api! {
            name: "price-feed",
            instantiate: price_feed::InstantiateMsg,
            execute: price_feed::ExecuteMsg,
            query: price_feed::QueryMsg,
            migrate: Empty,
        },
        answers: BTreeMap::from([
            ("set_feed", change()),
            ("remove_feed", change()),
            ("set_adverse_delay", change()),
        ]),
        receive: None,
        defaults: json!({
            "adverse_delay_secs": ballast_price_feed::validate::DEFAULT_ADVERSE_DELAY_SECS,
        }),
    }
}

fn governance_contract() -> Contract {
    Contract {
        name: "governance",
        api: generate_api! {
            name: "governance",
            instantiate: governance::InstantiateMsg,
            execute: governance::ExecuteMsg,
            query: governance::QueryMsg,
            migrate: Empty,
        },
        answers: BTreeMap::<&str, RootSchema>::from([
            ("propose", schema_for!(u64)),
            ("propose_protective", schema_for!(u64)),
        ]),
        receive: Some(schema_for!(governance::ReceiveMsg)),
        defaults: json!({ "settings": ballast_governance::parameters::default_settings() }),
    }
}
