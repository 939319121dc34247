/**
 * Compares everything that a deployment promises with what the chain answers. A fact that differs is told with what was
 * expected and what was found; nothing is changed.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { toUtf8 } from "@cosmjs/encoding";
import { decoded } from "../src/errors.js";
import type { Denom, Settings } from "../src/generated/Governance.types.js";
import type { ClaimantResponse, FundParameters } from "../src/generated/InsuranceFund.types.js";
import type { ExchangeParameters } from "../src/generated/PerpMarket.types.js";
import type { FeedConfig } from "../src/generated/PriceFeed.types.js";
import type { Code, ContractName } from "./codes.js";
import { CONTRACTS } from "./codes.js";
import type { Configuration } from "./config.js";
import { address } from "./config.js";
import { defaults } from "./defaults.js";
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

/** One thing that must hold. */
export interface Fact {
  what: string;
  expected: unknown;
  found: unknown;
  holds: boolean;
}

/** JSON without an order of its keys, and without fields that say nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as Record<string, unknown>)
      .filter(([, field]) => field !== null && field !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries.map(([key, field]) => [key, canonical(field)]));
  }
  return value ?? null;
}

/** Text of a value, the same for values that say the same. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(canonical(value));
}

/**
 * Where two values differ, field by field, so that a fact about thirty parameters tells the one that is wrong.
 *
 * @returns nothing where they are the same
 */
export function differences(expected: unknown, found: unknown, path = ""): { path: string; expected: unknown; found: unknown }[] {
  const [one, other] = [canonical(expected), canonical(found)];
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isRecord(one) && isRecord(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
  }
  return text(one) === text(other) ? [] : [{ path, expected: one, found: other }];
}

/** Collects facts. */
class Facts {
  readonly all: Fact[] = [];

  add(what: string, expected: unknown, found: unknown): void {
    const wrong = differences(expected, found);
    if (wrong.length === 0) {
      this.all.push({ what, expected, found, holds: true });
    }
    for (const difference of wrong) {
      const name = difference.path === "" ? what : `${what}: ${difference.path}`;
      this.all.push({ what: name, expected: difference.expected, found: difference.found, holds: false });
    }
  }

  /** A fact whose query may fail: what it fails with is what was found. */
  async ask<T>(what: string, expected: unknown, query: () => Promise<T>, read: (answer: T) => unknown): Promise<void> {
    try {
      this.add(what, expected, read(await decoded(query())));
    } catch (error) {
      this.all.push({ what, expected, found: `error: ${(error as Error).message}`, holds: false });
    }
  }
}

/** As many as a list answers at once. */
const PAGE = 50;

/** All pages of a list. */
async function all<T>(page: (after: T | undefined) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const more = await page(found.at(-1));
    found.push(...more);
    if (more.length < PAGE) {
      return found;
    }
  }
}

/** All facts of a deployment. */
export async function verify(subject: Subject, contracts: Suite, codes: Record<ContractName, Code>): Promise<Fact[]> {
  const facts = new Facts();
  await verifyCodes(facts, subject, contracts, codes);
  await verifyGovernance(facts, subject, contracts);
  await verifyPriceFeed(facts, subject, contracts);
  await verifyFund(facts, subject, contracts);
  await verifyMarket(facts, subject, contracts);
  return facts.all;
}

const ADDRESS_KEYS: Record<ContractName, keyof Wired["addresses"]> = {
  governance: "governance",
  "price-feed": "priceFeed",
  "insurance-fund": "insuranceFund",
  "perp-market": "perpMarket",
};

async function verifyCodes(facts: Facts, { client }: Subject, contracts: Wired, codes: Record<ContractName, Code>): Promise<void> {
  for (const name of CONTRACTS) {
    const contract = contracts.addresses[ADDRESS_KEYS[name]];
    const info = () => client.getContract(contract);
    await facts.ask(`${name}: wasm admin`, contracts.addresses.governance, info, ({ admin }) => admin);
    await facts.ask(
      `${name}: code hash`,
      codes[name].checksum,
      async () => client.getCodeDetails((await info()).codeId),
      ({ checksum }) => checksum.toLowerCase(),
    );
    // Code that was there before could have written anything, whatever the code is now.
    await facts.ask(
      `${name}: code hashes so far`,
      [codes[name].checksum],
      async () => Promise.all((await client.getContractCodeHistory(contract)).map(async ({ codeId }) => client.getCodeDetails(codeId))),
      (history) => history.map(({ checksum }) => checksum.toLowerCase()),
    );
    // Where cw2 keeps what a contract is.
    await facts.ask(
      `${name}: contract`,
      `crates.io:ballast-${name}`,
      () => client.queryContractRaw(contract, toUtf8("contract_info")),
      (raw) => (raw === null ? null : (JSON.parse(new TextDecoder().decode(raw)) as { contract: string }).contract),
    );
  }
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
  await facts.ask("price-feed: feeds", ids, () => all((after: FeedConfig | undefined) => queries.priceFeed.feeds({ limit: PAGE, startAfter: after?.id })), (found) =>
    found.map(({ id }) => id).sort(),
  );
  await facts.ask("price-feed: changes that wait", [], () => queries.priceFeed.pendingChanges({}), (found) => found);
}

async function verifyFund(facts: Facts, { configuration }: Subject, { addresses, collateral, queries }: Wired): Promise<void> {
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
    () => all((after: ClaimantResponse | undefined) => fund.markets({ limit: PAGE, startAfter: after && [after.contract, after.market] })),
    (found) => found.map(({ contract, market }) => `${contract}/${market}`),
  );
  // Governance appoints them by proposals, later.
  await facts.ask("insurance-fund: treasury", null, () => fund.emergency(), (found) => found.treasury);
  await facts.ask("insurance-fund: recipient of surplus", null, () => fund.surplus(), (found) => found.recipient);
  const share_token = configuration.insurance_fund?.share_token;
  if (share_token !== undefined) {
    await facts.ask("insurance-fund: share token", share_token, () => fund.tokenInfo(), ({ name, symbol, decimals }) => ({ name, symbol, decimals }));
  }
  await facts.ask("insurance-fund: ledger within its coins", true, () => fund.solvency(), ({ booked, bank, unaccounted }) =>
    BigInt(bank) - BigInt(booked) === BigInt(unaccounted),
  );
  const least = BigInt(configuration.insurance_fund?.mutual ?? 0);
  if (least > 0n) {
    // Fees and claims move it later; that it was given once is in the fund's record.
    await facts.ask("insurance-fund: level", "at least healthy", () => fund.solvency(), ({ level, coverage_ppm }) =>
      level === "surplus" || level === "healthy" ? "at least healthy" : `${level}, coverage ${coverage_ppm} ppm`,
    );
  }
  await facts.ask("insurance-fund: changes that wait", [], () => fund.pendingChanges({}), (found) => found);
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
  await facts.ask("perp-market: changes that wait", [], () => market.pendingChanges({}), (found) => found);
}
