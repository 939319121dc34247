/**
 * The life of a suite on a real chain, once with native coins and once with a cw20, both at the same time: deployed as in
 * production, ruled by votes, through a crash and out of it again, until everybody has left. Every fact is checked by query
 * and by balance.
 */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { check, deploy, MemoryState } from "../deploy/index.js";
import type { LiquidationAnswer } from "../src/generated/PerpMarketAnswers.types.js";
import type { Signer } from "../src/index.js";
import { binary } from "../src/index.js";
import { Chain } from "./chain.js";
import { deployed, type Deployed } from "./deployed.js";
import { feed, feedId, KINDS, listing, STANDING } from "./stage.js";
import { both, BTC, UNIT, World } from "./world.js";

const DAY = 86_400;

/** One kind of collateral. */
interface Scene extends Deployed {
  world: World;
  /** Alice's subaccounts used so far. */
  used: number;
  /** Those that a fall to 18,000 makes bankrupt. */
  bankrupt: number[];
}

/** The market that the story plays in: the one listed by vote. */
const MARKET = 1;

let chain: Chain;
let scenes: Scene[];

beforeAll(async () => {
  chain = await Chain.connect("alice");
  const own = [chain, await Chain.connect("bob")];
  scenes = await Promise.all(
    KINDS.map(async (kind, index) => {
      const suite = await deployed(own[index] ?? chain, kind);
      const { feeders } = suite;
      const world = new World(suite.chain, suite.place, { id: MARKET, feedId: feedId(MARKET), expo: -8, feeders });
      return { ...suite, world, used: 0, bankrupt: [] };
    }),
  );
});

afterEach(async () => {
  await both(scenes, ({ world }) => world.booksAgree());
});

/** Proposes, and votes it through: the voter holds all power, so that it is decided at once. */
async function propose({ world, people }: Scene, title: string, calls: readonly { contract: string; msg: object }[]): Promise<number> {
  const msgs = calls.map(({ contract, msg }) => ({ wasm: { execute: { contract_addr: contract, msg: binary(msg), funds: [] } } }));
  const proposal = { propose: { title, description: "", msgs } };
  const { governance } = world.place;
  await world.send(people.voter, { contract: governance, msg: proposal });
  return (await world.ask.governance.config()).proposals;
}

/** Sends the messages of a proposal that is ready. */
async function execute({ world, people }: Scene, proposal: number): Promise<void> {
  await world.send(people.keeper, { contract: world.place.governance, msg: { execute: { proposal_id: proposal } } });
  const life = await world.ask.governance.lifecycle({ proposalId: proposal });
  expect(life, life.failure ?? "").toMatchObject({ status: "executed", failures: 0 });
}

/** Lets time pass until all of these proposals may be executed. */
async function ready(proposals: readonly { scene: Scene; id: number }[]): Promise<void> {
  const lives = await Promise.all(proposals.map(({ scene, id }) => scene.world.ask.governance.lifecycle({ proposalId: id })));
  for (const life of lives) {
    expect(life.status).toBe("queued");
  }
  const until = Math.max(...lives.map(({ ready_at }) => ready_at ?? 0));
  await chain.skip(until - (await chain.now()) + 1);
}

/** Alice opens a long position against Bob, at 20,000, in a subaccount of its own. */
async function long(scene: Scene, bitcoins: bigint, collateral: bigint): Promise<number> {
  const { world, people } = scene;
  const subaccount = scene.used++;
  const size = bitcoins * BTC;
  await world.send(people.bob, world.order("sell", size, "20000", { postOnly: true }));
  await world.send(people.alice, world.deposit(collateral * UNIT, subaccount), world.order("buy", size, "20000", { subaccount }));
  expect(await world.size(people.alice.address, subaccount)).toBe(size);
  return subaccount;
}

/** What a claim of the market would be paid now. */
async function capacity({ world }: Scene): Promise<bigint> {
  const { total } = await world.ask.insuranceFund.capacity({ contract: world.place.market, market: MARKET });
  return BigInt(total);
}

