//! The code of now reads every record of a migrated state: a layout that changes without a migration is found here.

use ballast_testing::fixtures::Part;
use cosmwasm_std::{StdResult, Storage};

use crate::{migrated, old_versions};

/// Reads every record of these maps and items with their own types, and counts them.
macro_rules! count {
    ($storage:expr, maps [$($map:expr),* $(,)?], items [$($item:expr),* $(,)?]) => {{
        let mut found = 0;
        $({
            let records: StdResult<Vec<_>> =
                $map.range($storage, None, None, cosmwasm_std::Order::Ascending).collect();
            found += records.unwrap_or_else(|error| panic!("{}: {error}", stringify!($map))).len();
        })*
        $({
            let record = $item.may_load($storage);
            let record = record.unwrap_or_else(|error| panic!("{}: {error}", stringify!($item)));
            found += usize::from(record.is_some());
        })*
        found
    }};
}

/// cw2's and cw-ownable's.
fn of_dependencies(storage: &dyn Storage) -> usize {
    cw2::get_contract_version(storage).unwrap();
    1 + usize::from(cw_ownable::get_ownership(storage).is_ok())
}

fn market(storage: &dyn Storage) -> usize {
    use ballast_perp_market::state::*;
    count!(
        storage,
        maps[
            MARKETS,
            MARKET_STATES,
            PRICE_SAMPLES,
            ACCOUNTS,
            ACCOUNT_NUMBERS,
            ORDERS,
            ACCOUNT_ORDERS,
            CLIENT_ORDERS,
            DELEGATES,
            DELEVERAGE_QUEUE,
            PENDING_CLAIMS,
            DELEVERAGE_CURSORS,
            WITHDRAWALS,
            GATE_CAUSES,
            GATE_ENDS,
            PENDING_CHANGES,
            MAINTENANCE_RAISED,
            TRIGGER_ORDERS,
            ACCOUNT_TRIGGER_ORDERS,
        ],
        items[
            CONFIG,
            VAULT,
            MARKET_COUNT,
            NEXT_ACCOUNT,
            NEXT_CLAIM,
            RETIRED_FEES,
            GATE,
            NEXT_CHANGE,
        ]
    )
}

fn fund(storage: &dyn Storage) -> usize {
    use ballast_insurance_fund::state::*;
    count!(
        storage,
        maps[
            EXITS,
            SHARE_BASES,
            DEBTORS,
            CONTRACTS,
            CLAIMANTS,
            STANDINGS,
            REPORT_INDEX,
            CLAIMS,
            TOP_UPS,
            PENDING_CHANGES,
            cw20_base::state::BALANCES,
            cw20_base::state::ALLOWANCES,
            cw20_base::state::ALLOWANCES_SPENDER,
        ],
        items[
            CONFIG,
            PARAMETERS,
            BOOKS,
            MUTUAL_HIGHS,
            TREASURY,
            SURPLUS,
            NEXT_CHANGE,
            cw20_base::state::TOKEN_INFO,
        ]
    )
}

fn feeds(storage: &dyn Storage) -> usize {
    use ballast_price_feed::state::*;
    count!(
        storage,
        maps[FEEDS, PRICES, REMOVED_FEEDS, PENDING_CHANGES],
        items[ADVERSE_DELAY_SECS, NEXT_CHANGE]
    )
}

fn governance(storage: &dyn Storage) -> usize {
    use ballast_governance::state::*;
    count!(
        storage,
        maps[
            SETTINGS,
            CANCELLED,
            PROTECTIVE,
            STAKERS,
            STAKES,
            TOTALS,
            CLAIMS,
            DEPOSITS,
            PROPOSALS,
            STANDINGS,
            BALLOTS,
            UNFINISHED,
        ],
        items[TOKEN, GUARDIAN, FREEZE, BOOTSTRAP, EXECUTING]
    )
}

// M2
#[test]
fn m2_every_record_of_an_old_state_is_read() {
    for version in old_versions() {
        let suite = migrated(&version).suite;
        for part in Part::ALL {
            let address = part.address(&suite).unwrap();
            let storage = suite.storage_of(&address);
            let storage = storage.as_ref();
            let read = match part {
                Part::PerpMarket => market(storage),
                Part::InsuranceFund => fund(storage),
                Part::PriceFeed => feeds(storage),
                Part::Governance => governance(storage),
            };
            let all = suite.app.dump_wasm_raw(&address).len();
            assert_eq!(read + of_dependencies(storage), all, "{version} {part:?}");
        }
    }
}
