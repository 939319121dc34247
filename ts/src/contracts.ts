/**
 * Sending messages with typed answers and events, and the suite's four contracts in one place.
 *
 * The generated clients (`generated/*.client.ts`) send one message a transaction and hand back what CosmJS does. `send`
 * sends several, decodes what the contracts answered, and throws what the chain said as a `BallastError`.
 */
import type { CosmWasmClient, SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { fromUtf8, toBase64, toUtf8 } from "@cosmjs/encoding";
import type { EncodeObject } from "@cosmjs/proto-signing";
import type { Coin, DeliverTxResponse, Event, StdFee } from "@cosmjs/stargate";
import { MsgExecuteContract, MsgExecuteContractResponse } from "cosmjs-types/cosmwasm/wasm/v1/tx.js";
import type { Signer } from "./connect.js";
import { decodeError, decodeLog } from "./errors.js";
import type { BallastEvent } from "./events.js";
import { parseEvents } from "./events.js";
import { GovernanceClient, GovernanceQueryClient } from "./generated/Governance.client.js";
import { InsuranceFundClient, InsuranceFundQueryClient } from "./generated/InsuranceFund.client.js";
import { PerpMarketClient, PerpMarketQueryClient } from "./generated/PerpMarket.client.js";
import { PriceFeedClient, PriceFeedQueryClient } from "./generated/PriceFeed.client.js";
import type { Denom } from "./generated/PerpMarket.types.js";

/** A message to a contract, with coins. */
export interface Call {
  contract: string;
  /** The contract's `ExecuteMsg`. */
  msg: object;
  funds?: readonly Coin[];
}

/** A transaction that succeeded. */
export interface Sent {
  transactionHash: string;
  height: number;
  gasUsed: bigint;
  gasWanted: bigint;
  /** Events of the suite's contracts, read, in order. */
  events: BallastEvent[];
  /** All events as the chain has them. */
  raw: readonly Event[];
  /** What each message's contract answered with, decoded from JSON; undefined where it said nothing. */
  answers: unknown[];
}

/** A message as the chain wants it. */
export function executeMessage(sender: string, call: Call): EncodeObject {
  return {
    typeUrl: MsgExecuteContract.typeUrl,
    value: MsgExecuteContract.fromPartial({
      sender,
      contract: call.contract,
      msg: toUtf8(JSON.stringify(call.msg)),
      funds: [...(call.funds ?? [])],
    }),
  };
}

function answer(response: { typeUrl: string; value: Uint8Array }): unknown {
  if (response.typeUrl !== MsgExecuteContractResponse.typeUrl) {
    return undefined;
  }
  const { data } = MsgExecuteContractResponse.decode(response.value);
  if (data.length === 0) {
    return undefined;
  }
  try {
    return JSON.parse(fromUtf8(data)) as unknown;
  } catch {
    // Another contract's answer, which need not be JSON.
    return data;
  }
}

/**
 * Reads a delivered transaction.
 *
 * @throws BallastError where it failed.
 */
export function readTransaction(response: DeliverTxResponse): Sent {
  if (response.code !== 0) {
    throw decodeLog(response.rawLog ?? `code ${response.code}`, response.transactionHash);
  }
  return {
    transactionHash: response.transactionHash,
    height: response.height,
    gasUsed: response.gasUsed,
    gasWanted: response.gasWanted,
    events: parseEvents(response.events),
    raw: response.events,
    answers: response.msgResponses.map(answer),
  };
}

/**
 * Signs and sends messages to contracts in one transaction, and waits until it is in a block: all of them, or none.
 *
 * @param fee `auto`: gas is simulated and 1.4 times of it is given
 * @throws BallastError
 */
export async function send(
  signer: Signer,
  calls: readonly Call[],
  fee: StdFee | "auto" | number = "auto",
  memo = "",
): Promise<Sent> {
  const messages = calls.map((call) => executeMessage(signer.address, call));
  let response: DeliverTxResponse;
  try {
    response = await signer.client.signAndBroadcast(signer.address, messages, fee, memo);
  } catch (error) {
    throw decodeError(error);
  }
  return readTransaction(response);
}

/** Addresses of the suite's contracts. */
export interface SuiteAddresses {
  governance: string;
  priceFeed: string;
  insuranceFund: string;
  perpMarket: string;
}

/** The suite for somebody who asks. */
export interface SuiteQueries {
  governance: GovernanceQueryClient;
  priceFeed: PriceFeedQueryClient;
  insuranceFund: InsuranceFundQueryClient;
  perpMarket: PerpMarketQueryClient;
}

/** The suite for somebody who signs. */
export interface Suite {
  governance: GovernanceClient;
  priceFeed: PriceFeedClient;
  insuranceFund: InsuranceFundClient;
  perpMarket: PerpMarketClient;
}

/** Query clients of all contracts. */
export function suiteQueries(client: CosmWasmClient, addresses: SuiteAddresses): SuiteQueries {
  return {
    governance: new GovernanceQueryClient(client, addresses.governance),
    priceFeed: new PriceFeedQueryClient(client, addresses.priceFeed),
    insuranceFund: new InsuranceFundQueryClient(client, addresses.insuranceFund),
    perpMarket: new PerpMarketQueryClient(client, addresses.perpMarket),
  };
}

/** Clients of all contracts that sign as one account. */
export function suite(signer: { address: string; client: SigningCosmWasmClient }, addresses: SuiteAddresses): Suite {
  const { address, client } = signer;
  return {
    governance: new GovernanceClient(client, address, addresses.governance),
    priceFeed: new PriceFeedClient(client, address, addresses.priceFeed),
    insuranceFund: new InsuranceFundClient(client, address, addresses.insuranceFund),
    perpMarket: new PerpMarketClient(client, address, addresses.perpMarket),
  };
}

/** A message's JSON in base64, as messages that carry messages have it: a cw20 `Send`, a governance proposal. */
export function binary(msg: object): string {
  return toBase64(toUtf8(JSON.stringify(msg)));
}

/**
 * A message that pays collateral into a contract: coins attached where it is native, a cw20 `Send` where it is a cw20.
 *
 * @param msg the contract's own message for native coins, and what its cw20 hook takes
 */
export function pay(token: Denom, contract: string, amount: bigint, msg: { native: object; cw20: object }): Call {
  if ("native" in token) {
    return { contract, msg: msg.native, funds: [{ denom: token.native, amount: amount.toString() }] };
  }
  return { contract: token.cw20, msg: { send: { contract, amount: amount.toString(), msg: binary(msg.cw20) } } };
}

/** A deposit into one of the sender's subaccounts. */
export function deposit(token: Denom, market: string, subaccount: number, amount: bigint): Call {
  const msg = { deposit: { subaccount } };
  return pay(token, market, amount, { native: msg, cw20: msg });
}

/** What an account of the chain holds of a token. */
export async function balanceOf(client: CosmWasmClient, token: Denom, address: string): Promise<bigint> {
  if ("native" in token) {
    return BigInt((await client.getBalance(address, token.native)).amount);
  }
  const { balance } = (await client.queryContractSmart(token.cw20, { balance: { address } })) as { balance: string };
  return BigInt(balance);
}
