/**
 * Prices that a deployment, or somebody who tries the local network, pushes as the feeders whose keys are there. Elsewhere
 * feeders push their own.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { send } from "../src/contracts.js";
import type { Signer } from "../src/connect.js";
import { formatUnits, parseUnits } from "../src/decimals.js";
import type { PriceUpdate } from "../src/generated/PriceFeed.types.js";
import type { Configuration, FeedConfiguration } from "./config.js";
import { address, ConfigurationError } from "./config.js";
import { act, chainTime, found, right, WaitingError } from "./context.js";
import type { Context } from "./context.js";
import { isThere } from "./instantiate.js";
import type { Wired } from "./wiring.js";

/** What each feeder is to push. */
type Updates = Map<Signer, PriceUpdate[]>;

/** As the price feed says that it has no such feed. */
export const NO_FEED = /there is no feed/;
const NO_PRICE = /prices of the last \d+ s, \d+ are needed/;
// In a dry run the feed may not be there either.
const NO_ANSWER = new RegExp(`${NO_FEED.source}|${NO_PRICE.source}`);

/** Feeds of the suite's own price feed. */
export function ownFeeds(configuration: Configuration): FeedConfiguration[] {
  return configuration.markets.flatMap((market) => (market.feed === undefined ? [] : [market.feed]));
}

/** A price younger than this is left alone: a market is not listed at one that is older than a minute, by default. */
const FRESH_SECS = 20n;

/**
 * Pushes the configured prices as every feeder whose key is there, for feeds that have no fresh one.
 *
 * @throws WaitingError where a feed still has no price: its feeders must push.
 */
export async function pushPrices(context: Context, { addresses, queries }: Wired): Promise<void> {
  const now = await chainTime(context.signer.client);
  const updates: Updates = new Map();
  const waiting: string[] = [];
  const there = await isThere(context, addresses.priceFeed);
  for (const feed of ownFeeds(context.configuration)) {
    const what = `price of ${feed.symbol}`;
    const price = there ? await found(queries.priceFeed.priceFeed({ id: feed.id }), context.dryRun ? NO_ANSWER : NO_PRICE) : undefined;
    const published = price?.price_feed.price.publish_time;
    const signers = feed.initial_price === undefined ? [] : await feedersAtHand(context.configuration, context.signerFor, feed);
    if (published !== undefined && (signers.length < feed.quorum || BigInt(published) + FRESH_SECS >= now)) {
      right(context, what, `${price?.price_feed.price.price} * 10^${feed.expo}`);
    } else if (signers.length < feed.quorum) {
      const problem = `feed ${feed.symbol}: ${feed.quorum} of its feeders must push a price, then run this again`;
      context.tell({ status: "waits", what, detail: problem });
      waiting.push(problem);
    } else {
      addUpdates(updates, signers, feed, feed.initial_price as string, now);
    }
  }
  if (updates.size > 0) {
    await act(context, `push prices as ${updates.size} feeders`, () => sendUpdates(addresses.priceFeed, updates));
  }
  if (waiting.length > 0 && !context.dryRun) {
    throw new WaitingError(waiting.join("\n"));
  }
}

/**
 * Pushes prices now, whatever is there.
 *
 * @param prices what a base unit costs, by the symbol of its market or feed; a market that is not named gets its `initial_price`
 * @returns what was pushed, by the symbol of the feed
 * @throws ConfigurationError for a symbol that the configuration does not know or that is named twice, a price that the feed cannot hold, and a
 *   feed whose feeders' keys are not there
 */
export async function pushNow(
  network: {
    configuration: Configuration;
    client: CosmWasmClient;
    signerFor: (wanted: string) => Promise<Signer | undefined>;
    priceFeed: string;
  },
  prices: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const { configuration, client, signerFor, priceFeed } = network;
  const known = configuration.markets.flatMap(({ symbol, feed }) => (feed === undefined ? [] : [{ names: [symbol, feed.symbol], feed }]));
  const names = known.flatMap((one) => one.names);
  for (const symbol of prices.keys()) {
    if (!names.includes(symbol)) {
      throw new ConfigurationError(`${configuration.name}: expected one of ${names.join(", ")}, found "${symbol}"`);
    }
  }
  const now = await chainTime(client);
  const updates: Updates = new Map();
  const pushed = new Map<string, string>();
  for (const { names: called, feed } of known) {
    const [wanted, another] = called.map((name) => prices.get(name)).filter((one) => one !== undefined);
    if (another !== undefined) {
      throw new ConfigurationError(`expected one price for ${called.join(", which is also ")}, found ${wanted} and ${another}`);
    }
    const price = wanted ?? feed.initial_price;
    if (price === undefined) {
      continue;
    }
    checkPrice(feed, price);
    const signers = await feedersAtHand(configuration, signerFor, feed);
    if (signers.length < feed.quorum) {
      throw new ConfigurationError(`feed ${feed.symbol}: expected the keys of ${feed.quorum} of its feeders, found ${signers.length}`);
    }
    addUpdates(updates, signers, feed, price, now);
    pushed.set(feed.symbol, price);
  }
  if (pushed.size === 0) {
    throw new ConfigurationError(`${configuration.name}: expected a price to push, found no feed with an initial_price: name one of ${names.join(", ") || "its feeds, of which it has none"}`);
  }
  await sendUpdates(priceFeed, updates);
  return pushed;
}

/** A feed holds 64-bit numbers of its own smallest unit. */
function checkPrice(feed: FeedConfiguration, price: string): void {
  const held = mantissa(price, feed.expo);
  const most = 2n ** 63n - 1n;
  if (held < 1n || held > most) {
    const unit = (number: bigint) => (feed.expo <= 0 ? formatUnits(number, -feed.expo) : `${number}${"0".repeat(feed.expo)}`);
    throw new ConfigurationError(`${feed.symbol}: expected a price of ${unit(1n)} to ${unit(most)}, found ${price}`);
  }
}

function addUpdates(updates: Updates, signers: Signer[], feed: FeedConfiguration, price: string, now: bigint): void {
  for (const signer of signers) {
    const update = { id: feed.id, price: mantissa(price, feed.expo).toString(), conf: "0", publish_time: Number(now) };
    updates.set(signer, [...(updates.get(signer) ?? []), update]);
  }
}

/** Each feeder's prices in one message of its own. */
async function sendUpdates(contract: string, updates: Updates): Promise<void> {
  await Promise.all([...updates].map(([signer, prices]) => send(signer, [{ contract, msg: { push_prices: { prices } } }])));
}

async function feedersAtHand(
  configuration: Configuration,
  signerFor: (wanted: string) => Promise<Signer | undefined>,
  feed: FeedConfiguration,
): Promise<Signer[]> {
  const signers = await Promise.all(feed.feeders.map((name) => signerFor(address(configuration, name))));
  return signers.filter((signer) => signer !== undefined);
}

/** A price as a feed of that exponent has it. */
export function mantissa(price: string, expo: number): bigint {
  return expo <= 0 ? parseUnits(price, -expo, "down") : parseUnits(price, 0, "down") / 10n ** BigInt(expo);
}
