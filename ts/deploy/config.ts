/**
 * What is deployed: one file a network, `networks/NAME.json` or `.jsonc`. Everything that a contract takes stands in it
 * as the contract's messages have it; parameters that are left out are the contracts' defaults (`schema/NAME/defaults.json`).
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBech32 } from "@cosmjs/encoding";
import { parse, printParseErrorCode } from "jsonc-parser";
import type { ParseError } from "jsonc-parser";
import type { Denom, Settings } from "../src/generated/Governance.types.js";
import type { ClaimantParameters, FundParameters, ShareToken } from "../src/generated/InsuranceFund.types.js";
import type { ExchangeParameters, MarketParameters } from "../src/generated/PerpMarket.types.js";
import { MarketScale } from "../src/scale.js";
import { firstProblem } from "./schema.js";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A cw20 that is made for the deployment: test networks only. */
export interface NewToken {
  name: string;
  symbol: string;
  /** Who holds how many atoms at the start; names of the local network's accounts, or addresses. */
  balances: Record<string, string>;
  /** Who may mint; nobody where absent. */
  minter?: string;
}

/** A feed of our own price feed. */
export interface FeedConfiguration {
  /** 64 hexadecimal digits. */
  id: string;
  symbol: string;
  expo: number;
  quorum: number;
  max_age_secs: number;
  /** Names of the local network's accounts, or addresses. */
  feeders: string[];
  /**
   * Quote units per base unit, pushed as every feeder whose key is there before the market is listed. Without it, or
   * without the keys, deployment waits until the feeders have pushed prices of their own.
   */
  initial_price?: string;
}

/** A market to list. */
export interface MarketConfiguration {
  symbol: string;
  base_decimals: number;
  tick_size: string;
  lot_size: string;
  isolated?: boolean;
  /** A Pyth contract and its feed, where it is not our own price feed. */
  pyth?: { contract: string; feed_id: string };
  /** The feed, where it is our own. */
  feed?: FeedConfiguration;
  max_confidence_ppm: number;
  min_price: string;
  max_price: string;
  parameters?: Partial<MarketParameters>;
  /** Its standing in the insurance fund. */
  standing: ClaimantParameters;
  /** Put into its own reserve by the deployer, quote atoms. */
  reserve?: string;
}

/** A network, and what is deployed there. */
export interface Configuration {
  /** File name without its ending. */
  name: string;
  chain: Chain;
  /** Tells deployments of one account on one chain apart: part of every contract's address. */
  salt: string;
  /** Folder of the wasm files. */
  artifacts: string;
  collateral: Denom | { new_cw20: NewToken };
  collateral_decimals: number;
  governance: {
    token: Denom | { new_cw20: NewToken };
    guardian?: string;
    settings?: Partial<Omit<Settings, "contracts">>;
  };
  price_feed?: { adverse_delay_secs?: number };
  insurance_fund?: {
    parameters?: Partial<FundParameters>;
    share_token?: ShareToken;
    /** Donated to the mutual reserve by the deployer, quote atoms. */
    mutual?: string;
  };
  perp_market?: { parameters?: Partial<ExchangeParameters> };
  markets: MarketConfiguration[];
}

/** How to reach a chain, and what is known of it. */
export interface Chain {
  rpc: string;
  chain_id: string;
  address_prefix: string;
  gas_price: string;
  /** Keys that anybody has, of a network that is thrown away. */
  test_accounts?: TestAccounts;
}

/** Accounts of the local network. */
export interface TestAccounts {
  mnemonic: string;
  accounts: Record<string, { address: string; hdPath: string }>;
  /** Which of them deploys. */
  deployer: string;
}

/** A file that cannot be used. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** The only chain whose keys may be read from a file of the repository. */
export const LOCAL_CHAIN_ID = "ballast-local-1";

/** Messages of one bootstrap: governance refuses more. Two are the suite's own. */
const MAX_BOOTSTRAP_MESSAGES = 20;

/**
 * Reads the configuration of a network, by name or by path.
 *
 * @throws ConfigurationError
 */
export function loadConfiguration(network: string): Configuration {
  const path = network.includes("/") || network.includes(".") ? resolve(network) : namedFile(network);
  return readConfiguration(readJson(path), basename(path).replace(/\.jsonc?$/, ""), ROOT);
}

function namedFile(network: string): string {
  const folder = join(ROOT, "networks");
  const found = [`${network}.json`, `${network}.jsonc`].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) {
    throw new ConfigurationError(`expected networks/${network}.json or networks/${network}.jsonc, found neither`);
  }
  return found;
}

function readJson(path: string): unknown {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new ConfigurationError(`expected a file ${path}, found none`);
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(readFileSync(path, "utf8"), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = readFileSync(path, "utf8").slice(0, error.offset).split("\n").length;
    throw new ConfigurationError(`${path}: line ${line}: ${printParseErrorCode(error.error)}`);
  }
  return value;
}

/** The local network as `scripts/localnet up` describes it. */
interface LocalNetwork {
  chainId: string;
  rpc: string;
  addressPrefix: string;
  gasPrice: string;
  mnemonic: string;
  accounts: Record<string, { address: string; hdPath: string }>;
}

/** A configuration as it stands in its file. */
export type ConfigurationFile = Omit<Configuration, "name" | "chain" | "salt" | "artifacts"> & {
  chain: Omit<Chain, "test_accounts"> | { local: string; deployer: string };
  salt?: string;
  artifacts?: string;
};

/**
 * Checks a configuration and fills in what it refers to.
 *
 * @param folder what paths in it are relative to
 * @throws ConfigurationError
 */
