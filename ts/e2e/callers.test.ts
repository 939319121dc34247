/**
 * Callers near the chain's limits cannot make a healthy fund look broken (rule G3): they nest themselves to a call depth at
 * which the fund, or its token, is out of reach, or give too little gas. Either nothing happens, or the claim waits, or it
 * is paid in full; nobody is deleveraged for it.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { LiquidationAnswer } from "../src/generated/PerpMarketAnswers.types.js";
import { BallastError, binary, eventsOf, send } from "../src/index.js";
import { Chain, GAS } from "./chain.js";
import type { People } from "./stage.js";
import { KINDS, marketWith, realFund, register } from "./stage.js";
import type { World } from "./world.js";
import { both, BTC, UNIT } from "./world.js";

/** A chain refuses a stack of more than a hundred calls. */
const DEPTHS = [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100];
/** From not enough to enter the market, over not enough for the fund, to enough. */
const GASES = [60_000, 150_000, 300_000, 450_000, 600_000, 900_000, 1_500_000, 3_000_000];

interface Scene {
  world: World;
  people: People;
  caller: string;
  /** A depth at which a claim fails and waits, if there is one. */
  pendingAt: number | undefined;
}

/** One bankrupt account each: Alice's subaccounts from `first` on, long one bitcoin from 20,000, at a price of 18,000. */
async function bankrupt({ world, people }: Scene, first: number, count: number): Promise<void> {
  const { alice, bob, carol } = people;
  await world.price("20000");
  await world.send(bob, world.order("sell", BTC * BigInt(count), "20000", { postOnly: true }));
  for (let subaccount = first; subaccount < first + count; subaccount += 1) {
    await world.send(alice, world.deposit(1_200n * UNIT, subaccount), world.order("buy", BTC, "20000", { subaccount }));
  }
  await world.price("18000");
  await world.send(carol, world.order("buy", BTC * BigInt(count), "17950", { postOnly: true }));
}

/** Liquidates plainly where the hostile call did not; checks that the fund paid all and nobody was deleveraged. */
async function settled({ world, people }: Scene, subaccount: number): Promise<void> {
  const { alice, keeper } = people;
  if ((await world.size(alice.address, subaccount)) !== 0n) {
    const answer = await world.liquidate(keeper, alice.address, subaccount);
    expect(answer).toMatchObject({ status: "done", deleveraged: "0", deficit: "0", paid: answer.asked });
    expect(BigInt(answer.asked)).toBeGreaterThan(0n);
  }
  const closed = await world.account(alice.address, subaccount);
  expect([closed.quote, closed.positions]).toEqual(["0", []]);
}

/** Every claim of the market was paid in full. */
async function allPaid({ world }: Scene, claims: number): Promise<void> {
  const { contract, found } = { contract: world.place.market, found: [] as { amount: string; paid: string }[] };
  for (let page = await world.ask.insuranceFund.claims({ contract, limit: 50 }); page.length > 0; ) {
    found.push(...page);
    page = await world.ask.insuranceFund.claims({ contract, limit: 50, startAfter: page.at(-1)?.claim_id ?? 0 });
  }
  expect(found.length).toBe(claims);
  for (const { amount, paid } of found) {
    expect(paid).toBe(amount);
  }
}

/** The hostile contract sends a liquidation. */
function nested(scene: Scene, subaccount: number, terms: { depth: number; gas_limit: number | null; tolerates: boolean }): object {
  const { world, people } = scene;
  const execute = { contract_addr: world.place.market, msg: binary(world.liquidation(people.alice.address, subaccount)), funds: [] };
  return { nest: { ...terms, msgs: [{ wasm: { execute } }] } };
}

