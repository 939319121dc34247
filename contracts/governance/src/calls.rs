//! What governance says to the suite's other contracts, and what it reads of their answers: the JSON of
//! `ballast_types::market` and `ballast_types::fund`, without the many messages and fields that it has no use for.
//! The whole types would bring the code that reads and writes all of them, and a chain limits a contract's size.
//! The tests below hold both to the same JSON.

use ballast_types::fund::TopUpKind;
use ballast_types::MarketId;
use cw20::Denom;
use serde::{Deserialize, Serialize};

use crate::parameter_set::ParameterSet;

/// A market's message that may be protective.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MarketCall {
    /// As [`ballast_types::market::ExecuteMsg::UpdateMarket`].
    UpdateMarket {
        /// The market.
        market: MarketId,
        /// All of them.
        parameters: ParameterSet,
    },
}

/// The fund's message that may be protective.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FundCall {
    /// As [`ballast_types::fund::ExecuteMsg::UpdateMarket`].
    UpdateMarket {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
        /// All of them.
        parameters: ParameterSet,
    },
}

/// How a deposit is forfeited.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FundDonation {
    /// As [`ballast_types::fund::ExecuteMsg::TopUp`] and, in a cw20 `Send`,
    /// [`ballast_types::fund::ReceiveMsg::TopUp`]. No market is named.
    TopUp {
        /// A donation.
        kind: TopUpKind,
    },
}

/// What a market is asked.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketQuestion {
    /// As [`ballast_types::market::QueryMsg::Market`].
    Market {
        /// The market.
        market: MarketId,
    },
}

/// What the fund is asked.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FundQuestion {
    /// As [`ballast_types::fund::QueryMsg::Config`].
    Config {},
    /// As [`ballast_types::fund::QueryMsg::Market`].
    Market {
        /// The market contract.
        contract: String,
        /// Its market.
        market: MarketId,
    },
}

/// Of a market's answer to [`MarketQuestion::Market`].
#[derive(Deserialize)]
pub struct MarketAnswer {
    /// What was listed.
    pub config: WithParameters,
}

/// Of a market's configuration, and of the fund's answer to [`FundQuestion::Market`].
#[derive(Deserialize)]
pub struct WithParameters {
    /// In force.
    pub parameters: ParameterSet,
}

/// Of the fund's answer to [`FundQuestion::Config`].
#[derive(Deserialize)]
pub struct WithCollateral {
    /// The one token of the ledger.
    pub collateral: Denom,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ballast_types::fund::{self, ClaimantParameters, TopUp};
    use ballast_types::market;
    use cosmwasm_std::{from_json, to_json_string};

    #[test]
    fn a_donation_is_read_by_the_fund() {
        let kind = TopUpKind::Donation;
        let said = to_json_string(&FundDonation::TopUp { kind }).unwrap();
        let meant = TopUp {
            contract: None,
            market: None,
            kind,
            state: None,
        };
        let direct: fund::ExecuteMsg = from_json(&said).unwrap();
        assert_eq!(direct, fund::ExecuteMsg::TopUp(meant.clone()));
        let sent: fund::ReceiveMsg = from_json(&said).unwrap();
        assert_eq!(sent, fund::ReceiveMsg::TopUp(meant));
    }

    #[test]
    fn questions_are_those_of_the_contracts() {
        let contract = "market".to_owned();
        assert_eq!(
            to_json_string(&MarketQuestion::Market { market: 7 }).unwrap(),
            to_json_string(&market::QueryMsg::Market { market: 7 }).unwrap()
        );
        assert_eq!(
            to_json_string(&FundQuestion::Config {}).unwrap(),
            to_json_string(&fund::QueryMsg::Config {}).unwrap()
        );
        let said = FundQuestion::Market {
            contract: contract.clone(),
            market: 7,
        };
        let meant = fund::QueryMsg::Market {
            contract,
            market: 7,
        };
        assert_eq!(
            to_json_string(&said).unwrap(),
            to_json_string(&meant).unwrap()
        );
    }

    #[test]
    fn a_reversal_is_read_by_the_contracts() {
        let parameters = ClaimantParameters {
            risk_weight_ppm: 30_000,
            open_interest_cap: 1_u128.into(),
            reserve_target: 2_u128.into(),
            isolated: false,
        };
        let set: ParameterSet = from_json(to_json_string(&parameters).unwrap()).unwrap();
        let (contract, market) = ("market".to_owned(), 7);
        let said = FundCall::UpdateMarket {
            contract: contract.clone(),
            market,
            parameters: set,
        };
        let meant = fund::ExecuteMsg::UpdateMarket {
            contract,
            market,
            parameters,
        };
        assert_eq!(
            to_json_string(&said).unwrap(),
            to_json_string(&meant).unwrap()
        );
    }
}
