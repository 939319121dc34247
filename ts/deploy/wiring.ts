/**
 * Wires the suite. The price feed belongs to the deployer until its feeds are set and have prices, because a market is only
 * listed where its oracle answers; then one bootstrap of governance takes it over, lists and registers the markets, and
 * names the suite's contracts in the settings: all of it or nothing. The insurance fund and the market belong to
 * governance from their first block.
 */
import type { Call } from "../src/contracts.js";
import { binary, suiteQueries } from "../src/contracts.js";
import type { SuiteAddresses, SuiteQueries } from "../src/contracts.js";
import type { Denom, Settings, SuiteContract } from "../src/generated/Governance.types.js";
import type { ListMarket, MarketParameters } from "../src/generated/PerpMarket.types.js";
import type { FeedConfig } from "../src/generated/PriceFeed.types.js";
import type { Configuration, FeedConfiguration, MarketConfiguration } from "./config.js";
import { address, ConfigurationError } from "./config.js";
import { act, chainTime, found, right, sendCalls } from "./context.js";
import type { Context } from "./context.js";
import { defaults } from "./defaults.js";
import { isThere } from "./instantiate.js";
import { NO_FEED, ownFeeds, pushPrices } from "./prices.js";

/** The contracts of a deployment, asked by their addresses. */
export interface Wired {
  addresses: SuiteAddresses;
  collateral: Denom;
  queries: SuiteQueries;
}

/** The contracts of a deployment. */
export function wired(context: Context, addresses: SuiteAddresses, collateral: Denom): Wired {
  return { addresses, collateral, queries: suiteQueries(context.signer.client, addresses) };
}

/** A feed as the price feed takes it. */
export function feedConfig(configuration: Configuration, feed: FeedConfiguration): FeedConfig {
  const { id, symbol, expo, quorum, max_age_secs } = feed;
  return { id, symbol, expo, quorum, max_age_secs, feeders: feed.feeders.map((name) => address(configuration, name)) };
}

/** A market as it is listed. */
export function listing(market: MarketConfiguration, priceFeed: string): ListMarket {
  const { symbol, base_decimals, tick_size, lot_size, max_confidence_ppm, min_price, max_price } = market;
  const source = market.pyth ?? { contract: priceFeed, feed_id: market.feed?.id ?? "" };
  return {
    symbol,
    base_decimals,
    tick_size,
    lot_size,
    isolated: market.isolated ?? false,
    oracle: { ...source, max_confidence_ppm, min_price, max_price },
    parameters: { ...defaults<MarketParameters>("perp-market", "market"), ...market.parameters },
  };
}

/** The suite's contracts as governance's settings name them. */
export function suiteContracts(addresses: SuiteAddresses): SuiteContract[] {
  return [
    { address: addresses.perpMarket, kind: "perp_market" },
    { address: addresses.insuranceFund, kind: "insurance_fund" },
    { address: addresses.priceFeed, kind: "price_feed" },
  ];
}

/**
 * Makes the feeds as they are configured, while the price feed belongs to the deployer. Others' feeds are left as they are.
 *
 * @throws ConfigurationError where a feed would have to wait to become so: after the bootstrap only governance can change it.
 */
export async function setFeeds(context: Context, { addresses, queries }: Wired): Promise<void> {
  for (const feed of ownFeeds(context.configuration)) {
    const what = `feed ${feed.symbol}`;
    const wanted = feedConfig(context.configuration, feed);
    const ask = () => found(queries.priceFeed.feed({ id: feed.id }), NO_FEED);
    const there = await isThere(context, addresses.priceFeed);
    const known = there ? await ask() : undefined;
    const owner = there ? (await queries.priceFeed.ownership()).owner : context.signer.address;
    if (known !== undefined && (isSameFeed(known, wanted) || owner !== context.signer.address)) {
      right(context, what, feed.id);
      continue;
    }
    const msg = { set_feed: { feed: wanted } };
    await act(context, `set ${what}`, () => sendCalls(context, [{ contract: addresses.priceFeed, msg }]));
    const now = context.dryRun ? undefined : await ask();
    if (known !== undefined && now !== undefined && !isSameFeed(now, wanted)) {
      throw new ConfigurationError(`${what}: prices rely on it as it is, so that the change waits: name what is there, or another feed`);
    }
  }
}

function isSameFeed(one: FeedConfig, other: FeedConfig): boolean {
  const text = ({ symbol, expo, quorum, max_age_secs, feeders }: FeedConfig) => JSON.stringify([symbol, expo, quorum, max_age_secs, feeders]);
  return text(one) === text(other);
}

/** A day: governance's bootstrap is open as long, and so is the transfer of the price feed. */
const TRANSFER_SECS = 86_400n;

/** Offers the price feed to governance, which takes it in its bootstrap. */
export async function offerPriceFeed(context: Context, { addresses, queries }: Wired): Promise<void> {
  const what = "offer the price feed to governance";
  if (await isThere(context, addresses.priceFeed)) {
    const { owner, pending_owner } = await queries.priceFeed.ownership();
    if (owner === addresses.governance || pending_owner === addresses.governance) {
      right(context, what, owner === addresses.governance ? "it owns it" : "offered");
      return;
    }
  }
  const expires = (await chainTime(context.signer.client)) + TRANSFER_SECS;
  const expiry = { at_time: (expires * 1_000_000_000n).toString() };
  const msg = { update_ownership: { transfer_ownership: { new_owner: addresses.governance, expiry } } };
  await act(context, what, () => sendCalls(context, [{ contract: addresses.priceFeed, msg }]));
}

/** What governance sends once, as itself: everything that the others take from their owner alone. */
export function bootstrapMessages(context: Context, { addresses }: Wired, settings: Settings): object[] {
  const calls: Call[] = [
    { contract: addresses.priceFeed, msg: { update_ownership: "accept_ownership" } },
    ...context.configuration.markets.map((market) => ({
      contract: addresses.perpMarket,
      msg: { list_market: listing(market, addresses.priceFeed) },
    })),
    ...context.configuration.markets.map((market, number) => ({
      contract: addresses.insuranceFund,
      msg: { register_market: { contract: addresses.perpMarket, market: number, parameters: market.standing } },
    })),
    {
      contract: addresses.governance,
      msg: { update_settings: { settings: { ...settings, contracts: suiteContracts(addresses) } } },
    },
  ];
  return calls.map(({ contract, msg }) => ({
    wasm: { execute: { contract_addr: contract, msg: binary(msg), funds: [] } },
  }));
}

/**
 * Sends the bootstrap, with fresh prices, unless it was sent.
 *
 * @throws WaitingError as `pushPrices`.
 */
export async function bootstrap(context: Context, contracts: Wired): Promise<void> {
  const { addresses, queries } = contracts;
  const { settings, bootstrap: open } = (await isThere(context, addresses.governance))
    ? await queries.governance.config()
    : { settings: defaults<Settings>("governance", "settings"), bootstrap: {} };
  if (open === null || open === undefined) {
    right(context, "bootstrap of governance", "closed");
    return;
  }
  await pushPrices(context, contracts);
  const msgs = bootstrapMessages(context, contracts, settings);
  await act(
    context,
    "bootstrap governance: take over the price feed, list and register the markets, name the contracts",
    () => sendCalls(context, [{ contract: addresses.governance, msg: { bootstrap: { msgs } } }]),
  );
}
