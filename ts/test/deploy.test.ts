import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBech32 } from "@cosmjs/encoding";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Configuration, Step } from "../deploy/index.js";
import { deploy, factLine, loadConfiguration, MemoryState, readConfiguration, ROOT, StateFile, summary, WaitingError } from "../deploy/index.js";
import { FakeChain } from "./fake-chain.js";

// A valid address, which instantiate2 needs; nobody's key.
const DEPLOYER = toBech32("wasm", new Uint8Array(20));
const CHAIN = "ballast-local-1";
const NAMES = ["deployer", "guardian", "feeder-1", "feeder-2", "feeder-3"];

let folder: string;
let configuration: Configuration;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ballast-deploy-"));
  const artifacts = join(folder, "artifacts");
  mkdirSync(join(artifacts, "test"), { recursive: true });
  for (const name of ["governance", "price-feed", "insurance-fund", "perp-market", "test/cw20-base"]) {
    writeFileSync(join(artifacts, `${name}.wasm`), name);
  }
  const accounts = Object.fromEntries(NAMES.map((name) => [name, { address: `wasm1${name}`, hdPath: "m/44'/118'/0'/0/0" }]));
  const network = { chainId: CHAIN, rpc: "", addressPrefix: "wasm", gasPrice: "0ustake", mnemonic: "", accounts };
  writeFileSync(join(folder, "network.json"), JSON.stringify(network));
  process.env["BALLAST_LOCALNET"] = folder;
  configuration = { ...loadConfiguration("local"), artifacts };
  delete process.env["BALLAST_LOCALNET"];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chain(): FakeChain {
  return new FakeChain(CHAIN, (wasm) => Buffer.from(wasm).toString().replace("test/", ""));
}

/** A deployment whose feeders have pushed prices, or not. */
async function run(fake: FakeChain, options: { store?: MemoryState; dryRun?: boolean; configuration?: Configuration } = {}) {
  const steps: Step[] = [];
  const deployment = await deploy({
    configuration: withoutKeys(options.configuration ?? configuration),
    store: options.store ?? new MemoryState(),
    signer: fake.signer(DEPLOYER),
    dryRun: options.dryRun ?? false,
    tell: (step) => steps.push(step),
  });
  return { deployment, steps };
}

/** The fake chain has no keys of feeders: prices are there, or are waited for. */
function withoutKeys(full: Configuration): Configuration {
  const markets = full.markets.map((market) => {
    const { initial_price: _, ...feed } = market.feed ?? { initial_price: "", id: "", symbol: "", expo: 0, quorum: 1, max_age_secs: 1, feeders: [] };
    return market.feed === undefined ? market : { ...market, feed };
  });
  return { ...full, markets };
}

/** Runs until the feeders are waited for, lets them push, and returns the state. */
async function untilPrices(fake: FakeChain, full = configuration): Promise<MemoryState> {
  const store = new MemoryState();
  await expect(run(fake, { store, configuration: full })).rejects.toBeInstanceOf(WaitingError);
  pushPrices(fake);
  return store;
}

function pushPrices(fake: FakeChain): void {
  const feed = [...fake.contracts.values()].find(({ name }) => name === "price-feed");
  for (const id of feed?.items.keys() ?? []) {
    feed?.prices.set(id, { price: "1", publish_time: fake.seconds });
  }
}

