/** Clients of Ballast's contracts, and what is needed to use them: numbers, prices, events, answers, errors. */
export * from "./connect.js";
export * from "./contracts.js";
export * from "./decimals.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./scale.js";

// Types of messages and answers, a namespace a contract: some names mean different things in two of them.
export type * as Governance from "./generated/Governance.types.js";
export type * as InsuranceFund from "./generated/InsuranceFund.types.js";
export type * as PerpMarket from "./generated/PerpMarket.types.js";
export type * as PriceFeed from "./generated/PriceFeed.types.js";
export type * as GovernanceAnswers from "./generated/GovernanceAnswers.types.js";
export type * as InsuranceFundAnswers from "./generated/InsuranceFundAnswers.types.js";
export type * as PerpMarketAnswers from "./generated/PerpMarketAnswers.types.js";
export type * as PriceFeedAnswers from "./generated/PriceFeedAnswers.types.js";
export { GovernanceClient, GovernanceQueryClient } from "./generated/Governance.client.js";
export { InsuranceFundClient, InsuranceFundQueryClient } from "./generated/InsuranceFund.client.js";
export { PerpMarketClient, PerpMarketQueryClient } from "./generated/PerpMarket.client.js";
export { PriceFeedClient, PriceFeedQueryClient } from "./generated/PriceFeed.client.js";
