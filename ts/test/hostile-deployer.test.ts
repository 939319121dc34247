/**
 * What somebody could prepare who wants `scripts/deploy --verify` to say that nothing is wrong, and what could go wrong for somebody
 * honest. The fake chain holds what the contracts would, after what is described.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBech32 } from "@cosmjs/encoding";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Configuration, Step } from "../deploy/index.js";
import { check, deploy, loadConfiguration, MemoryState, pushNow, WaitingError } from "../deploy/index.js";
import { ConfigurationError } from "../deploy/config.js";
import { differences } from "../deploy/facts.js";
import { FakeChain } from "./fake-chain.js";

const DEPLOYER = toBech32("wasm", new Uint8Array(20));
const OTHER = toBech32("wasm", new Uint8Array(20).fill(7));
const CHAIN = "ballast-local-1";
let folder: string;
let configuration: Configuration;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ballast-audit-"));
  const artifacts = join(folder, "artifacts");
  mkdirSync(join(artifacts, "test"), { recursive: true });
  for (const name of ["governance", "price-feed", "insurance-fund", "perp-market", "test/cw20-base"]) writeFileSync(join(artifacts, `${name}.wasm`), name);
  const accounts = Object.fromEntries(["deployer", "guardian", "feeder-1", "feeder-2", "feeder-3"].map((n) => [n, { address: `wasm1${n}`, hdPath: "m/44'/118'/0'/0/0" }]));
  writeFileSync(join(folder, "network.json"), JSON.stringify({ chainId: CHAIN, rpc: "", addressPrefix: "wasm", gasPrice: "0ustake", mnemonic: "", accounts }));
  process.env["BALLAST_LOCALNET"] = folder;
  const full = loadConfiguration("local");
  delete process.env["BALLAST_LOCALNET"];
  const markets = full.markets.map((m) => { const { initial_price: _, ...feed } = m.feed!; return { ...m, feed }; });
  configuration = { ...full, artifacts, markets };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const chain = () => new FakeChain(CHAIN, (wasm) => Buffer.from(wasm).toString().replace("test/", ""));
async function run(fake: FakeChain, c: Configuration, store = new MemoryState()) {
  const steps: Step[] = [];
  const deployment = await deploy({ configuration: c, store, signer: fake.signer(DEPLOYER), tell: (s) => steps.push(s) });
  return { deployment, steps };
}
function push(fake: FakeChain) {
  const feed = [...fake.contracts.values()].find(({ name }) => name === "price-feed");
  for (const id of feed?.items.keys() ?? []) feed?.prices.set(id, { price: "1", publish_time: fake.seconds });
}
async function suite(c: Configuration) {
  const fake = chain();
  const store = new MemoryState();
  await expect(run(fake, c, store)).rejects.toBeInstanceOf(WaitingError);
  push(fake);
  return { fake, store, ...(await run(fake, c, store)) };
}
const wrong = async (fake: FakeChain, c: Configuration, governance: string) =>
  (await check({ configuration: c, client: fake.signer(DEPLOYER).client, governance })).facts.filter(({ holds }) => !holds).map(({ what }) => what);

it("a cw20 whose first minter was somebody else, who minted and handed the right on, is found", async () => {
  const c: Configuration = { ...configuration, governance: { ...configuration.governance, token: { new_cw20: { name: "Gov", symbol: "GOV", balances: { guardian: "5" } } } } };
  const { fake, deployment } = await suite(c);
  expect(await wrong(fake, c, deployment.addresses.governance)).toEqual([]);
  const token = "cw20" in deployment.governanceToken ? deployment.governanceToken.cw20 : "";
  // cw20-base: instantiate with mint {minter: DEPLOYER}; mint 10^15 to himself; update_minter {new_minter: null}. What the chain holds then:
  fake.at(token).made["mint"] = { minter: DEPLOYER, cap: null };
  fake.at(token).config["mint"] = null;
  fake.at(token).config["total_supply"] = "1000000000000005";
  expect(await wrong(fake, c, deployment.addresses.governance)).not.toEqual([]);
});

it("a proposal that failed and may be executed again is one that waits", async () => {
  const { fake, deployment } = await suite(configuration);
  // As contracts/governance/src/cw3.rs maps it: ExecutionFailed is `executed`; lifecycle says execution_failed, deadline ahead.
  const g = fake.at(deployment.addresses.governance);
  g.config["proposed"] = [{ id: 1, status: "executed", title: "migrate the market to a thief's code" }];
  const { client } = fake.signer(DEPLOYER);
  const was = client.queryContractSmart.bind(client);
  client.queryContractSmart = async (address: string, query: Record<string, unknown>) =>
    "lifecycle" in query ? { proposal_id: 1, status: "execution_failed", deadline: fake.seconds + 100_000 } : was(address, query);
  const { facts } = await check({ configuration, client, governance: deployment.addresses.governance });
  expect(facts.filter(({ holds }) => !holds).map(({ what }) => what)).toEqual(["governance: proposals that wait"]);
});

it("somebody else's atom is not the deployer's donation", async () => {
  const c = { ...configuration, markets: configuration.markets.map((m, i) => (i === 0 ? { ...m, reserve: "1000000000" } : m)) };
  const fake = chain();
  const store = new MemoryState();
  await expect(run(fake, c, store)).rejects.toBeInstanceOf(WaitingError);
  push(fake);
  const fund = [...fake.contracts.values()].find(({ name }) => name === "insurance-fund")!;
  const market = [...fake.contracts.keys()].find((a) => fake.at(a).name === "perp-market");
  fund.topUps.unshift({ kind: "reserve", contract: market, market: 0, id: 1, amount: "1", sender: OTHER });
  const { deployment, steps } = await run(fake, c, store);
  const given = fund.topUps.filter(({ kind }) => kind === "reserve").reduce((s, { amount }) => s + BigInt(amount as string), 0n);
  console.log("reserve step", steps.filter(({ what }) => what.includes("reserve of")), "wrong:", deployment.facts.filter(({ holds }) => !holds).length);
  expect(given).toBeGreaterThanOrEqual(1000000000n);
});

it("a reserve that the file promises and nobody gave is a fact that is wrong", async () => {
  const c = { ...configuration, markets: configuration.markets.map((m, i) => (i === 0 ? { ...m, reserve: "1000000000" } : m)) };
  const { fake, deployment } = await suite(configuration);
  expect(await wrong(fake, c, deployment.addresses.governance)).not.toEqual([]);
});

it("a suite whose market is not there is told by its facts", async () => {
  const { fake, deployment } = await suite(configuration);
  fake.contracts.delete(deployment.addresses.perpMarket);
  expect(await wrong(fake, configuration, deployment.addresses.governance)).not.toEqual([]);
});

it("a node that goes away is not a wrong call", async () => {
  const { fake, deployment } = await suite(configuration);
  fake.queryContractSmart = async () => { throw new Error("connect ECONNREFUSED 127.0.0.1:26657"); };
  const error: unknown = await check({ configuration, client: fake.signer(DEPLOYER).client, governance: deployment.addresses.governance }).catch((e: unknown) => e);
  expect(error).not.toBeInstanceOf(ConfigurationError);
});

it("names of digits are not numbers; words are not what they spell", () => {
  expect.soft(differences({ symbol: "007" }, { symbol: "7" })).toHaveLength(1);
  expect.soft(differences({ symbol: "1.0" }, { symbol: "1" })).toHaveLength(1);
  expect.soft(differences({ name: "null" }, { name: null })).toHaveLength(1);
  expect.soft(differences(9007199254740993n.toString(), 9007199254740993)).toHaveLength(1);
});

it("a share token that the file does not name is the default's", async () => {
  const { fake, deployment } = await suite(configuration);
  fake.at(deployment.addresses.insuranceFund).config["share_token"] = { name: "USD Coin", symbol: "USDC", decimals: 0 };
  expect(await wrong(fake, configuration, deployment.addresses.governance)).not.toEqual([]);
});

it("an incomplete suite is something that is not as it should be, not a wrong call", async () => {
  const fake = chain();
  await expect(run(fake, configuration)).rejects.toBeInstanceOf(WaitingError);
  const governance = [...fake.contracts.keys()].find((a) => fake.at(a).name === "governance")!;
  const error: unknown = await check({ configuration, client: fake.signer(DEPLOYER).client, governance }).catch((e: unknown) => e);
  expect(error).not.toBeInstanceOf(ConfigurationError);
});

it("nothing pushed is told", async () => {
  const { fake, deployment } = await suite(configuration);
  const net = { configuration, client: fake.signer(DEPLOYER).client, signerFor: async () => undefined, priceFeed: deployment.addresses.priceFeed };
  await expect(pushNow(net, new Map())).rejects.toThrow();
});

it("artifacts that were rebuilt in the middle do not make a suite of two versions", async () => {
  const artifacts = join(folder, "rebuilt");
  mkdirSync(artifacts, { recursive: true });
  for (const name of ["governance", "price-feed", "insurance-fund", "perp-market"]) writeFileSync(join(artifacts, `${name}.wasm`), name);
  const c = { ...configuration, artifacts };
  const fake = new FakeChain(CHAIN, (wasm) => Buffer.from(wasm).toString().replace(/ .*/, ""));
  const store = new MemoryState();
  fake.failAt = 6; // four codes, governance and the price feed are there
  await run(fake, c, store).catch(() => undefined);
  for (const name of ["governance", "price-feed", "insurance-fund", "perp-market"]) writeFileSync(join(artifacts, `${name}.wasm`), `${name} rebuilt`);
  await run(fake, c, store).catch(() => undefined);
  push(fake);
  const { deployment } = await run(fake, c, store).catch((e: unknown) => ({ deployment: e as Awaited<ReturnType<typeof deploy>> }));
  console.log("mixed:", deployment.facts?.filter(({ holds }) => !holds).map(({ what }) => what), deployment.codes, [...fake.contracts.values()].map(({ name, codeId }) => `${name} ${codeId}`));
  const governance = [...fake.contracts.values()].find(({ name }) => name === "governance")!;
  expect(governance.config["bootstrap"]).not.toBeNull();
});
it("nine markets, two of them pyth, isolated, no guardian, no donation", async () => {
  const [btc] = configuration.markets;
  const { feed: _, ...bare } = btc!;
  const markets = Array.from({ length: 9 }, (_, n) => n < 7
    ? { ...btc!, symbol: `M${n}`, isolated: n % 2 === 0, standing: { ...btc!.standing, isolated: n % 2 === 0 }, feed: { ...btc!.feed!, id: n.toString().padStart(64, "0"), symbol: `F${n}` } }
    : { ...bare, symbol: `M${n}`, pyth: { contract: OTHER, feed_id: n.toString().padStart(64, "a") } });
  const { guardian: __, ...g } = configuration.governance;
  const { insurance_fund: ___, ...rest } = configuration;
  const c = { ...rest, governance: g, markets } as Configuration;
  const { deployment, fake } = await suite(c);
  expect(deployment.facts.filter(({ holds }) => !holds)).toEqual([]);
  expect(await wrong(fake, c, deployment.addresses.governance)).toEqual([]);
});

