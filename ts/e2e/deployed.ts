/** A suite deployed as `scripts/deploy` does it, and the people of the story. */
import { randomBytes } from "node:crypto";
import type { Coin } from "@cosmjs/stargate";
import type { Configuration, Fact } from "../deploy/index.js";
import { deploy, loadConfiguration, MemoryState } from "../deploy/index.js";
import type { Signer } from "../src/index.js";
import type { Chain } from "./chain.js";
import type { Kind } from "./stage.js";
import { PROMPT_PRICES, token } from "./stage.js";
import type { Place } from "./world.js";
import { UNIT } from "./world.js";

const NAMES = ["deployer", "voter", "guardian", "keeper", "donor", "staker", "alice", "bob", "carol", "feeder0", "feeder1", "feeder2"] as const;

/** Accounts of the local network that push the first prices: the deployment has their keys. */
const FEEDERS: Record<Kind, string[]> = {
  native: ["feeder-1", "feeder-2", "feeder-3"],
  cw20: ["trader-1", "trader-2", "trader-3"],
};

/** Who plays. */
export type Cast = Record<(typeof NAMES)[number], Signer>;

/** A deployed suite. */
export interface Deployed {
  chain: Chain;
  place: Place;
  people: Cast;
  feeders: readonly Signer[];
  /** All power there is: the voter's coins. */
  votes: Coin;
  /** What was deployed. */
  configuration: Configuration;
  /** What was verified of it. */
  facts: Fact[];
}

/** Deploys the local network's configuration for one kind of collateral, with people who hold 200,000 units each. */
export async function deployed(chain: Chain, kind: Kind): Promise<Deployed> {
  const { collateral, other } = chain.network.denominations;
  const wealth = 200_000n * UNIT;
  const votes = { denom: other, amount: (1_000n * UNIT).toString() };
  const coins = kind === "native" ? [{ denom: collateral, amount: wealth.toString() }, votes] : [votes];
  const people: Cast = await chain.users(NAMES, coins);
  const feeders = [people.feeder0, people.feeder1, people.feeder2];
  const base = loadConfiguration("local");
  const all = Object.values(people).map(({ address }) => address);
  const configuration = {
    ...base,
    salt: `e2e-${randomBytes(8).toString("hex")}`,
    collateral: await token(chain, kind, people.deployer, all, wealth),
    governance: { ...base.governance, token: { native: other }, guardian: people.guardian.address },
    // A loss must be larger than what the fund holds: the story fills it itself, and positions may be larger than it backs.
    insurance_fund: { ...base.insurance_fund, mutual: "0", parameters: { ...base.insurance_fund?.parameters, backing_ratio_ppm: 0 } },
    perp_market: { parameters: { ...base.perp_market?.parameters, ...PROMPT_PRICES } },
    markets: base.markets.slice(0, 1).map((market) => ({ ...market, feed: { ...market.feed, feeders: FEEDERS[kind] }, reserve: "0" })),
  } as Configuration & { collateral: Place["token"] };
  const { addresses, facts } = await deploy({ configuration, store: new MemoryState(), signer: people.deployer });
  const place = {
    token: configuration.collateral,
    market: addresses.perpMarket,
    fund: addresses.insuranceFund,
    feed: addresses.priceFeed,
    governance: addresses.governance,
  };
  return { chain, place, people, feeders, votes, configuration, facts };
}
