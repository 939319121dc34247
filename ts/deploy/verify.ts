/**
 * Compares everything that a deployment promises with what the chain answers. A fact that differs is told with what was
 * expected and what was found; nothing is changed.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import type { SuiteQueries } from "../src/contracts.js";
import type { Denom, ProposalResponseForEmpty, Settings } from "../src/generated/Governance.types.js";
import type { ClaimantResponse, FundParameters } from "../src/generated/InsuranceFund.types.js";
import type { ExchangeParameters, MarketResponse } from "../src/generated/PerpMarket.types.js";
import type { FeedConfig } from "../src/generated/PriceFeed.types.js";
import type { Code, ContractName } from "./codes.js";
import type { Configuration } from "./config.js";
import { address } from "./config.js";
import { found } from "./context.js";
import { defaults } from "./defaults.js";
import { gifts, sumOf, topUps } from "./donations.js";
import type { Fact } from "./facts.js";
import { Facts } from "./facts.js";
import { verifyOrigins } from "./origins.js";
import { PAGE, pages } from "./pages.js";
import type { Wired } from "./wiring.js";
import { feedConfig, listing, suiteContracts } from "./wiring.js";

/** What is compared: a configuration, by somebody who only asks. */
export interface Subject {
  configuration: Configuration;
  client: CosmWasmClient;
}

/** The contracts of a deployment, and the token whose stakers vote. */
export interface Suite extends Wired {
  governanceToken: Denom;
}

/** As the fund names its share where nobody else does. */
const DEFAULT_SHARE = { name: "Ballast fund share", symbol: "BFS", decimals: 7 };
/** As governance says it of any other proposal. */
const NOT_PROTECTIVE = /is not an executed protective one/;

/** All facts of a deployment. */
export async function verify(subject: Subject, contracts: Suite, codes: Record<ContractName, Code>): Promise<Fact[]> {
  const facts = new Facts();
  await verifyOrigins(facts, subject, contracts, codes);
  await verifyGovernance(facts, subject, contracts);
  await verifyPriceFeed(facts, subject, contracts);
  await verifyFund(facts, subject, contracts);
  await verifyMarket(facts, subject, contracts);
  return facts.all;
}

/** How a proposal may still act: voted on, about to be executed, failed and to be tried again, or tightened something that anybody may revert. */
async function waits(governance: SuiteQueries["governance"], proposalId: number): Promise<string | undefined> {
  const { status } = await governance.lifecycle({ proposalId });
  if (["open", "queued", "ready", "execution_failed"].includes(status)) {
    return status;
  }
  if (status !== "executed") {
    return undefined;
  }
  const protective = await found(governance.protective({ proposalId }), NOT_PROTECTIVE);
  const loaded = protective !== undefined && !protective.confirmed && protective.steps.some(({ reverted }) => !reverted);
  return loaded ? "not confirmed: may be reverted" : undefined;
}

async function verifyGovernance(facts: Facts, { configuration }: Subject, { addresses, governanceToken, queries }: Suite): Promise<void> {
  const { governance } = configuration;
  const settings = {
    ...defaults<Settings>("governance", "settings"),
    ...governance.settings,
    contracts: suiteContracts(addresses),
  };
  const guardian = governance.guardian === undefined ? null : address(configuration, governance.guardian);
  await facts.ask("governance: token", governanceToken, () => queries.governance.config(), (found) => found.token);
  await facts.ask("governance: settings", settings, () => queries.governance.settings({}), (found) => found);
  await facts.ask("governance: guardian", guardian, () => queries.governance.config(), (found) => found.guardian);
  await facts.ask("governance: bootstrap is closed", null, () => queries.governance.config(), (found) => found.bootstrap);
  // Migrations and other owners would stand here.
  const waiting = async () => {
    const proposals = await pages((after: ProposalResponseForEmpty | undefined) =>
      queries.governance.reverseProposals({ limit: PAGE, startBefore: after?.id }).then(({ proposals: page }) => page),
    );
    const found = await Promise.all(proposals.map(async ({ id, title }) => ({ id, title, how: await waits(queries.governance, id) })));
    return found.filter(({ how }) => how !== undefined).map(({ id, title, how }) => `${id} (${how}): ${title}`);
  };
  await facts.ask("governance: proposals that wait", [], waiting, (found) => found);
}

async function verifyPriceFeed(facts: Facts, { configuration }: Subject, { addresses, queries }: Wired): Promise<void> {
  const ownership = { owner: addresses.governance, pending_owner: null, pending_expiry: null };
  const delay = configuration.price_feed?.adverse_delay_secs ?? defaults<number>("price-feed", "adverse_delay_secs");
  await facts.ask("price-feed: ownership", ownership, () => queries.priceFeed.ownership(), (found) => found);
  await facts.ask("price-feed: delay", delay, () => queries.priceFeed.config(), (found) => found.adverse_delay_secs);
  for (const market of configuration.markets) {
    const { feed } = market;
    if (feed !== undefined) {
      const expected = feedConfig(configuration, feed);
      await facts.ask(`feed ${feed.symbol}`, expected, () => queries.priceFeed.feed({ id: feed.id }), (found) => found);
    }
  }
  const ids = configuration.markets.flatMap(({ feed }) => (feed === undefined ? [] : [feed.id])).sort();
  await facts.ask("price-feed: feeds", ids, () => pages((after: FeedConfig | undefined) => queries.priceFeed.feeds({ limit: PAGE, startAfter: after?.id })), (found) =>
    found.map(({ id }) => id).sort(),
  );
  await facts.ask("price-feed: changes that wait", [], () => queries.priceFeed.pendingChanges({}), (found) => found);
}