describe("a hostile caller", () => {
  let scenes: Scene[];
  let claims = 0;

  beforeAll(async () => {
    scenes = await Promise.all(
      KINDS.map(async (kind) => {
        const chain = await Chain.connect(kind === "native" ? "alice" : "bob");
        const { world, people } = await marketWith(chain, kind, (token, owner) => realFund(chain, token, owner));
        const { bob, carol, owner } = people;
        await register(world, owner, 100_000n * UNIT);
        await world.send(bob, world.deposit(500_000n * UNIT));
        await world.send(carol, world.deposit(500_000n * UNIT));
        const behaviour = { claim: "panics", top_up: "panics", reenter: [], risk: null };
        const msg = { collateral: world.place.token, behaviour };
        const caller = await chain.instantiate(owner, await chain.code("hostile"), msg, "hostile caller");
        return { world, people, caller, pendingAt: undefined };
      }),
    );
  });

  test("at a call depth of 90 to 100", async () => {
    await both(scenes, async (scene) => {
      const { world, people, caller } = scene;
      await bankrupt(scene, 0, DEPTHS.length);
      const outcomes: string[] = [];
      for (const [subaccount, depth] of DEPTHS.entries()) {
        const msg = nested(scene, subaccount, { depth, gas_limit: null, tolerates: false });
        const outcome = await send(people.keeper, [{ contract: caller, msg }], world.chain.fee(60_000_000)).then(
          ({ events }) => eventsOf(events, "ballast_liquidation").at(-1)?.data.status ?? "nothing",
          (error: unknown) => {
            expect(error).toBeInstanceOf(BallastError);
            return "refused";
          },
        );
        outcomes.push(outcome);
        await settled(scene, subaccount);
      }
      // Shallow calls reach the fund, the deepest not even the market. Between them a cw20 is out of the fund's reach: the
      // claim fails and waits. Coins need no call, and a market that has no call left for the fund has none for its answer.
      const found = `${world.kind}: ${outcomes.join(" ")}`;
      expect(outcomes[0], found).toBe("done");
      expect(outcomes.at(-1), found).toBe("refused");
      scene.pendingAt = DEPTHS[outcomes.indexOf("claim_pending")];
      expect(scene.pendingAt !== undefined, found).toBe(world.kind === "cw20");
      await world.booksAgree();
    });
    claims += DEPTHS.length;
    await both(scenes, (scene) => allPaid(scene, claims));
  });

  test("with too little gas for the transaction", async () => {
    await both(scenes, async (scene) => {
      const { world, people } = scene;
      await bankrupt(scene, 20, GASES.length);
      const outcomes: string[] = [];
      for (const [index, gas] of GASES.entries()) {
        const liquidation = world.toMarket(world.liquidation(people.alice.address, 20 + index));
        const outcome = await send(people.keeper, [liquidation], world.chain.fee(gas)).then(
          ({ answers }) => (answers[0] as LiquidationAnswer).status,
          () => "refused",
        );
        outcomes.push(outcome);
        await settled(scene, 20 + index);
      }
      expect(outcomes[0]).toBe("refused");
      expect(outcomes.at(-1)).toBe("done");
      await world.booksAgree();
    });
    claims += GASES.length;
    await both(scenes, (scene) => allPaid(scene, claims));
  });

  test("with too little gas in a message of a contract", async () => {
    await both(scenes, async (scene) => {
      const { world, people, caller } = scene;
      await bankrupt(scene, 40, GASES.length);
      for (const [index, gas_limit] of GASES.entries()) {
        const msg = nested(scene, 40 + index, { depth: 0, gas_limit, tolerates: true });
        await send(people.keeper, [{ contract: caller, msg }], world.chain.fee(GAS));
        await settled(scene, 40 + index);
      }
      await world.booksAgree();
    });
    claims += GASES.length;
    await both(scenes, (scene) => allPaid(scene, claims));
  });

  test("who makes claims fail twice, longer apart than a retry takes", async () => {
    await both(scenes, async (scene) => {
      await bankrupt(scene, 60, 1);
    });
    const attempt = async (scene: Scene): Promise<void> => {
      const depth = scene.pendingAt ?? 98;
      const msg = nested(scene, 60, { depth, gas_limit: null, tolerates: true });
      await send(scene.people.keeper, [{ contract: scene.caller, msg }], scene.world.chain.fee(60_000_000));
    };
    await both(scenes, attempt);
    await scenes[0]?.world.chain.skip(61);
    await both(scenes, async (scene) => {
      await scene.world.price("18000");
      await attempt(scene);
      await settled(scene, 60);
    });
    claims += 1;
    await both(scenes, (scene) => allPaid(scene, claims));
  });
});