describe("a deployment", () => {
  it("waits for prices, goes on, and then finds everything right", async () => {
    const fake = chain();
    const store = await untilPrices(fake);
    const { deployment } = await run(fake, { store });
    expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
    expect(deployment.facts.length).toBeGreaterThan(25);
    const { governance } = deployment.addresses;
    for (const { admin, owner, name } of fake.contracts.values()) {
      expect([name, admin]).toEqual([name, governance]);
      expect([name, owner]).toEqual([name, name === "governance" ? "" : governance]);
    }
    expect(deployment.markets).toEqual(["BTC-PERP", "ETH-PERP"]);
    expect(summary(deployment)).toContain(governance);

    // Long after: prices are stale by then, and nobody's business here any more.
    fake.seconds += 86_400;
    const before = fake.transactions;
    const again = await run(fake, { store });
    expect(again.deployment.changes).toBe(0);
    expect(fake.transactions).toBe(before);
    expect(again.steps.every(({ status }) => status === "right")).toBe(true);
    expect(again.deployment.addresses).toEqual(deployment.addresses);
  });

  it("resumes wherever it was interrupted, and ends the same", async () => {
    const whole = chain();
    const { deployment } = await run(whole, { store: await untilPrices(whole) });
    for (let broken = 0; broken < whole.transactions; broken += 1) {
      const fake = chain();
      const store = new MemoryState();
      fake.failAt = broken;
      // Twice: up to the prices, and after them. One of both is interrupted.
      const attempts = [];
      for (let attempt = 0; attempt < 4; attempt += 1) {
        attempts.push(await run(fake, { store }).then(({ deployment: done }) => done, (error: Error) => error));
        pushPrices(fake);
      }
      expect(attempts.filter((attempt) => attempt instanceof Error && !(attempt instanceof WaitingError))).toHaveLength(1);
      expect(attempts[3]).toMatchObject({ addresses: deployment.addresses, changes: 0 });
      expect(fake.transactions).toBe(whole.transactions);
      expect([...fake.contracts.values()].map(({ topUps }) => topUps.length)).toEqual(
        [...whole.contracts.values()].map(({ topUps }) => topUps.length),
      );
    }
  });

  it("finds its contracts by their addresses where the state was lost, and stores only code", async () => {
    const fake = chain();
    const { deployment } = await run(fake, { store: await untilPrices(fake) });
    const { deployment: again, steps } = await run(fake);
    expect(again.addresses).toEqual(deployment.addresses);
    expect(steps.filter(({ status }) => status === "done").map(({ what }) => what.slice(0, 13))).toEqual(
      Array.from({ length: 4 }, () => "store code of"),
    );
  });

  it("does nothing in a dry run, and says what it would do", async () => {
    const fake = chain();
    const { deployment, steps } = await run(fake, { dryRun: true });
    expect(fake.transactions).toBe(0);
    expect(deployment.facts).toEqual([]);
    expect(steps.filter(({ status }) => status === "would").map(({ what }) => what)).toEqual(
      expect.arrayContaining(["instantiate governance", "set feed BTC/USD", "offer the price feed to governance"]),
    );
  });

  it("reports what is wrong with what was expected and found, and changes nothing of it", async () => {
    const fake = chain();
    const store = await untilPrices(fake);
    const { deployment } = await run(fake, { store });
    const market = fake.at(deployment.addresses.perpMarket);
    market.owner = "wasm1thief";
    (market.config["parameters"] as Record<string, unknown>)["max_fills"] = 7;
    fake.at(deployment.addresses.insuranceFund).admin = DEPLOYER;
    const { deployment: again } = await run(fake, { store });
    expect(again.changes).toBe(0);
    expect(again.facts.filter(({ holds }) => !holds).map(factLine)).toEqual([
      `WRONG  insurance-fund: wasm admin: expected ${deployment.addresses.governance}, found ${DEPLOYER}`,
      `WRONG  perp-market: ownership: owner: expected ${deployment.addresses.governance}, found wasm1thief`,
      "WRONG  perp-market: configuration: parameters.max_fills: expected 50, found 7",
    ]);
  });

  it("makes a cw20 for collateral where it is told to", async () => {
    const fake = chain();
    const collateral = { new_cw20: { name: "Test dollar", symbol: "TUSD", balances: { deployer: "5" }, minter: "deployer" } };
    const cw20 = { ...configuration, collateral, insurance_fund: {} };
    const { deployment } = await run(fake, { store: await untilPrices(fake, cw20), configuration: cw20 });
    expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
    const token = "cw20" in deployment.collateral ? deployment.collateral.cw20 : "";
    expect(fake.at(token).config).toMatchObject({
      decimals: 6,
      initial_balances: [{ address: "wasm1deployer", amount: "5" }],
      mint: { minter: "wasm1deployer" },
    });
    expect(fake.at(deployment.addresses.perpMarket).config["collateral"]).toEqual({ cw20: token });
  });
});

describe("a configuration", () => {
  const minimal = () => ({
    chain: { rpc: "", chain_id: "c", address_prefix: "wasm", gas_price: "0u" },
    collateral: { native: "u" },
    collateral_decimals: 6,
    governance: { token: { native: "g" } },
    markets: configuration.markets,
  });

  it("is refused with what was expected", () => {
    const read = (change: object) => () => readConfiguration({ ...minimal(), ...change }, "x", ROOT);
    const [market] = configuration.markets;
    expect(read({})).not.toThrow();
    expect(read({ collateral: undefined })).toThrow('x: expected "collateral", found none');
    expect(read({ markets: [{ ...market, feed: undefined }] })).toThrow('BTC-PERP: expected either "feed" or "pyth"');
    expect(read({ markets: [{ ...market, lot_size: "3" }] })).toThrow("tick and lot");
    expect(read({ markets: Array.from({ length: 10 }, () => market) })).toThrow("at most 9 markets, found 10");
  });

  it("of the template is complete, but for what stands in capitals", () => {
    const template = loadConfiguration(join(ROOT, "networks", "testnet.template.jsonc"));
    expect(template.markets[0]?.feed?.feeders).toHaveLength(3);
    expect(template.chain.test_accounts).toBeUndefined();
  });
});

it("state of another chain is not used, and a file survives", () => {
  const path = join(folder, "state", "local.json");
  const store = new StateFile(path);
  store.save({ chain_id: "one", codes: { ab: 1 }, contracts: {} });
  expect(store.load("one").codes).toEqual({ ab: 1 });
  expect(store.load("two").codes).toEqual({});
});