/** Fees that go to the fund with the next claim, less the keeper's bounty out of them: the fund pays them back at once. */
async function feesWithClaim({ world }: Scene, bitcoins: bigint, price: bigint): Promise<bigint> {
  const { fees_owed } = await world.ask.perpMarket.market({ market: MARKET });
  const bounty = (bitcoins * price * UNIT) / 10_000n;
  const most = 10n * UNIT;
  const kept = bounty < most ? bounty : most;
  return BigInt(fees_owed) > kept ? BigInt(fees_owed) - kept : 0n;
}

interface Loss {
  answer: LiquidationAnswer;
  /** What Bob, the only counterparty, lost against the oracle price. */
  lost: bigint;
}

/** Liquidates one of Alice's bankrupt subaccounts, and measures who bore what. */
async function crash(scene: Scene, subaccount: number): Promise<Loss> {
  const { world, people } = scene;
  const { alice, bob, keeper } = people;
  const subject = await world.account(alice.address, subaccount);
  expect(subject).toMatchObject({ bankrupt: true, liquidatable: true });
  const before = await world.equity(bob.address);
  const answer = await world.liquidate(keeper, alice.address, subaccount);
  const closed = await world.account(alice.address, subaccount);
  expect([closed.quote, closed.positions], "what is left of a bankrupt account").toEqual(["0", []]);
  return { answer, lost: before - (await world.equity(bob.address)) };
}

/** All markets report to the fund, whatever they owe it, and are told their risk parameters. */
async function report({ world, people }: Scene): Promise<void> {
  const flush = (market: number) => world.toMarket({ flush: { market } });
  await world.send(people.keeper, flush(0), flush(MARKET), world.toFund({ poke: { contract: world.place.market } }));
}

/** Equal but for the premium and funding of the seconds that a test takes. */
function near(found: bigint, expected: bigint, what: string, atoms = UNIT / 20n): void {
  const apart = found > expected ? found - expected : expected - found;
  expect(apart <= atoms, `${what}: expected ${expected}, found ${found}`).toBe(true);
}

