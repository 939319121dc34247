/** A market with its fund and price feed, the people who use it, and what must hold of its books. */
import { expect } from "vitest";
import type { Call, Sent, Signer, SuiteQueries } from "../src/index.js";
import { balanceOf, deposit, parseDecimal, pay, send, suiteQueries } from "../src/index.js";
import type { AccountResponse, Denom, Side } from "../src/generated/PerpMarket.types.js";
import type { LiquidationAnswer } from "../src/generated/PerpMarketAnswers.types.js";
import type { Chain } from "./chain.js";

/** One unit of collateral, atoms. */
export const UNIT = 1_000_000n;
/** One bitcoin, atoms. */
export const BTC = 100_000_000n;

/** Where everything is. Addresses of contracts. */
export interface Place {
  token: Denom;
  market: string;
  fund: string;
  feed: string;
  governance: string;
}

/** A market of the place, with who tells its price. */
export interface Listed {
  id: number;
  feedId: string;
  /** Exponent of pushed prices. */
  expo: number;
  feeders: readonly Signer[];
}

/** The suite as its users meet it: by messages and queries alone. */
export class World {
  readonly ask: SuiteQueries;

  constructor(
    readonly chain: Chain,
    readonly place: Place,
    readonly listed: Listed,
  ) {
    this.ask = suiteQueries(chain.client, {
      governance: place.governance,
      priceFeed: place.feed,
      insuranceFund: place.fund,
      perpMarket: place.market,
    });
  }

  /** `native` or `cw20`. */
  get kind(): string {
    return Object.keys(this.place.token)[0] ?? "";
  }

  /** Sends messages in one transaction. */
  send(by: Signer, ...calls: Call[]): Promise<Sent> {
    return send(by, calls, this.chain.fee());
  }

  /** A message to the market. */
  toMarket(msg: object): Call {
    return { contract: this.place.market, msg };
  }

  /** A message to the fund. */
  toFund(msg: object): Call {
    return { contract: this.place.fund, msg };
  }

  /** A message that pays collateral to the fund. */
  payFund(amount: bigint, msg: object): Call {
    return pay(this.place.token, this.place.fund, amount, { native: msg, cw20: msg });
  }

  /** A message that deposits into a subaccount. */
  deposit(amount: bigint, subaccount = 0): Call {
    return deposit(this.place.token, this.place.market, subaccount, amount);
  }

  /** A limit order that rests, or trades what it can. */
  order(side: Side, size: bigint, price: string, terms: { subaccount?: number; postOnly?: boolean; reduceOnly?: boolean } = {}): Call {
    return this.toMarket({
      place_order: {
        subaccount: terms.subaccount ?? 0,
        market: this.listed.id,
        side,
        size: size.toString(),
        order_type: { limit: { price, time_in_force: terms.postOnly ? "post_only" : "good_til_cancelled" } },
        reduce_only: terms.reduceOnly ?? false,
      },
    });
  }

  /** A message of all feeders: this price, observed now. */
  async price(price: string): Promise<void> {
    const { feedId: id, expo, feeders } = this.listed;
    const mantissa = parseDecimal(price) / 10n ** BigInt(18 + expo);
    const last = await this.ask.priceFeed.feederPrices({ id });
    const newest = Math.max(0, ...last.map(({ price: known }) => known?.publish_time ?? 0));
    let now = await this.chain.now();
    while (now <= newest) {
      await new Promise((done) => setTimeout(done, 200));
      now = await this.chain.now();
    }
    const update = { id, price: mantissa.toString(), conf: "0", publish_time: now };
    const push = { contract: this.place.feed, msg: { push_prices: { prices: [update] } } };
    await Promise.all(feeders.map((feeder) => this.send(feeder, push)));
  }

  /** Buyer and seller trade with each other; the seller's order rests first. */
  async trade(buyer: Signer, seller: Signer, size: bigint, price: string): Promise<Sent> {
    await this.send(seller, this.order("sell", size, price, { postOnly: true }));
    return this.send(buyer, this.order("buy", size, price));
  }

  /** Liquidates a position, and returns what the market answered. */
  async liquidate(keeper: Signer, owner: string, subaccount = 0): Promise<LiquidationAnswer> {
    const sent = await this.send(keeper, this.toMarket(this.liquidation(owner, subaccount)));
    return sent.answers[0] as LiquidationAnswer;
  }

