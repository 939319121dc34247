/** Connections and wallets. */
import { stringToPath } from "@cosmjs/crypto";
import { CosmWasmClient, SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import type { OfflineSigner } from "@cosmjs/proto-signing";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice } from "@cosmjs/stargate";

/** How to reach a chain. */
export interface Endpoint {
  /** URL of a node's RPC, `http://`, `https://` or `ws://`. */
  rpc: string;
  /** Refuses to talk to any other chain, where it is given. */
  chainId?: string;
}

/** Somebody who can sign. */
export interface Signer {
  address: string;
  client: SigningCosmWasmClient;
}

/** Not the chain that was asked for. */
export class WrongChainError extends Error {
  override readonly name = "WrongChainError";

  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected the chain ${expected}, found ${found}`);
  }
}

/** No node where one was to be. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(rpc: string, cause: unknown) {
    super(`no node answers at ${rpc}`, { cause });
  }
}

/** Waits for the first answer of a node. */
async function reached<T>(rpc: string, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (cause) {
    throw new UnreachableError(rpc, cause);
  }
}

async function checked<C extends CosmWasmClient>(client: C, endpoint: Endpoint): Promise<C> {
  if (endpoint.chainId !== undefined) {
    const found = await client.getChainId();
    if (found !== endpoint.chainId) {
      client.disconnect();
      throw new WrongChainError(endpoint.chainId, found);
    }
  }
  return client;
}

/** A client that asks and never signs. */
export async function connect(endpoint: Endpoint): Promise<CosmWasmClient> {
  return checked(await reached(endpoint.rpc, CosmWasmClient.connect(endpoint.rpc)), endpoint);
}

/**
 * A client that signs as the first account of a wallet.
 *
 * @param gasPrice what a unit of gas costs, such as `0.025ustake`
 */
export async function connectSigner(endpoint: Endpoint, wallet: OfflineSigner, gasPrice: string): Promise<Signer> {
  const [account] = await wallet.getAccounts();
  if (account === undefined) {
    throw new Error("expected a wallet with an account, found none");
  }
  const options = {
    gasPrice: GasPrice.fromString(gasPrice),
    // How often the client asks whether a transaction is in a block. Local chains make several blocks a second.
    broadcastPollIntervalMs: 300,
    // How long it asks. A busy machine, or chain, takes longer than the minute that is the default.
    broadcastTimeoutMs: 180_000,
  };
  const client = await reached(endpoint.rpc, SigningCosmWasmClient.connectWithSigner(endpoint.rpc, wallet, options));
  await checked(client, endpoint);
  return { address: account.address, client };
}

/** The key that most wallets use: the first account of Cosmos Hub's path. */
export const DEFAULT_HD_PATH = "m/44'/118'/0'/0/0";

/** A wallet of one account, from a mnemonic. */
export async function walletFromMnemonic(
  mnemonic: string,
  prefix: string,
  hdPath: string = DEFAULT_HD_PATH,
): Promise<DirectSecp256k1HdWallet> {
  return DirectSecp256k1HdWallet.fromMnemonic(mnemonic.trim(), { prefix, hdPaths: [stringToPath(hdPath)] });
}
