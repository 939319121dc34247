import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBech32 } from "@cosmjs/encoding";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Configuration, Step } from "../deploy/index.js";
import { check, deploy, factLine, loadConfiguration, MemoryState, pushNow, readConfiguration, ROOT, StateFile, summary, WaitingError } from "../deploy/index.js";
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

  it("finds its contracts, and their codes, by their addresses where the state was lost", async () => {
    const fake = chain();
    const { deployment } = await run(fake, { store: await untilPrices(fake) });
    const before = fake.transactions;
    const { deployment: again } = await run(fake);
    expect(again).toEqual({ ...deployment, changes: 0 });
    expect(fake.transactions).toBe(before);
    // A contract that was migrated since is of another code: the bytes that were asked for are stored.
    fake.codes.push({ checksum: "00", name: "perp-market" });
    fake.at(deployment.addresses.perpMarket).codeId = fake.codes.length;
    const { steps } = await run(fake);
    expect(steps.filter(({ status }) => status === "done").map(({ what }) => what)).toEqual([expect.stringContaining("store code of perp-market")]);
  });

  it("is verified without a key, by the address of its governance", async () => {
    const fake = chain();
    const { deployment } = await run(fake, { store: await untilPrices(fake) });
    const { client } = fake.signer(DEPLOYER);
    const { governance, insuranceFund, priceFeed } = deployment.addresses;
    const asked = { configuration: withoutKeys(configuration), client, governance };
    const { changes: _, deployer: __, ...found } = deployment;
    const before = fake.transactions;
    const { standing, ...verified } = await check(asked);
    expect(verified).toEqual(found);
    expect(standing).toMatchObject({ "market: accounts hold": "0", "market: open interest of BTC-PERP": "0", "governance: staked, atoms": "0" });
    expect(fake.transactions).toBe(before);

    fake.at(insuranceFund).owner = DEPLOYER;
    fake.at(governance).config["token"] = { native: "other" };
    const { facts } = await check(asked);
    expect(facts.filter(({ holds }) => !holds).map(factLine)).toEqual([
      'WRONG  governance: token: native: expected ustk, found other',
      `WRONG  insurance-fund: ownership: owner: expected ${governance}, found ${DEPLOYER}`,
    ]);

    // What a hostile deployer could have done besides, with governance's own hand or with code that is there no more.
    const [fund, market, feed] = [fake.at(insuranceFund), fake.at(deployment.addresses.perpMarket), fake.at(priceFeed)];
    fund.owner = governance;
    fake.at(governance).config["token"] = { native: "ustk" };
    fund.items.set(`${DEPLOYER}/0`, {});
    fund.config["treasury"] = DEPLOYER;
    fund.config["recipient"] = DEPLOYER;
    market.items.set("2", { now: { settling: { price: "1", since: 5 } } });
    market.config["frozen_until"] = 7;
    market.config["pending_claims"] = [{}];
    market.made["insurance_fund"] = DEPLOYER;
    fund.made["owner"] = DEPLOYER;
    fake.at(governance).config["proposed"] = [{ id: 1, status: "queued", title: "migrate" }, { id: 2, status: "executed", title: "done" }];
    feed.items.set("ff", { id: "ff" });
    fake.codes.push({ checksum: "00", name: "evil" });
    market.before.push(fake.codes.length);
    const told = (await check(asked)).facts.filter(({ holds }) => !holds).map(({ what }) => what);
    expect(told).toEqual([
      "perp-market: code hashes so far",
      "insurance-fund: made for: owner",
      "perp-market: made for: insurance_fund",
      "governance: proposals that wait",
      "price-feed: feeds",
      "insurance-fund: who may claim",
      "insurance-fund: treasury",
      "insurance-fund: recipient of surplus",
      "perp-market: number of markets",
      "perp-market: no market is settled, short of coins or reduce-only",
      "perp-market: not frozen",
      "perp-market: claims that wait",
    ]);

    // What is no governance, or one before its bootstrap.
    await expect(check({ ...asked, governance: DEPLOYER })).rejects.toThrow(`expected a governance of Ballast at ${DEPLOYER}`);
    await expect(check({ ...asked, governance: priceFeed })).rejects.toThrow(`expected a governance of Ballast at ${priceFeed}`);
    (fake.at(governance).config["settings"] as Record<string, unknown>)["contracts"] = [];
    await expect(check(asked)).rejects.toThrow("expected a governance that names its perp market, found none");
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

  it("says in a dry run that there is nothing to do where all is done", async () => {
    const fake = chain();
    const store = await untilPrices(fake);
    await run(fake, { store });
    const { deployment, steps } = await run(fake, { store, dryRun: true });
    expect(deployment.changes).toBe(0);
    expect(steps.every(({ status }) => status === "right")).toBe(true);
  });

  it("gives once, whatever the file says later; where the state was lost, what is missing", async () => {
    const fake = chain();
    const store = await untilPrices(fake);
    await run(fake, { store });
    const more = { ...configuration, insurance_fund: { ...configuration.insurance_fund, mutual: "1000000000001" } };
    const before = fake.transactions;
    const { steps } = await run(fake, { store, configuration: more });
    const told = steps.find(({ what }) => what === "mutual reserve");
    expect(told).toMatchObject({ status: "right", detail: expect.stringContaining("the file says 1000000.000001 units") as string });
    expect(fake.transactions).toBe(before);
    const lost = await run(fake, { configuration: more });
    expect(lost.steps.filter(({ status }) => status === "done").map(({ what }) => what)).toEqual(["give 0.000001 units to the mutual reserve"]);
    expect(lost.deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
  });

  it("sets a feed again that became another in the file, while it may", async () => {
    const fake = chain();
    const store = new MemoryState();
    await expect(run(fake, { store })).rejects.toBeInstanceOf(WaitingError);
    const markets = configuration.markets.map((market, number) =>
      number === 0 && market.feed ? { ...market, feed: { ...market.feed, max_age_secs: 60 } } : market,
    );
    const changed = { ...configuration, markets };
    await expect(run(fake, { store, configuration: changed })).rejects.toBeInstanceOf(WaitingError);
    pushPrices(fake);
    const { deployment } = await run(fake, { store, configuration: changed });
    expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
  });

  it("refuses another salt with the state of a suite", async () => {
    const fake = chain();
    const store = await untilPrices(fake);
    const other = { ...configuration, salt: "other" };
    await expect(run(fake, { store, configuration: other })).rejects.toThrow('expected the salt "ballast"');
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

  it("is the same however the file writes a number or an address", async () => {
    const fake = chain();
    const full = { ...configuration, governance: { ...configuration.governance, settings: { quorum: "0.20" }, guardian: DEPLOYER.toUpperCase() } };
    const padded = {
      ...full,
      markets: full.markets.map((market) => ({ ...market, tick_size: `0${market.tick_size}`, standing: { ...market.standing, reserve_target: `00${market.standing.reserve_target}` } })),
    };
    const plain = { ...full, governance: { ...full.governance, settings: { quorum: "0.2" }, guardian: DEPLOYER } };
    const { deployment } = await run(fake, { store: await untilPrices(fake, plain as Configuration), configuration: plain as Configuration });
    expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
    const asked = { configuration: withoutKeys(padded as Configuration), client: fake.signer(DEPLOYER).client, governance: deployment.addresses.governance };
    expect((await check(asked)).facts.filter(({ holds }) => !holds)).toEqual([]);
  });

  it("makes a cw20 for collateral where it is told to", async () => {
    const fake = chain();
    const collateral = { new_cw20: { name: "Test dollar", symbol: "TUSD", balances: { deployer: "5" }, minter: "deployer" } };
    const cw20 = { ...configuration, collateral, insurance_fund: { share_token: { name: "Share", symbol: "SHR", decimals: 6 } } };
    const { deployment } = await run(fake, { store: await untilPrices(fake, cw20), configuration: cw20 });
    expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
    const token = "cw20" in deployment.collateral ? deployment.collateral.cw20 : "";
    expect(fake.at(token).config).toMatchObject({
      decimals: 6,
      initial_balances: [{ address: "wasm1deployer", amount: "5" }],
      mint: { minter: "wasm1deployer" },
    });
    expect(fake.at(deployment.addresses.perpMarket).config["collateral"]).toEqual({ cw20: token });
    const { addresses } = deployment;
    const verified = await check({ configuration: withoutKeys(cw20), client: fake.signer(DEPLOYER).client, governance: addresses.governance });
    expect(verified.facts).toEqual(deployment.facts);

    // A token that somebody can mint or migrate is not the one of the file.
    Object.assign(fake.at(token).config, { symbol: "EVIL", mint: { minter: DEPLOYER } });
    fake.at(token).admin = DEPLOYER;
    (fake.at(token).made["initial_balances"] as { amount: string }[])[0]!.amount = "6";
    const asked = { configuration: withoutKeys(cw20), client: fake.signer(DEPLOYER).client, governance: addresses.governance };
    const { facts } = await check(asked);
    expect(facts.filter(({ holds }) => !holds).map(factLine)).toEqual([
      `WRONG  collateral: wasm admin: expected null, found ${DEPLOYER}`,
      "WRONG  collateral: what it is: symbol: expected TUSD, found EVIL",
      `WRONG  collateral: minter: expected wasm1deployer, found ${DEPLOYER}`,
      'WRONG  collateral: first holders: expected [{"address":"wasm1deployer","amount":"5"}], found [{"address":"wasm1deployer","amount":"6"}]',
    ]);
    const native = { ...cw20, collateral: { native: "uusd" } };
    expect((await check({ ...asked, configuration: native })).facts.some(({ what, holds }) => !holds && what.startsWith("insurance-fund: collateral"))).toBe(true);
  });
});

describe("prices", () => {
  it("are pushed as the feeders whose keys are there", async () => {
    const fake = chain();
    const { deployment } = await run(fake, { store: await untilPrices(fake) });
    const feeders = ["wasm1feeder-1", "wasm1feeder-2", "wasm1feeder-3"].map((feeder) => fake.signer(feeder));
    const network = {
      configuration,
      client: fake.signer(DEPLOYER).client,
      signerFor: async (wanted: string) => feeders.find(({ address }) => address === wanted),
      priceFeed: deployment.addresses.priceFeed,
    };
    const [btc, eth] = configuration.markets.map(({ feed }) => feed?.id);
    const last = (id: string | undefined) => fake.at(network.priceFeed).prices.get(id ?? "");

    fake.seconds += 7;
    const before = fake.transactions;
    for (const [prices, words] of [
      [[["BTC-PERP", "1"], ["BTC/USD", "2"]], "expected one price for BTC-PERP, which is also BTC/USD, found 1 and 2"],
      [[["BTC-PERP", "0.000000001"]], "BTC/USD: expected a price of 0.00000001 to 92233720368.54775807, found 0.000000001"],
      [[["BTC-PERP", "92233720369"]], "found 92233720369"],
    ] as [[string, string][], string][]) {
      await expect(pushNow(network, new Map(prices))).rejects.toThrow(words);
    }
    expect([...(await pushNow(network, new Map([["BTC-PERP", "19999.5"]])))]).toEqual([["BTC/USD", "19999.5"], ["ETH/USD", "1500"]]);
    expect(fake.transactions - before).toBe(3);
    expect(last(btc)).toMatchObject({ price: "1999950000000", conf: "0", publish_time: fake.seconds });
    expect(last(eth)).toMatchObject({ price: "150000000000" });
    await pushNow(network, new Map([["ETH/USD", "1"]]));
    expect(last(eth)).toMatchObject({ price: "100000000" });

    await expect(pushNow(network, new Map([["DOGE", "1"]]))).rejects.toThrow('expected one of BTC-PERP, BTC/USD, ETH-PERP, ETH/USD, found "DOGE"');
    const keyless = { ...network, signerFor: async () => undefined };
    await expect(pushNow(keyless, new Map())).rejects.toThrow("feed BTC/USD: expected the keys of 2 of its feeders, found 0");
  });
});

describe("a configuration", () => {
  const minimal = () => ({
    chain: { rpc: "http://r", chain_id: "c", address_prefix: "wasm", gas_price: "0u" },
    collateral: { native: "u" },
    collateral_decimals: 6,
    governance: { token: { native: "g" } },
    markets: configuration.markets.map((market) => ({ ...market, feed: { ...market.feed, feeders: [DEPLOYER] } })),
  });
  const read = (change: object) => () => readConfiguration({ ...minimal(), ...change }, "x", ROOT);

  it("is refused with what was expected", () => {
    const [market] = minimal().markets;
    expect(read({})).not.toThrow();
    expect(read({ markets: [{ ...market, feed: undefined }] })).toThrow('BTC-PERP: expected either "feed" or "pyth"');
    expect(read({ markets: [{ ...market, lot_size: "3" }] })).toThrow("tick and lot");
    const many = Array.from({ length: 10 }, (_, number) => {
      const feed = { ...market?.feed, id: number.toString().padStart(64, "0") };
      return { ...market, symbol: `M${number}`, feed };
    });
    expect(read({ markets: many })).toThrow("at most 9 markets, found 10");
    expect(read({ markets: [market, market] })).toThrow("different symbols, found BTC-PERP twice");
    expect(read({ markets: [market, { ...market, symbol: "OTHER" }] })).toThrow("different feeds, found 00");
    expect(() => readConfiguration("text", "x", ROOT)).toThrow(/^x: .*expected object/);
  });

  // A field with a typing mistake would be left out of what is deployed, and the bootstrap cannot be sent twice.
  it("names every field as it is called", () => {
    const [market] = minimal().markets;
    for (const [change, words] of [
      [{ slat: "s" }, 'x: unknown field "slat", expected chain, salt'],
      [{ insurence_fund: {} }, 'unknown field "insurence_fund"'],
      [{ governance: { token: { native: "g" }, guardain: DEPLOYER } }, 'governance: unknown field "guardain", expected token, guardian, settings'],
      [{ governance: { token: { native: "g" }, settings: { voting_sec: 1 } } }, 'governance.settings: unknown field "voting_sec"'],
      [{ governance: { token: { native: "g" }, settings: { contracts: [] } } }, 'unknown field "contracts"'],
      [{ insurance_fund: { mutaul: "1" } }, 'insurance_fund: unknown field "mutaul", expected parameters, share_token, mutual'],
      [{ insurance_fund: { parameters: { no_such: 1 } } }, 'insurance_fund.parameters: unknown field "no_such"'],
      [{ price_feed: { adverse_delay: 5 } }, 'price_feed: unknown field "adverse_delay"'],
      [{ perp_market: { parameters: { max_fill: 5 } } }, 'perp_market.parameters: unknown field "max_fill"'],
      [{ markets: [{ ...market, parameters: { maker_fee: 3 } }] }, 'markets[0].parameters: unknown field "maker_fee"'],
      [{ markets: [{ ...market, reserves: "1" }] }, 'markets[0]: unknown field "reserves"'],
    ] as const) {
      expect(read(change), words).toThrow(words);
    }
  });

  it("has values of the right kind", () => {
    const [market] = minimal().markets;
    for (const [change, words] of [
      [{ collateral: undefined }, /^x: collateral: .*found nothing/],
      [{ collateral: { natve: "u" } }, 'collateral: expected {"native": "DENOM"}'],
      [{ collateral_decimals: "6" }, 'collateral_decimals: Invalid input: expected number, received string, found "6"'],
      [{ collateral_decimals: 19 }, "collateral_decimals"],
      [{ markets: {} }, "markets: Invalid input: expected array"],
      [{ chain: "local" }, 'chain: expected {rpc (as in "https://HOST:PORT"), chain_id'],
      [{ chain: { ...minimal().chain, rpc: "ftp://x" } }, "chain.rpc: expected http://"],
      [{ chain: { ...minimal().chain, rpc: "hello" } }, "chain.rpc: expected http://"],
      [{ chain: { ...minimal().chain, gas_price: "cheap" } }, "chain"],
      [{ governance: 7 }, "governance: "],
      [{ insurance_fund: { mutual: "1.5" } }, 'insurance_fund.mutual: expected a whole number of atoms, as text, found "1.5"'],
      [{ salt: "s".repeat(48) }, "salt: expected at most 47 bytes"],
      [{ markets: [{ ...market, symbol: undefined }] }, /^x: markets\[0\]\.symbol: .*found nothing/],
      [{ markets: [{ ...market, isolated: "no" }] }, "markets[0].isolated: "],
      [{ markets: [{ ...market, min_price: "abc" }] }, 'min_price: expected a decimal number, as text, found "abc"'],
      [{ markets: [{ ...market, standing: { ...market?.standing, risk_weight_ppm: undefined } }] }, "standing.risk_weight_ppm"],
      [{ markets: [{ ...market, parameters: { max_fills: 1, initial_margin_ppm: "5" } }] }, "markets[0].parameters"],
    ] as [object, string | RegExp][]) {
      expect(read(change), String(words)).toThrow(words);
    }
  });

  it("has addresses of the chain", () => {
    const [market] = minimal().markets;
    const foreign = toBech32("osmo", new Uint8Array(20));
    const guarded = (guardian: string) => ({ governance: { token: { native: "g" }, guardian } });
    expect(read(guarded(DEPLOYER))).not.toThrow();
    expect(read(guarded("ADDRESS"))).toThrow('expected an address of wasm, found "ADDRESS", which is none');
    expect(read(guarded("wasm1nope"))).toThrow('found "wasm1nope", which is none');
    expect(read(guarded(foreign))).toThrow("which is of osmo");
    expect(read({ collateral: { cw20: foreign } })).toThrow("which is of osmo");
    // Contracts take them in lower case only.
    const capitals = { contract: DEPLOYER.toUpperCase(), feed_id: "a".repeat(64) };
    const own = read({ collateral: { cw20: DEPLOYER.toUpperCase() }, markets: [{ ...market, feed: undefined, pyth: capitals }] })();
    expect([own.collateral, own.markets[0]?.pyth?.contract]).toEqual([{ cw20: DEPLOYER }, DEPLOYER]);
    const pyth = { contract: "nonsense", feed_id: "0".repeat(64) };
    expect(read({ markets: [{ ...market, feed: undefined, pyth }] })).toThrow('found "nonsense"');
  });

  it("of the template is complete, but for what stands in capitals", () => {
    const path = join(ROOT, "networks", "testnet.template.jsonc");
    expect(() => loadConfiguration(path)).toThrow('found "ADDRESS"');
    const filled = readFileSync(path, "utf8").replaceAll('"ADDRESS"', `"${DEPLOYER}"`).replace('"PREFIX"', '"wasm"');
    const own = join(folder, "filled.jsonc");
    writeFileSync(own, filled);
    const template = loadConfiguration(own);
    expect(template.markets[0]?.feed?.feeders).toHaveLength(3);
    expect(template.chain.test_accounts).toBeUndefined();
    writeFileSync(own, filled.replace('"salt": "ballast",', '"salt": "ballast"'));
    expect(() => loadConfiguration(own)).toThrow(/line \d+: CommaExpected/);
  });
});

it("a state that is none is refused", () => {
  const path = join(folder, "broken.json");
  for (const content of ["{", "{}", '{"codes":null,"contracts":null}', "secret", '{"chain_id":"one"}']) {
    writeFileSync(path, content);
    expect(() => new StateFile(path).load("one")).toThrow(/no state of a deployment \((it is no JSON|it has no codes and contracts)\)/);
  }
});

it("state of another chain is not used, and a file survives", () => {
  const path = join(folder, "state", "local.json");
  const store = new StateFile(path);
  store.save({ chain_id: "one", codes: { ab: 1 }, contracts: {} });
  expect(store.load("one").codes).toEqual({ ab: 1 });
  expect(store.load("two").codes).toEqual({});
});
