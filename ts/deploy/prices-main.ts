/**
 * `scripts/prices NETWORK [SYMBOL=PRICE ...] [--every SECONDS] [--state FILE]`: pushes prices as the feeders among the local
 * network's test accounts, once or again and again.
 *
 * Exit codes: 0 they were pushed, 1 they were not, 2 it was called wrongly.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect } from "../src/connect.js";
import { ConfigurationError, defaultStatePath, loadConfiguration } from "./config.js";
import { exitCode } from "./exit.js";
import { isContract } from "./instantiate.js";
import { signersOfTestAccounts } from "./keys.js";
import { pushNow } from "./prices.js";
import { StateFile } from "./state.js";

const USAGE = `usage: scripts/prices NETWORK [SYMBOL=PRICE ...] [--every SECONDS] [--state FILE]

Pushes prices as the feeders among the local network's test accounts: BTC-PERP=19000, and for each market that is not named
the initial_price of its feed. --every goes on until it is stopped.`;

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { every: { type: "string" }, state: { type: "string" }, help: { type: "boolean", default: false } },
  });
  const [name, ...named] = positionals;
  if (values.help || name === undefined) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const prices = new Map(named.map(symbolAndPrice));
  if (prices.size < named.length) {
    throw new ConfigurationError(`expected each symbol once, found ${named.join(" ")}`);
  }
  const every = values.every === undefined ? undefined : seconds(values.every);
  const configuration = loadConfiguration(name);
  const { chain } = configuration;
  const priceFeed = new StateFile(values.state ?? defaultStatePath(configuration.name)).load(chain.chain_id).contracts["price-feed"];
  if (priceFeed === undefined) {
    throw new ConfigurationError(`${configuration.name}: expected a suite in the state, found none: run scripts/deploy ${configuration.name}, which also finds one that is there`);
  }
  const client = await connect({ rpc: chain.rpc, chainId: chain.chain_id });
  if (!(await isContract(client, priceFeed))) {
    throw new ConfigurationError(`expected the price feed ${priceFeed} of the state on ${chain.chain_id}, found none: run scripts/deploy ${configuration.name}`);
  }
  const network = { configuration, client, signerFor: signersOfTestAccounts(configuration), priceFeed };
  for (const { symbol, feed, min_price, max_price } of configuration.markets) {
    const price = feed && (prices.get(symbol) ?? prices.get(feed.symbol));
    if (price !== undefined && (Number(price) < Number(min_price) || Number(price) > Number(max_price))) {
      console.error(`prices: ${symbol} takes ${min_price} to ${max_price}: at ${price} it has no valid price`);
    }
  }
  const push = async () => {
    const pushed = await pushNow(network, prices);
    console.log([...pushed].map(([symbol, price]) => `${symbol} ${price}`).join(", "));
  };
  // What is wrong with the call shows in the first one.
  await push();
  while (every !== undefined) {
    await sleep(every * 1000);
    await push().catch((error: unknown) => exitCode("prices", error));
  }
  return 0;
}

function symbolAndPrice(text: string): [string, string] {
  const [, symbol, price] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (symbol === undefined || price === undefined || Number(price) === 0) {
    throw new ConfigurationError(`expected SYMBOL=PRICE, a price above 0, found "${text}"`);
  }
  return [symbol, price];
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new ConfigurationError(`--every: expected 1 to 99999 seconds, found "${text}"`);
  }
  return Number(text);
}

process.exitCode = await run().catch((error: unknown) => exitCode("prices", error));
process.exit();