  /** The message of a liquidation. */
  liquidation(owner: string, subaccount = 0): object {
    return { liquidate: { account: { owner, subaccount }, market: this.listed.id } };
  }

  /** An account as the market has it now. */
  account(owner: string, subaccount = 0): Promise<AccountResponse> {
    return this.ask.perpMarket.account({ account: { owner, subaccount } });
  }

  /** Signed size of an account's position in the market. */
  async size(owner: string, subaccount = 0): Promise<bigint> {
    const { positions } = await this.account(owner, subaccount);
    return BigInt(positions.find(({ market }) => market === this.listed.id)?.size ?? 0);
  }

  /** Equity at the oracle price. */
  async equity(owner: string, subaccount = 0): Promise<bigint> {
    return BigInt((await this.account(owner, subaccount)).equity);
  }

  /** Collateral that an address holds outside. */
  balance(address: string): Promise<bigint> {
    return balanceOf(this.chain.client, this.place.token, address);
  }

  /** All accounts of the market. */
  async accounts(): Promise<AccountResponse[]> {
    const all: AccountResponse[] = [];
    for (;;) {
      const last = all.at(-1);
      // Nodes answer a query of at most three million gas.
      const limit = 10;
      const page = await this.ask.perpMarket.accounts({ limit, ...(last === undefined ? {} : { startAfter: last.number }) });
      all.push(...page);
      if (page.length < limit) {
        return all;
      }
    }
  }

  /**
   * The market's books against its coins: what the token says it holds is what its ledger says, accounts add up, sizes
   * add up to nothing.
   */
  async marketBooksAgree(): Promise<void> {
    const [ledger, held, accounts] = await Promise.all([
      this.ask.perpMarket.ledger(),
      this.balance(this.place.market),
      this.accounts(),
    ]);
    expect(BigInt(ledger.bank), "the market's bank").toBe(held);
    expect(BigInt(ledger.unaccounted), "coins of the market that nobody booked").toBe(0n);
    const lines =
      BigInt(ledger.accounts) +
      BigInt(ledger.fees_owed) +
      BigInt(ledger.fee_collector) +
      BigInt(ledger.retired_fees) +
      BigInt(ledger.settlement_pool) +
      BigInt(ledger.residue) +
      BigInt(ledger.queued_withdrawals) -
      BigInt(ledger.deficit);
    expect(lines, "the market's ledger").toBe(held);
    const sizes = new Map<number, bigint>();
    for (const { market, size } of accounts.flatMap(({ positions }) => positions)) {
      sizes.set(market, (sizes.get(market) ?? 0n) + BigInt(size));
    }
    for (const [market, sum] of sizes) {
      expect(sum, `sum of sizes of market ${market}`).toBe(0n);
    }
    const quotes = accounts.reduce((sum, { quote }) => sum + BigInt(quote), 0n);
    expect(quotes, "sum of accounts").toBe(BigInt(ledger.accounts));
  }

  /** The fund's books against its coins. */
  async fundBooksAgree(): Promise<void> {
    const [solvency, held] = await Promise.all([this.ask.insuranceFund.solvency(), this.balance(this.place.fund)]);
    expect(BigInt(solvency.bank), "the fund's bank").toBe(held);
    expect(BigInt(solvency.unaccounted), "coins of the fund that nobody booked").toBe(0n);
    const lines =
      BigInt(solvency.market_reserves) +
      BigInt(solvency.mutual) +
      BigInt(solvency.staked) +
      BigInt(solvency.rewards_undripped) +
      BigInt(solvency.emergency_undrawn) +
      BigInt(solvency.surplus_due);
    expect(lines, "the fund's ledger").toBe(held);
  }

  /** Both. */
  async booksAgree(): Promise<void> {
    await Promise.all([this.marketBooksAgree(), this.fundBooksAgree()]);
  }
}

/** The same step in both worlds at once. */
export async function both<W>(worlds: readonly W[], step: (world: W) => Promise<void>): Promise<void> {
  const done = await Promise.allSettled(worlds.map(step));
  const failed = done.filter((one) => one.status === "rejected").map((one) => (one as PromiseRejectedResult).reason as unknown);
  if (failed.length > 0) {
    throw failed[0];
  }
}
