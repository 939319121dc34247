/** Small stages for one purpose: a market without governance, with a hostile fund or a real one. */
import type { Call, Signer } from "../src/index.js";
import { send } from "../src/index.js";
import { defaults } from "../deploy/defaults.js";
import type { Denom, ExchangeParameters, MarketParameters } from "../src/generated/PerpMarket.types.js";
import type { Chain } from "./chain.js";
import { UNIT, World } from "./world.js";

/** What collateral is made of. */
export type Kind = "native" | "cw20";

/** Both kinds. */
export const KINDS: readonly Kind[] = ["native", "cw20"];

/** Prices are asked for anew by every message, and allow risk for a minute: a test's transactions take their time. */
export const PROMPT_PRICES = { price_cache_secs: 0, price_max_age_secs: 600, price_risk_max_age_secs: 60 };

/** A market's standing in the fund. */
export const STANDING = {
  risk_weight_ppm: 20_000,
  open_interest_cap: (50_000_000n * UNIT).toString(),
  reserve_target: (100_000n * UNIT).toString(),
  isolated: false,
};

/** Where a market's price comes from, in the units that `listing` takes. */
export function oracle(contract: string, feedId: string): object {
  return { contract, feed_id: feedId, max_confidence_ppm: 10_000, min_price: "20", max_price: "20000000" };
}

/** A bitcoin market at a price feed. */
export function listing(contract: string, feedId: string, symbol = "BTC-PERP"): object {
  return {
    list_market: {
      symbol,
      base_decimals: 8,
      tick_size: "1",
      lot_size: "10000",
      isolated: false,
      oracle: oracle(contract, feedId),
      parameters: defaults<MarketParameters>("perp-market", "market"),
    },
  };
}

/** The message that makes a feed of these feeders, of whom more than half must agree. */
export function feed(id: string, feeders: readonly Signer[], symbol = "BTC/USD"): object {
  return {
    set_feed: {
      feed: {
        id,
        symbol,
        expo: -8,
        quorum: Math.floor(feeders.length / 2) + 1,
        max_age_secs: 3_600,
        feeders: feeders.map(({ address }) => address),
      },
    },
  };
}

/** The id of a market's feed. */
export function feedId(market: number): string {
  return (market + 1).toString(16).padStart(64, "0");
}

/** A token of the kind, of which `amount` belongs to each of `holders`; native coins must be theirs already. */
export async function token(chain: Chain, kind: Kind, by: Signer, holders: readonly string[], amount: bigint): Promise<Denom> {
  if (kind === "native") {
    return { native: chain.network.denominations.collateral };
  }
  const balances = holders.map((address) => ({ address, amount: amount.toString() }));
  const msg = { name: "Ballast test dollar", symbol: "UUSD", decimals: 6, initial_balances: balances };
  return { cw20: await chain.instantiate(by, await chain.code("cw20-base"), msg, "collateral") };
}

/** People who hold a million units of collateral each. */
export type People = Record<"owner" | "feeder" | "keeper" | "alice" | "bob" | "carol", Signer>;

const NAMES = ["owner", "feeder", "keeper", "alice", "bob", "carol"] as const;

/** Where the fund comes from: its address, once token and market's owner are known. */
type Fund = (token: Denom, owner: Signer) => Promise<string>;

/** A market at 20,000 whose owner is a person, with the fund that `fund` makes. */
export async function marketWith(chain: Chain, kind: Kind, fund: Fund): Promise<{ world: World; people: People }> {
  const wealth = 1_000_000n * UNIT;
  const coins = kind === "native" ? [{ denom: chain.network.denominations.collateral, amount: wealth.toString() }] : [];
  const people: People = await chain.users(NAMES, coins);
  const { owner, feeder } = people;
  const all = Object.values(people).map(({ address }) => address);
  const collateral = await token(chain, kind, owner, all, wealth);
  const place = {
    token: collateral,
    feed: await chain.instantiate(owner, await chain.code("price-feed"), { owner: owner.address }, "price feed"),
    fund: await fund(collateral, owner),
    market: "",
    governance: owner.address,
  };
  const msg = {
    owner: owner.address,
    collateral,
    collateral_decimals: 6,
    insurance_fund: place.fund,
    parameters: { ...defaults<ExchangeParameters>("perp-market", "exchange"), ...PROMPT_PRICES },
  };
  place.market = await chain.instantiate(owner, await chain.code("perp-market"), msg, "perp market");
  const id = feedId(0);
  const world = new World(chain, place, { id: 0, feedId: id, expo: -8, feeders: [feeder] });
  await world.send(owner, { contract: place.feed, msg: feed(id, [feeder]) });
  await world.price("20000");
  await world.send(owner, world.toMarket(listing(place.feed, id)));
  return { world, people };
}

/** A fund of the suite whose owner is a person, with parameters of its own where given. */
export async function realFund(chain: Chain, token: Denom, owner: Signer): Promise<string> {
  const msg = { owner: owner.address, collateral: token, parameters: null };
  return chain.instantiate(owner, await chain.code("insurance-fund"), msg, "insurance fund");
}

/** Registers the world's market in its fund, and fills the market's own reserve and the mutual reserve with so much each. */
export async function register(world: World, owner: Signer, reserve: bigint): Promise<void> {
  const { market: contract } = world.place;
  const market = world.listed.id;
  const registration = world.toFund({ register_market: { contract, market, parameters: STANDING } });
  const topUp = world.payFund(reserve, { top_up: { contract, market, kind: "reserve" } });
  // Capital enough that losses of this size close no market.
  const donation = world.payFund(reserve, { top_up: { kind: "donation" } });
  await world.send(owner, registration, topUp, donation);
}

/** A transaction of a hostile contract that anyone may send. */
export function hostile(contract: string, msg: object): Call {
  return { contract, msg };
}

/** Sends to a hostile contract. */
export async function command(world: World, by: Signer, contract: string, msg: object): Promise<void> {
  await send(by, [hostile(contract, msg)], world.chain.fee());
}
