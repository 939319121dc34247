/**
 * A validator is killed in the middle of a run of liquidations, as by a power cut. Alone, it is started again: nothing is
 * lost and nothing happens twice. One of four: the run goes on without it, and it catches up when it is back.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { connect } from "../src/index.js";
import { Chain } from "./chain.js";
import type { People } from "./stage.js";
import { KINDS, marketWith, realFund, register } from "./stage.js";
import type { World } from "./world.js";
import { both, BTC, UNIT } from "./world.js";

const BANKRUPT = 20;
/** Liquidations sent before the validator is killed. */
const BEFORE = 6;

interface Scene {
  world: World;
  people: People;
}

/** Liquidates an account until it is closed, through whatever happens to the node. */
async function close({ world, people }: Scene, subaccount: number): Promise<void> {
  const { alice, keeper } = people;
  const patience = Date.now() + 90_000;
  for (;;) {
    try {
      if ((await world.size(alice.address, subaccount)) === 0n) {
        return;
      }
      await world.liquidate(keeper, alice.address, subaccount);
    } catch (error) {
      if (Date.now() > patience) {
        throw error;
      }
      await new Promise((done) => setTimeout(done, 300));
    }
  }
}

describe("a validator that is killed", () => {
  let chain: Chain;
  let scenes: Scene[];

  beforeAll(async () => {
    chain = await Chain.connect("alice");
    const chains = [chain, await Chain.connect("bob")];
    scenes = await Promise.all(
      KINDS.map(async (kind, index) => {
        const { world, people } = await marketWith(chains[index] ?? chain, kind, (token, owner) => realFund(chain, token, owner));
        const { alice, bob, carol, owner } = people;
        await register(world, owner, 100_000n * UNIT);
        await world.send(bob, world.deposit(500_000n * UNIT), world.order("sell", BTC * BigInt(BANKRUPT), "20000", { postOnly: true }));
        await world.send(carol, world.deposit(500_000n * UNIT));
        for (let subaccount = 0; subaccount < BANKRUPT; subaccount += 1) {
          await world.send(alice, world.deposit(1_200n * UNIT, subaccount), world.order("buy", BTC, "20000", { subaccount }));
        }
        return { world, people };
      }),
    );
    await both(scenes, async ({ world, people }) => {
      await world.price("18000");
      await world.send(people.carol, world.order("buy", BTC * BigInt(BANKRUPT), "17950", { postOnly: true }));
    });
  });

  test("in the middle of liquidations loses nothing", async () => {
    const several = chain.network.validators.length > 1;
    const victim = chain.network.validators.at(-1)?.number ?? 0;
    const killed = { at: 0 };
    let closed = 0;
    const run = both(scenes, async (scene) => {
      for (let subaccount = 0; subaccount < BANKRUPT; subaccount += 1) {
        await close(scene, subaccount);
        closed += 1;
      }
    });
    while (closed < BEFORE) {
      await new Promise((done) => setTimeout(done, 20));
    }
    killed.at = closed;
    await chain.kill(victim);
    if (!several) {
      await chain.start(victim);
    }
    await run;
    expect(killed.at, "liquidations were still to come").toBeLessThan(2 * BANKRUPT);
    if (several) {
      await chain.start(victim);
      const [height, behind] = await Promise.all([
        chain.client.getHeight(),
        connect({ rpc: chain.network.validators.at(-1)?.rpc ?? "" }).then((client) => client.getHeight()),
      ]);
      expect(Math.abs(height - behind), "blocks between the validators").toBeLessThan(10);
    }
    await both(scenes, async ({ world, people }) => {
      const { alice } = people;
      for (let subaccount = 0; subaccount < BANKRUPT; subaccount += 1) {
        const account = await world.account(alice.address, subaccount);
        expect([account.quote, account.positions]).toEqual(["0", []]);
      }
      const claims = await world.ask.insuranceFund.claims({ contract: world.place.market, limit: 50 });
      const expected = Array.from({ length: BANKRUPT }, (_, subaccount) => `${alice.address}/${subaccount}`);
      expect(claims.map(({ account }) => account).sort()).toEqual(expected.sort());
      for (const { amount, paid } of claims) {
        expect(paid).toBe(amount);
      }
      await world.booksAgree();
    });
  });
});