export function readConfiguration(value: unknown, name: string, folder: string): Configuration {
  const problem = firstProblem(value);
  if (problem !== undefined) {
    throw new ConfigurationError(`${name}: ${problem}`);
  }
  const file = value as ConfigurationFile;
  const at = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const configuration: Configuration = {
    ...file,
    name,
    chain: "local" in file.chain ? localChain(localPath(at(file.chain.local)), file.chain.deployer) : file.chain,
    salt: file.salt ?? "ballast",
    artifacts: at(file.artifacts ?? "artifacts"),
  };
  for (const named of namedAddresses(configuration)) {
    address(configuration, named);
  }
  lowered(configuration);
  for (const market of configuration.markets) {
    checkMarket(configuration, market);
  }
  refuseTwice(name, "symbol", configuration.markets.map(({ symbol }) => symbol));
  refuseTwice(name, "feed", configuration.markets.map(({ feed, pyth }) => `${pyth?.contract ?? ""} ${feed?.id ?? pyth?.feed_id}`.trim()));
  const messages = 2 * configuration.markets.length + 2;
  if (messages > MAX_BOOTSTRAP_MESSAGES) {
    const most = (MAX_BOOTSTRAP_MESSAGES - 2) / 2;
    throw new ConfigurationError(
      `${name}: expected at most ${most} markets, found ${configuration.markets.length}: list the others by proposal`,
    );
  }
  return configuration;
}

/** Addresses that are sent as they stand, in lower case: contracts take them in no other. */
function lowered(configuration: Configuration): void {
  const { governance } = configuration;
  const token = <T extends object>(one: T): T => ("cw20" in one ? { ...one, cw20: address(configuration, one.cw20 as string) } : one);
  configuration.collateral = token(configuration.collateral);
  configuration.governance = { ...governance, token: token(governance.token) };
  configuration.markets = configuration.markets.map((market) =>
    market.pyth === undefined ? market : { ...market, pyth: { ...market.pyth, contract: address(configuration, market.pyth.contract) } },
  );
}

function refuseTwice(name: string, what: string, values: readonly string[]): void {
  const twice = values.find((value, place) => values.indexOf(value) !== place);
  if (twice !== undefined) {
    throw new ConfigurationError(`${name}: expected markets of different ${what}s, found ${twice} twice`);
  }
}

/** Everything in a configuration that is an address or the name of an account. */
function namedAddresses({ collateral, governance, markets }: Configuration): string[] {
  const tokens = [collateral, governance.token].flatMap((token) => {
    if ("new_cw20" in token) {
      const { balances, minter } = token.new_cw20;
      return [...Object.keys(balances), ...(minter === undefined ? [] : [minter])];
    }
    return "cw20" in token ? [token.cw20] : [];
  });
  const oracles = markets.flatMap(({ feed, pyth }) => [...(feed?.feeders ?? []), ...(pyth === undefined ? [] : [pyth.contract])]);
  return [...tokens, ...oracles, ...(governance.guardian === undefined ? [] : [governance.guardian])];
}

function checkMarket(configuration: Configuration, market: MarketConfiguration): void {
  const where = `${configuration.name}: ${market.symbol}`;
  if ((market.feed === undefined) === (market.pyth === undefined)) {
    throw new ConfigurationError(`${where}: expected either "feed" or "pyth"`);
  }
  if (!/^[0-9a-f]{64}$/.test(market.feed?.id ?? market.pyth?.feed_id ?? "")) {
    throw new ConfigurationError(`${where}: expected 64 hexadecimal digits in lower case as the feed's id`);
  }
  try {
    new MarketScale(market, configuration.collateral_decimals);
  } catch (error) {
    throw new ConfigurationError(`${where}: tick and lot: ${(error as Error).message}`);
  }
}

/** Where `scripts/localnet` describes its chain: its state may lie in another folder. */
function localPath(path: string): string {
  const folder = process.env["BALLAST_LOCALNET"];
  return folder ? join(resolve(folder), "network.json") : path;
}

function localChain(path: string, deployer: string): Chain {
  if (!existsSync(path)) {
    throw new ConfigurationError(`expected ${path}, found none: run scripts/localnet up`);
  }
  const network = JSON.parse(readFileSync(path, "utf8")) as LocalNetwork;
  if (network.chainId !== LOCAL_CHAIN_ID) {
    throw new ConfigurationError(`${path}: expected the chain ${LOCAL_CHAIN_ID}, found ${network.chainId}`);
  }
  return {
    rpc: network.rpc,
    chain_id: network.chainId,
    address_prefix: network.addressPrefix,
    gas_price: network.gasPrice,
    test_accounts: { mnemonic: network.mnemonic, accounts: network.accounts, deployer },
  };
}

/**
 * The address that a configuration names: itself, or that of a test account.
 *
 * @throws ConfigurationError
 */
export function address(configuration: Configuration, name: string): string {
  const account = configuration.chain.test_accounts?.accounts[name];
  if (account !== undefined) {
    return account.address;
  }
  const { address_prefix, test_accounts } = configuration.chain;
  const prefix = prefixOf(name);
  if (prefix !== address_prefix) {
    const expected = `an address of ${address_prefix}${test_accounts === undefined ? "" : " or the name of a test account"}`;
    const found = prefix === undefined ? `"${name}", which is none` : `"${name}", which is of ${prefix}`;
    throw new ConfigurationError(`${configuration.name}: expected ${expected}, found ${found}`);
  }
  // An address may be written in capitals; chains tell it in lower case.
  return name.toLowerCase();
}

/** The prefix of a valid address. */
function prefixOf(name: string): string | undefined {
  try {
    return fromBech32(name).prefix;
  } catch {
    return undefined;
  }
}

/** Where a network's state is kept unless told otherwise. */
export function defaultStatePath(name: string): string {
  return join(ROOT, "target", "deploy", `${name}.json`);
}