async function verifyFund(facts: Facts, { configuration }: Subject, wired: Wired): Promise<void> {
  const { addresses, collateral, queries } = wired;
  const fund = queries.insuranceFund;
  const parameters = {
    ...defaults<FundParameters>("insurance-fund", "parameters"),
    ...configuration.insurance_fund?.parameters,
  };
  const ownership = { owner: addresses.governance, pending_owner: null, pending_expiry: null };
  await facts.ask("insurance-fund: ownership", ownership, () => fund.ownership(), (found) => found);
  await facts.ask("insurance-fund: collateral", collateral, () => fund.config(), (found) => found.collateral);
  await facts.ask("insurance-fund: parameters", parameters, () => fund.config(), (found) => found.parameters);
  for (const [number, market] of configuration.markets.entries()) {
    await facts.ask(
      `insurance-fund: standing of ${market.symbol}`,
      market.standing,
      () => fund.market({ contract: addresses.perpMarket, market: number }),
      (found) => found.parameters,
    );
  }
  // Anybody else who may claim could take what it holds.
  await facts.ask(
    "insurance-fund: who may claim",
    configuration.markets.map((_, number) => `${addresses.perpMarket}/${number}`),
    () => pages((after: ClaimantResponse | undefined) => fund.markets({ limit: PAGE, startAfter: after && [after.contract, after.market] })),
    (found) => found.map(({ contract, market }) => `${contract}/${market}`),
  );
  // Governance appoints them by proposals, later.
  await facts.ask("insurance-fund: treasury", null, () => fund.emergency(), (found) => found.treasury);
  await facts.ask("insurance-fund: recipient of surplus", null, () => fund.surplus(), (found) => found.recipient);
  const share = configuration.insurance_fund?.share_token ?? DEFAULT_SHARE;
  await facts.ask("insurance-fund: share token", share, () => fund.tokenInfo(), ({ name, symbol, decimals }) => ({ name, symbol, decimals }));
  await facts.ask("insurance-fund: ledger within its coins", true, () => fund.solvency(), ({ booked, bank, unaccounted }) =>
    BigInt(bank) - BigInt(booked) === BigInt(unaccounted),
  );
  await verifyDonations(facts, configuration, wired);
  await facts.ask("insurance-fund: owed", { deficits: "0", emergency_debt: "0" }, () => fund.solvency(), ({ deficits, emergency_debt }) => ({
    deficits,
    emergency_debt,
  }));
  await facts.ask("insurance-fund: changes that wait", [], () => fund.pendingChanges({}), (found) => found);
}

/** That what the file gives was given, by whomever. */
async function verifyDonations(facts: Facts, configuration: Configuration, { addresses, queries }: Wired): Promise<void> {
  const promised = gifts(configuration, addresses.perpMarket);
  if (promised.length === 0) {
    return;
  }
  // Asked once; where that fails, each fact tells it.
  const records = topUps(queries.insuranceFund);
  records.catch(() => undefined);
  for (const { what, amount, topUp } of promised) {
    const enough = `at least ${amount}`;
    await facts.ask(`insurance-fund: ${what} was given`, enough, () => records, (found) => {
      const given = sumOf(found, topUp, amount);
      return given >= amount ? enough : given.toString();
    });
  }
}

async function verifyMarket(facts: Facts, { configuration }: Subject, { addresses, collateral, queries }: Wired): Promise<void> {
  const market = queries.perpMarket;
  const ownership = { owner: addresses.governance, pending_owner: null, pending_expiry: null };
  const expected = {
    collateral,
    collateral_decimals: configuration.collateral_decimals,
    insurance_fund: addresses.insuranceFund,
    parameters: {
      ...defaults<ExchangeParameters>("perp-market", "exchange"),
      ...configuration.perp_market?.parameters,
    },
  };
  await facts.ask("perp-market: ownership", ownership, () => market.ownership(), (found) => found);
  await facts.ask("perp-market: configuration", expected, () => market.config(), (found) => ({
    collateral: found.collateral,
    collateral_decimals: found.collateral_decimals,
    insurance_fund: found.insurance_fund,
    parameters: found.parameters,
  }));
  await facts.ask("perp-market: number of markets", configuration.markets.length, () => market.config(), (found) => found.markets);
  for (const [number, configured] of configuration.markets.entries()) {
    await facts.ask(
      `perp-market: ${configured.symbol}`,
      listing(configured, addresses.priceFeed),
      () => market.market({ market: number }),
      (found) => found.config,
    );
  }
  const well = configuration.markets.map(({ symbol }) => ({ symbol, settling: null, deficit: "0", reduce_only: false }));
  await facts.ask("perp-market: no market is settled, short of coins or reduce-only", well, () => pages((after: MarketResponse | undefined) =>
    market.markets({ limit: PAGE, startAfter: after?.market })), (found) =>
    found.map(({ config, settling, deficit, reduce_only }) => ({ symbol: config.symbol, settling, deficit, reduce_only })),
  );
  await facts.ask("perp-market: not frozen", null, () => market.config(), (found) => found.frozen_until);
  await facts.ask("perp-market: claims that wait", [], () => market.pendingClaims({}), (found) => found);
  await facts.ask("perp-market: changes that wait", [], () => market.pendingChanges({}), (found) => found);
}
