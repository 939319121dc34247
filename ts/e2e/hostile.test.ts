/**
 * Liquidation commits whatever the fund does (rules G3, S7, E1 of the security checklist): it loops, panics, lies about what
 * it paid, answers at length, fails after paying. What counts as paid is what arrived; a claim that fails deleverages nobody.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { Chain } from "./chain.js";
import type { People } from "./stage.js";
import { command, KINDS, marketWith } from "./stage.js";
import type { World } from "./world.js";
import { both, BTC, UNIT } from "./world.js";

const ALL = 1_000_000;
const NO_COINS: object[] = [];
const answers = (pays_ppm: number, says: unknown, coins = NO_COINS): object => ({ answers: { pays_ppm, coins, says } });

/** What a fund does at a claim, and what must come of it. */
const REACTIONS: { name: string; claim: (world: World) => unknown; comes: "fails" | "full" | "part" }[] = [
  { name: "refuses", claim: () => ({ errors: { bytes: 10 } }), comes: "fails" },
  { name: "refuses with a text of 100 kB", claim: () => ({ errors: { bytes: 100_000 } }), comes: "fails" },
  { name: "panics", claim: () => "panics", comes: "fails" },
  { name: "loops until its gas is used up", claim: () => "loops", comes: "fails" },
  { name: "burns gas by writing", claim: () => ({ burns_gas: { records: 1_000 } }), comes: "fails" },
  { name: "fails after it paid", claim: () => "pays_and_fails", comes: "fails" },
  { name: "says that it paid less", claim: () => answers(ALL, { ppm: 0 }), comes: "full" },
  { name: "answers 100 kB of data", claim: () => answers(ALL, { huge: 100_000 }), comes: "full" },
  { name: "answers with an event of 100 kB", claim: () => answers(ALL, { noise: 100_000 }), comes: "full" },
  { name: "answers what cannot be read", claim: () => answers(ALL, "garbage"), comes: "full" },
  { name: "answers nothing", claim: () => answers(ALL, "nothing"), comes: "full" },
  { name: "says that it paid more", claim: () => answers(100_000, { ppm: ALL }), comes: "part" },
  {
    name: "pays another coin",
    claim: ({ chain }) =>
      answers(0, { ppm: ALL }, [{ denom: chain.network.denominations.other, amount: UNIT.toString() }]),
    comes: "part",
  },
];

interface Scene {
  world: World;
  people: People;
  fund: string;
  /** Alice's subaccounts used so far. */
  used: number;
}

async function behave(scene: Scene, claim: unknown): Promise<void> {
  const behaviour = { claim, top_up: answers(0, "truth"), reenter: [], risk: null };
  await command(scene.world, scene.people.keeper, scene.fund, { set_behaviour: behaviour });
}

/** Everybody's position and money. */
async function everyone({ world }: Scene): Promise<object[]> {
  const accounts = await world.accounts();
  return accounts.map(({ account, quote, positions }) => ({ account, quote, sizes: positions.map(({ size }) => size) }));
}

describe("a hostile fund", () => {
  let scenes: Scene[];

  beforeAll(async () => {
    scenes = await Promise.all(
      KINDS.map(async (kind) => {
        const chain = await Chain.connect(kind === "native" ? "alice" : "bob");
        const { world, people } = await marketWith(chain, kind, async (collateral, owner) => {
          const behaviour = { claim: answers(ALL, "truth"), top_up: answers(0, "truth"), reenter: [], risk: null };
          return chain.instantiate(owner, await chain.code("hostile"), { collateral, behaviour }, "hostile fund");
        });
        const { bob, carol, owner } = people;
        const fund = world.place.fund;
        await world.send(bob, world.deposit(500_000n * UNIT));
        await world.send(carol, world.deposit(500_000n * UNIT));
        const { collateral, other } = chain.network.denominations;
        const coins = [{ denom: other, amount: (1_000n * UNIT).toString() }];
        if (kind === "native") {
          coins.push({ denom: collateral, amount: (500_000n * UNIT).toString() });
        } else {
          const transfer = { transfer: { recipient: fund, amount: (500_000n * UNIT).toString() } };
          await world.send(owner, { contract: (world.place.token as { cw20: string }).cw20, msg: transfer });
        }
        coins.sort((one, another) => (one.denom < another.denom ? -1 : 1));
        await chain.funder.client.sendTokens(chain.funder.address, fund, coins, chain.fee());
        return { world, people, fund, used: 0 };
      }),
    );
  });

  test.each(REACTIONS)("that $name", async ({ claim, comes }) => {
    await both(scenes, async (scene) => {
      const { world, people, fund } = scene;
      const { alice, bob, carol, keeper } = people;
      const subaccount = scene.used++;
      await world.price("20000");
      await world.send(bob, world.order("sell", BTC, "20000", { postOnly: true }));
      await world.send(alice, world.deposit(1_200n * UNIT, subaccount), world.order("buy", BTC, "20000", { subaccount }));
      expect(await world.size(alice.address, subaccount)).toBe(BTC);
      await world.price("18000");
      await world.send(carol, world.order("buy", BTC, "17950", { postOnly: true }));
      await behave(scene, claim(world));
      const before = await everyone(scene);
      const held = await world.balance(fund);
      const first = await world.liquidate(keeper, alice.address, subaccount);
      const paid = held - (await world.balance(fund));
      await world.marketBooksAgree();
      if (comes === "fails") {
        expect(first.status).toBe("claim_pending");
        // Fees that are owed in a cw20 reach the fund by a message of their own, ahead of the claim.
        expect(paid, "coins that a failed claim moved out of the fund").toBeLessThanOrEqual(0n);
        const pending = await world.ask.perpMarket.pendingClaims({});
        expect(pending.map(({ account }) => account)).toEqual([{ owner: alice.address, subaccount }]);
        const after = await everyone(scene);
        expect(after.filter((_, index) => index < before.length)).toEqual(before);
        // A healthy fund pays what is missing, and nobody is deleveraged.
        await behave(scene, answers(ALL, "truth"));
        const retried = await world.liquidate(keeper, alice.address, subaccount);
        expect(retried).toMatchObject({ status: "done", deleveraged: "0", deficit: "0", paid: retried.asked });
        expect(BigInt(retried.asked)).toBeGreaterThan(0n);
        expect(await world.ask.perpMarket.pendingClaims({})).toEqual([]);
      } else {
        expect(first.status).toBe("done");
        const seen = (await world.chain.client.queryContractSmart(fund, { claims: {} })) as { amount: string; paid: string }[];
        expect(seen.at(-1), "what counts is what arrived").toMatchObject({ amount: first.asked, paid: first.paid });
        if (comes === "full") {
          expect(first).toMatchObject({ deleveraged: "0", deficit: "0", paid: first.asked });
        } else {
          expect(BigInt(first.paid)).toBeLessThan(BigInt(first.asked));
        }
      }
      expect(await world.size(alice.address, subaccount)).toBe(0n);
      expect(BigInt((await world.account(alice.address, subaccount)).quote)).toBe(0n);
      await world.marketBooksAgree();
    });
  });
});
