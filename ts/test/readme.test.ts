import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { fromUtf8, toUtf8 } from "@cosmjs/encoding";
import type { EncodeObject } from "@cosmjs/proto-signing";
import { MsgExecuteContractResponse } from "cosmjs-types/cosmwasm/wasm/v1/tx.js";
import type { MsgExecuteContract } from "cosmjs-types/cosmwasm/wasm/v1/tx.js";
import { expect, it } from "vitest";
import { buy } from "../examples/buy.js";
import { BallastError, send } from "../src/index.js";

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

it("the README shows the example that is run here", () => {
  expect(readFileSync(path("README.md"), "utf8")).toContain(`\`\`\`ts\n${readFileSync(path("examples/buy.ts"), "utf8")}\`\`\``);
});

const addresses = { governance: "g", priceFeed: "p", insuranceFund: "f", perpMarket: "m" };

/** Takes one transaction, and answers as a node does. */
function client(response: { code: number; rawLog?: string }) {
  const sent: { contract: string; msg: unknown; funds: readonly { amount: string }[] }[] = [];
  const trade = (contract: string, size: string, value: string) => ({
    type: "wasm-ballast_trade",
    attributes: Object.entries({
      ...{ _contract_address: contract, market: "0", side: "buy", ticks: "20000", sequence: "1", size, value },
      ...{ maker: "1", taker: "2", maker_fee: "0", taker_fee: "5" },
    }).map(([key, text]) => ({ key, value: text })),
  });
  const fake = {
    queryContractSmart: async (_contract: string, query: object) =>
      "config" in query
        ? { collateral: { native: "uusd" }, collateral_decimals: 6 }
        : { config: { base_decimals: 8, tick_size: "1", lot_size: "10000" } },
    signAndBroadcast: async (_sender: string, messages: readonly EncodeObject[]) => {
      for (const { value } of messages) {
        const { contract, msg, funds } = value as MsgExecuteContract;
        sent.push({ contract, msg: JSON.parse(fromUtf8(msg)) as unknown, funds });
      }
      const answer = (data: Uint8Array) => ({
        typeUrl: MsgExecuteContractResponse.typeUrl,
        value: MsgExecuteContractResponse.encode({ data }).finish(),
      });
      return {
        ...{ ...response, height: 7, transactionHash: "AB", gasUsed: 1n, gasWanted: 2n },
        events: [trade("m", "10000", "2000000"), trade("m", "20000", "4000000"), trade("forger", "9", "9")],
        msgResponses: [answer(new Uint8Array()), answer(toUtf8('{"filled":"30000"}'))],
      };
    },
  };
  return { sent, signer: { address: "alice", client: fake as unknown as SigningCosmWasmClient } };
}

it("deposits and buys in one transaction", async () => {
  const { sent, signer } = client({ code: 0 });
  expect(await buy(signer, addresses, "0.0003", "20100.5")).toBe("bought 0.0003 for 6");
  expect(sent).toEqual([
    { contract: "m", msg: { deposit: { subaccount: 0 } }, funds: [{ denom: "uusd", amount: "1000000000" }] },
    { contract: "m", msg: { place_order: expect.objectContaining({ size: "30000", order_type: { market: { worst_price: "20100" } } }) }, funds: [] },
  ]);
});

it("hands out answers, and throws what the contract said", async () => {
  const call = { contract: "m", msg: { sync: {} } };
  expect((await send(client({ code: 0 }).signer, [call])).answers).toEqual([undefined, { filled: "30000" }]);
  const rawLog = "failed to execute message; message index: 0: nothing to book: execute wasm contract failed";
  const error = await send(client({ code: 5, rawLog }).signer, [call]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BallastError);
  expect(error).toMatchObject({ kind: "contract", contractError: "nothing to book", transactionHash: "AB" });
});
