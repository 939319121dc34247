/**
 * Every contract is migrated by proposal (rule M2): the state that each former version left (`packages/testing/fixtures/state`)
 * is put on chain, record by record, under a governance that owns it, which then migrates it to the code of now, once.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toUtf8 } from "@cosmjs/encoding";
import { expect, test } from "vitest";
import { binary, send, suiteQueries } from "../src/index.js";
import { Chain } from "./chain.js";
import { UNIT } from "./world.js";

const FIXTURES = fileURLToPath(new URL("../../packages/testing/fixtures/state", import.meta.url));
const PARTS = ["perp-market", "insurance-fund", "price-feed", "governance"] as const;

interface Stored {
  key: string;
  text?: string;
  base64?: string;
}

interface Answered {
  question: { part: string; query: object };
  answer: unknown;
}

function read<T>(version: string, name: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, version, `${name}.json`), "utf8")) as T;
}

function recordsOf(version: string, part: string): [string, string][] {
  return read<Stored[]>(version, part).map(({ key, text, base64 }) => [
    key,
    base64 ?? Buffer.from(text ?? "", "utf8").toString("base64"),
  ]);
}

const cargo = readFileSync(fileURLToPath(new URL("../../Cargo.toml", import.meta.url)), "utf8");
const CURRENT = /\[workspace\.package\]\s+version = "([^"]+)"/.exec(cargo)?.[1] ?? "";
const OLD = existsSync(FIXTURES) ? readdirSync(FIXTURES).filter((version) => version !== CURRENT) : [];

test("there is a former version", () => {
  expect(OLD.length).toBeGreaterThan(0);
});

test.each(OLD)("all contracts of %s migrate by proposal, once", async (version) => {
  const chain = await Chain.connect("alice");
  const votes = { denom: chain.network.denominations.other, amount: (1_000n * UNIT).toString() };
  const { voter, keeper } = await chain.users(["voter", "keeper"], [votes]);
  const msg = { token: { native: votes.denom }, settings: null, guardian: null };
  const governance = await chain.instantiate(voter, await chain.code("governance"), msg, "governance");
  const vessel = await chain.code("hostile");
  const empty = {
    collateral: { native: votes.denom },
    behaviour: { claim: "panics", top_up: "panics", reenter: [], risk: null },
  };
  const migrations = [];
  const addresses: Record<string, string> = {};
  for (const part of PARTS) {
    const address = await chain.instantiate(voter, vessel, empty, `${part} ${version}`, governance);
    await send(voter, [{ contract: address, msg: { restore: { records: recordsOf(version, part) } } }], chain.fee(60_000_000));
    addresses[part] = address;
    const new_code_id = await chain.code(part);
    migrations.push({ wasm: { migrate: { contract_addr: address, new_code_id, msg: binary({}) } } });
  }
  const { governance: ask } = suiteQueries(chain.client, {
    governance,
    priceFeed: addresses["price-feed"] ?? "",
    insuranceFund: addresses["insurance-fund"] ?? "",
    perpMarket: addresses["perp-market"] ?? "",
  });
  await send(voter, [{ contract: governance, msg: { stake: {} }, funds: [votes] }], chain.fee());
  const proposal = { propose: { title: `Migrate from ${version}`, description: "", msgs: migrations } };
  await send(voter, [{ contract: governance, msg: proposal }], chain.fee());
  const proposal_id = (await ask.config()).proposals;
  const queued = await ask.lifecycle({ proposalId: proposal_id });
  expect(queued).toMatchObject({ status: "queued", speed: "adverse" });
  await expect(send(keeper, [{ contract: governance, msg: { execute: { proposal_id } } }], chain.fee())).rejects.toThrow();
  await chain.skip((queued.ready_at ?? 0) - (await chain.now()) + 1);
  await send(keeper, [{ contract: governance, msg: { execute: { proposal_id } } }], chain.fee(60_000_000));
  const done = await ask.lifecycle({ proposalId: proposal_id });
  expect(done, done.failure ?? "").toMatchObject({ status: "executed", failures: 0 });

  const answers = read<Answered[]>(version, "answers");
  for (const part of PARTS) {
    const address = addresses[part] ?? "";
    const recorded = await chain.client.queryContractRaw(address, toUtf8("contract_info"));
    expect(JSON.parse(Buffer.from(recorded ?? []).toString())).toMatchObject({ version: CURRENT });
    // What is not of the chain that it was written on (bank, time) is answered as before.
    const config = answers.find(({ question }) => question.part === part && "config" in question.query);
    if (config !== undefined) {
      expect(await chain.client.queryContractSmart(address, { config: {} })).toMatchObject(config.answer as object);
    }
  }
  // Nobody migrates twice: sent as governance would, each is refused.
  for (const migration of migrations) {
    const check = { check_messages: { msgs: [migration], verbatim: true } };
    await expect(send(keeper, [{ contract: governance, msg: check }], chain.fee())).rejects.toThrow(/already/);
  }
});