it("coins of governance that somebody may take are found", async () => {
  const c: Configuration = { ...configuration, governance: { ...configuration.governance, token: { new_cw20: { name: "Gov", symbol: "GOV", balances: { guardian: "5" } } } } };
  const { fake, deployment } = await suite(c);
  const token = "cw20" in deployment.governanceToken ? deployment.governanceToken.cw20 : "";
  fake.at(token).config["allowances"] = { [deployment.addresses.governance]: [{ spender: OTHER, allowance: "5", expires: { never: {} } }] };
  expect(await wrong(fake, c, deployment.addresses.governance)).toEqual(["governance token: who may take governance's"]);
});

it("a protective proposal that was not confirmed, and may be reverted, is one that waits", async () => {
  const { fake, deployment } = await suite(configuration);
  const governance = fake.at(deployment.addresses.governance);
  governance.config["proposed"] = [{ id: 1, status: "executed", title: "tighten", steps: [{ reverted: true }] }];
  expect(await wrong(fake, configuration, deployment.addresses.governance)).toEqual([]);
  governance.config["proposed"] = [{ id: 1, status: "executed", title: "tighten", steps: [{ reverted: true }, { reverted: false }] }];
  expect(await wrong(fake, configuration, deployment.addresses.governance)).toEqual(["governance: proposals that wait"]);
});