describe("the life of a suite", () => {
  test("the suite is as its file says: for somebody without a key, and for a deployer who lost the state", async () => {
    await both(scenes, async ({ chain: { client }, configuration, facts, people, place }) => {
      expect(facts.length).toBeGreaterThan(25);
      expect(facts.filter(({ holds }) => !holds)).toEqual([]);
      expect((await check({ configuration, client, governance: place.governance })).facts).toEqual(facts);
      const again = await deploy({ configuration, store: new MemoryState(), signer: people.deployer });
      expect(again).toMatchObject({ changes: 0, facts });
    });
  });

  test("members stake for votes", async () => {
    await both(scenes, async ({ world, people, votes }) => {
      const { governance } = world.place;
      await world.send(people.voter, { contract: governance, msg: { stake: {} }, funds: [votes] });
      const { staked } = await world.ask.governance.config();
      expect(staked).toBe(votes.amount);
      expect((await chain.client.getBalance(governance, votes.denom)).amount).toBe(votes.amount);
    });
  });

  test("a market is listed by vote, and stands behind the fund when its time has come", async () => {
    const proposals = await Promise.all(
      scenes.map(async (scene) => {
        const { feed: contract, market, fund } = scene.world.place;
        const id = feedId(MARKET);
        const parameters = STANDING;
        const first = await propose(scene, "A feed", [{ contract, msg: feed(id, scene.feeders, "TBTC/USD") }]);
        const second = await propose(scene, "List TBTC", [
          { contract: market, msg: listing(contract, id, "TBTC-PERP") },
          { contract: fund, msg: { register_market: { contract: market, market: MARKET, parameters } } },
        ]);
        return [
          { scene, id: first },
          { scene, id: second },
        ];
      }),
    );
    await ready(proposals.flat());
    await both(proposals, async ([first, second]) => {
      const { scene } = first as { scene: Scene };
      const { world } = scene;
      await execute(scene, first?.id ?? 0);
      await world.price("20000");
      await execute(scene, second?.id ?? 0);
      const listed = await world.ask.perpMarket.market({ market: MARKET });
      expect(listed.config).toMatchObject({ symbol: "TBTC-PERP", lot_size: "10000" });
    });
    // The fund lets a new claimant wait where it holds money of others.
    const waiting = await Promise.all(scenes.map(({ world }) => world.ask.insuranceFund.pendingChanges({})));
    const until = Math.max(0, ...waiting.flat().map(({ ready_at }) => ready_at));
    await chain.skip(Math.max(1, until - (await chain.now()) + 1));
    await both(scenes, async ({ world, people }) => {
      for (const { id } of await world.ask.insuranceFund.pendingChanges({})) {
        await world.send(people.keeper, world.toFund({ apply_change: { id } }));
      }
      const standing = await world.ask.insuranceFund.market({ contract: world.place.market, market: MARKET });
      expect(standing.parameters).toMatchObject(STANDING);
    });
    // Its access to what others paid in grows over thirty days.
    await chain.skip(31 * DAY);
  });

  test("traders deposit", async () => {
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const { alice, bob, carol } = people;
      for (const [trader, units] of [[bob, 60_000n], [carol, 25_000n], [alice, 1_200n]] as const) {
        const before = await world.balance(trader.address);
        await world.send(trader, world.deposit(units * UNIT));
        expect(before - (await world.balance(trader.address))).toBe(units * UNIT);
        expect((await world.account(trader.address)).quote).toBe((units * UNIT).toString());
      }
      scene.used = 1;
    });
  });

  test("two of them trade", async () => {
    await both(scenes, async ({ world, people }) => {
      const { alice, bob } = people;
      await world.price("20000");
      await world.trade(alice, bob, BTC, "20000");
      const [long, short] = [await world.account(alice.address), await world.account(bob.address)];
      expect([long.positions[0]?.size, short.positions[0]?.size]).toEqual([BTC.toString(), (-BTC).toString()]);
      // Taker 5 bp, maker 2 bp of 20,000.
      near(BigInt(long.equity), 1_190n * UNIT, "the taker's equity");
      near(BigInt(short.equity), 59_996n * UNIT, "the maker's equity");
      const { open_interest } = await world.ask.perpMarket.market({ market: MARKET });
      expect(open_interest).toBe(BTC.toString());
    });
  });

  test("longs pay funding while bids stand above the index", async () => {
    await both(scenes, ({ world, people }) =>
      world.send(people.carol, world.order("buy", BTC, "20200", { postOnly: true })).then(() => undefined),
    );
    for (let minute = 0; minute < 3; minute += 1) {
      await chain.skip(61);
      await both(scenes, async ({ world, people }) => {
        await world.price("20000");
        await world.send(people.keeper, world.toMarket({ accrue_funding: { market: MARKET } }));
      });
    }
    await chain.skip(3_600);
    await both(scenes, async ({ world, people }) => {
      const { alice, bob, carol, keeper } = people;
      await world.price("20000");
      await world.send(keeper, world.toMarket({ accrue_funding: { market: MARKET } }));
      const { last_rate } = await world.ask.perpMarket.funding({ market: MARKET });
      expect(BigInt(last_rate)).toBeGreaterThan(0n);
      const [long, short] = [await world.account(alice.address), await world.account(bob.address)];
      const [paid, received] = [BigInt(long.positions[0]?.funding_owed ?? 0), -BigInt(short.positions[0]?.funding_owed ?? 0)];
      expect(paid).toBeGreaterThan(0n);
      expect(received).toBeGreaterThan(0n);
      expect(received, "what shorts receive comes from longs").toBeLessThanOrEqual(paid);
      await world.send(carol, world.toMarket({ cancel_all_orders: { subaccount: 0, market: null } }));
    });
  });

  test("the price falls: a solvent account is liquidated into the book, and the keeper paid", async () => {
    await both(scenes, async ({ world, people }) => {
      const { alice, carol, keeper } = people;
      await world.price("19300");
      await world.send(carol, world.order("buy", BTC, "19290", { postOnly: true }));
      expect(await world.account(alice.address)).toMatchObject({ liquidatable: true, bankrupt: false });
      const claims = (await world.ask.insuranceFund.solvency()).claims;
      const answer = await world.liquidate(keeper, alice.address);
      expect(answer).toMatchObject({ status: "done", deleveraged: "0", asked: "0" });
      const closed = BigInt(answer.closed_in_book);
      expect(closed > 0n && closed < BTC, `closed ${closed}`).toBe(true);
      expect((await world.account(alice.address)).liquidatable).toBe(false);
      expect((await world.ask.insuranceFund.solvency()).claims, "claims").toBe(claims);
      const share = BigInt((await world.account(keeper.address)).quote);
      expect(share).toBe(BigInt(answer.fee) / 5n);
      const before = await world.balance(keeper.address);
      await world.send(keeper, world.toMarket({ withdraw: { subaccount: 0, amount: share.toString() } }));
      expect((await world.balance(keeper.address)) - before).toBe(share);
      // What is left of the bid would take part in the next fall.
      await world.send(carol, world.toMarket({ cancel_all_orders: { subaccount: 0, market: null } }));
    });
  });

  test("the fund pays a bankrupt account's claim in full, and nobody else loses", async () => {
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      await world.price("20000");
      scene.bankrupt = [await long(scene, 1n, 1_200n), await long(scene, 5n, 6_000n), await long(scene, 1n, 1_200n)];
      const topUp = { top_up: { contract: world.place.market, market: MARKET, kind: "reserve" } };
      const before = await world.balance(world.place.fund);
      await world.send(people.donor, world.payFund(3_000n * UNIT, topUp));
      expect((await world.balance(world.place.fund)) - before).toBe(3_000n * UNIT);
    });
    // For who took more risk within the last minute only the market's own reserve pays.
    await chain.skip(61);
    await both(scenes, async (scene) => {
      const { world } = scene;
      await world.price("18000");
      const fees = await feesWithClaim(scene, 1n, 18_000n);
      const held = await world.balance(world.place.fund);
      const { answer, lost } = await crash(scene, scene.bankrupt[0] ?? 0);
      expect(answer).toMatchObject({ status: "done", paid: answer.asked, deficit: "0" });
      near(BigInt(answer.asked), 810n * UNIT, "what was missing", UNIT);
      near(lost, 0n, "what the counterparty lost");
      near(held - (await world.balance(world.place.fund)), BigInt(answer.paid) - fees, "what the fund spent", UNIT / 10n);
    });
  });

  test("it pays a claim in part, another not at all, and exactly the rest is deleveraged", async () => {
    await both(scenes, async (scene) => {
      const { world } = scene;
      const [, large, small] = scene.bankrupt as [number, number, number];
      await world.price("18000");
      const most = (await capacity(scene)) + (await feesWithClaim(scene, 5n, 18_000n));
      const part = await crash(scene, large);
      expect(BigInt(part.answer.paid)).toBeGreaterThan(0n);
      expect(BigInt(part.answer.paid)).toBeLessThan(BigInt(part.answer.asked));
      near(BigInt(part.answer.paid), most, "all that the fund could pay", 10n * UNIT);
      expect(BigInt(part.answer.deleveraged)).toBe(5n * BTC);
      near(part.lost, BigInt(part.answer.asked) - BigInt(part.answer.paid), "what the counterparty lost");
      const nothing = await crash(scene, small);
      expect(nothing.answer.paid, "paid by an empty fund").toBe("0");
      expect(BigInt(nothing.answer.asked)).toBeGreaterThan(0n);
      near(nothing.lost, BigInt(nothing.answer.asked), "what the counterparty lost");
      const claims = await world.ask.insuranceFund.claims({ contract: world.place.market, limit: 50 });
      const last = claims.slice(-2).map(({ amount, paid, uncovered }) => [amount, paid, uncovered]);
      const expected = [part, nothing].map(({ answer: { asked, paid } }) => [asked, paid, (BigInt(asked) - BigInt(paid)).toString()]);
      expect(last).toEqual(expected);
    });
  });

  test("top-ups bring the level back, after an hour", async () => {
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const { level } = await world.ask.insuranceFund.solvency();
      expect(["deficient", "critical"]).toContain(level);
      const { risk, reduce_only } = await world.ask.perpMarket.market({ market: MARKET });
      expect([risk?.level, reduce_only], "what the market was told with the answer to its claim").toEqual([level, true]);
      await world.send(people.donor, world.payFund(30_000n * UNIT, { top_up: { kind: "donation" } }));
      // A market that is silent for a day counts with all that it may ever hold.
      await report(scene);
      expect((await world.ask.insuranceFund.solvency()).level, "levels rise slowly").toBe(level);
    });
    // An hour for the level, eight for the market's own breaker.
    await chain.skip(9 * 3_600);
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      await report(scene);
      const { level, coverage_ppm } = await world.ask.insuranceFund.solvency();
      expect(["surplus", "healthy"], `coverage ${coverage_ppm}`).toContain(level);
      const { risk, reduce_only } = await world.ask.perpMarket.market({ market: MARKET });
      expect([risk?.level, reduce_only]).toEqual([level, false]);
      // And risk may be taken again.
      await world.price("20000");
      const subaccount = await long(scene, 1n, 3_000n);
      expect(await world.size(people.alice.address, subaccount)).toBe(BTC);
    });
  });

  test("an underwriter stakes, bears a loss, and leaves with the rest", async () => {
    const opened = new Map<Scene, number>();
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      await world.send(people.staker, world.payFund(20_000n * UNIT, { stake: {} }));
      const { value } = await world.ask.insuranceFund.staker({ address: people.staker.address });
      near(BigInt(value), 20_000n * UNIT, "the stake");
      await world.price("20000");
      opened.set(scene, await long(scene, 6n, 7_200n));
    });
    await chain.skip(61);
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const { staker } = people;
      await world.price("18000");
      const before = BigInt((await world.ask.insuranceFund.staker({ address: staker.address })).value);
      const { answer, lost } = await crash(scene, opened.get(scene) ?? 0);
      near(lost, BigInt(answer.asked) - BigInt(answer.paid), "what the counterparty lost");
      const claims = await world.ask.insuranceFund.claims({ contract: world.place.market, limit: 50 });
      const slashed = BigInt(claims.at(-1)?.layers.find(({ layer }) => layer === "stake")?.paid ?? 0);
      expect(slashed).toBeGreaterThan(0n);
      const { shares, value } = await world.ask.insuranceFund.staker({ address: staker.address });
      near(before - BigInt(value), slashed, "what the underwriter lost");
      await world.send(staker, world.toFund({ request_exit: { shares } }));
      // A level below watch would hold the exit up.
      await world.send(people.donor, world.payFund(20_000n * UNIT, { top_up: { kind: "donation" } }));
    });
    await chain.skip(3_601);
    await both(scenes, report);
    const exits = await Promise.all(
      scenes.map(async ({ world, people }) => (await world.ask.insuranceFund.staker({ address: people.staker.address })).exit),
    );
    const until = Math.max(...exits.map((exit) => (exit?.ready_at ?? 0) + (exit?.paused_secs ?? 0)));
    await chain.skip(until - (await chain.now()) + 3_600);
    await both(scenes, async ({ world, people }) => {
      const { staker } = people;
      const owed = (await world.ask.insuranceFund.staker({ address: staker.address })).exit?.owed ?? "";
      const before = await world.balance(staker.address);
      await world.send(staker, world.toFund({ complete_exit: {} }));
      expect((await world.balance(staker.address)) - before).toBe(BigInt(owed));
      const left = await world.ask.insuranceFund.staker({ address: staker.address });
      expect([left.shares, left.exit ?? null]).toEqual(["0", null]);
    });
  });

  test("the guardian freezes risk, and liquidation goes on; it thaws by itself", async () => {
    let thaw = 0;
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const { alice, bob, carol, donor, guardian, keeper } = people;
      const { governance } = world.place;
      await world.price("20000");
      await report(scene);
      const subaccount = await long(scene, 1n, 1_250n);
      await expect(world.send(keeper, { contract: governance, msg: { freeze: {} } }), "by anybody").rejects.toThrow();
      await world.send(guardian, { contract: governance, msg: { freeze: {} } });
      const until = (await world.ask.governance.guardian()).frozen_until;
      expect((await world.ask.perpMarket.config()).frozen_until).toBe(until);
      thaw = Math.max(thaw, until);
      await world.price("19300");
      // Bob is short: his bid reduces. Whoever would sell to him, without a position, takes more risk.
      await world.send(bob, world.order("buy", BTC, "19290", { postOnly: true, reduceOnly: true }));
      await world.send(donor, world.deposit(1_000n * UNIT));
      await expect(world.send(donor, world.order("sell", BTC / 100n, "19290")), "more risk").rejects.toThrow(/frozen/i);
      expect(await world.account(alice.address, subaccount)).toMatchObject({ liquidatable: true, bankrupt: false });
      expect((await world.liquidate(keeper, alice.address, subaccount)).status).toBe("done");
      expect((await world.account(alice.address, subaccount)).liquidatable).toBe(false);
      await world.send(bob, world.toMarket({ cancel_all_orders: { subaccount: 0, market: null } }));
      expect(await world.size(carol.address)).toBeGreaterThan(0n);
    });
    await chain.skip(thaw - (await chain.now()) + 1);
    await both(scenes, async ({ world, people }) => {
      await world.price("20000");
      await world.send(people.carol, world.order("buy", BTC / 10n, "19900", { postOnly: true }));
      await world.send(people.carol, world.toMarket({ cancel_all_orders: { subaccount: 0, market: null } }));
    });
  });

  test("everybody closes and withdraws everything, and books and balances agree", async () => {
    const leaving = new Map<Scene, Map<string, { before: bigint; due: bigint }>>();
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const { bob } = people;
      await world.price("20000");
      const signers = new Map<string, Signer>(Object.values(people).map((person) => [person.address, person]));
      for (const { account, positions } of await world.accounts()) {
        const size = BigInt(positions[0]?.size ?? 0);
        if (size > 0n) {
          const terms = { subaccount: account.subaccount, postOnly: true, reduceOnly: true };
          await world.send(signers.get(account.owner) as Signer, world.order("sell", size, "20000", terms));
        }
      }
      const short = await world.size(bob.address);
      await world.price("20000");
      await world.send(bob, world.order("buy", -short, "20000", { reduceOnly: true }));
      expect((await world.ask.perpMarket.market({ market: MARKET })).open_interest).toBe("0");
      const owners = new Map<string, { before: bigint; due: bigint }>();
      for (const { account, quote } of await world.accounts()) {
        const { owner, subaccount } = account;
        const known = owners.get(owner) ?? { before: await world.balance(owner), due: 0n };
        owners.set(owner, { ...known, due: known.due + BigInt(quote) });
        if (BigInt(quote) > 0n) {
          await world.send(signers.get(owner) as Signer, world.toMarket({ withdraw: { subaccount, amount: quote } }));
        }
      }
      leaving.set(scene, owners);
    });
    // Not more than 100,000 units leave within a day: what is held back waits in a queue.
    await chain.skip(DAY);
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      const waiting = await world.ask.perpMarket.queuedWithdrawals({});
      if (waiting.length > 0) {
        await world.send(people.keeper, world.toMarket({ process_withdrawals: {} }));
      }
      for (const [owner, { before, due }] of leaving.get(scene) ?? []) {
        expect((await world.balance(owner)) - before, "what was withdrawn").toBe(due);
      }
      const ledger = await world.ask.perpMarket.ledger();
      expect([ledger.accounts, ledger.queued_withdrawals, ledger.deficit]).toEqual(["0", "0", "0"]);
    });
  });

  test("members unstake and leave, and governance holds nothing", async () => {
    await both(scenes, async ({ world, people, votes }) => {
      const { governance } = world.place;
      await world.send(people.voter, { contract: governance, msg: { unstake: { amount: votes.amount } } });
    });
    await chain.skip(21 * DAY);
    await both(scenes, async ({ world, people, votes }) => {
      const { governance } = world.place;
      const before = BigInt((await chain.client.getBalance(people.voter.address, votes.denom)).amount);
      await world.send(people.voter, { contract: governance, msg: { claim: {} } });
      const after = BigInt((await chain.client.getBalance(people.voter.address, votes.denom)).amount);
      expect(after - before).toBe(BigInt(votes.amount));
      const { staked, unstaking, deposits } = await world.ask.governance.config();
      expect([staked, unstaking, deposits]).toEqual(["0", "0", []]);
      expect((await chain.client.getBalance(governance, votes.denom)).amount).toBe("0");
    });
  });
});
