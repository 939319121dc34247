/**
 * Who signs. A mnemonic comes from the environment or from an encrypted keyring outside of the repository; only the local
 * network's test accounts, whose keys everybody has, come from a file of it.
 */
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import type { Signer } from "../src/connect.js";
import { connectSigner, walletFromMnemonic } from "../src/connect.js";
import type { Chain, Configuration } from "./config.js";
import { LOCAL_CHAIN_ID, ROOT } from "./config.js";

/** No key, or one from where keys must not lie. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** Variables of the environment. */
export const VARIABLES = {
  mnemonic: "BALLAST_MNEMONIC",
  keyring: "BALLAST_KEYRING",
  password: "BALLAST_KEYRING_PASSWORD",
} as const;

/** Whether a path lies inside of the repository, wherever links lead. */
export function isInRepository(path: string, root: string = ROOT): boolean {
  const inside = relative(realpathSync(root), real(resolve(path)));
  return inside === "" || !(inside === ".." || inside.startsWith("../"));
}

/** Where a path leads; of one that is not there yet, as far as it is. */
function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(real(dirname(path)), basename(path));
}

/**
 * The wallet that deploys: the mnemonic of the environment, else the keyring that the environment names, else the test
 * account of the local network.
 *
 * @throws KeyError
 */
export async function deployerWallet(
  chain: Chain,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DirectSecp256k1HdWallet> {
  const mnemonic = environment[VARIABLES.mnemonic];
  if (mnemonic) {
    return checkedWallet(mnemonic, chain.address_prefix);
  }
  const keyring = environment[VARIABLES.keyring];
  if (keyring) {
    return openKeyring(keyring, chain.address_prefix, environment[VARIABLES.password]);
  }
  if (chain.test_accounts !== undefined) {
    return testWallet(chain, chain.test_accounts.deployer);
  }
  throw new KeyError(`expected a key in ${VARIABLES.mnemonic} or a keyring in ${VARIABLES.keyring}, found neither`);
}

/** The wallet of a mnemonic that somebody typed. */
async function checkedWallet(mnemonic: string, prefix: string): Promise<DirectSecp256k1HdWallet> {
  try {
    return await walletFromMnemonic(mnemonic.trim().split(/\s+/).join(" "), prefix);
  } catch (cause) {
    // What is wrong with it is told, never the words.
    throw new KeyError(`expected a mnemonic of 12 to 24 words: ${(cause as Error).message}`);
  }
}

/**
 * The wallet of a test account of the local network.
 *
 * @throws KeyError for any other chain, and where there is no such account.
 */
export async function testWallet(chain: Chain, name: string): Promise<DirectSecp256k1HdWallet> {
  if (chain.chain_id !== LOCAL_CHAIN_ID) {
    throw new KeyError(`test accounts sign on ${LOCAL_CHAIN_ID} only, not on ${chain.chain_id}`);
  }
  const account = chain.test_accounts?.accounts[name];
  if (chain.test_accounts === undefined || account === undefined) {
    throw new KeyError(`expected a test account "${name}", found none`);
  }
  return walletFromMnemonic(chain.test_accounts.mnemonic, chain.address_prefix, account.hdPath);
}

/** Signers of the local network's accounts by address, connected when they are asked for. */
export function signersOfTestAccounts(configuration: Configuration): (wanted: string) => Promise<Signer | undefined> {
  const { chain } = configuration;
  const signers = new Map<string, Promise<Signer>>();
  const connectAs = async (name: string) =>
    connectSigner({ rpc: chain.rpc, chainId: chain.chain_id }, await testWallet(chain, name), chain.gas_price);
  return async (wanted) => {
    const accounts = Object.entries(chain.test_accounts?.accounts ?? {});
    const name = accounts.find(([, account]) => account.address === wanted)?.[0];
    if (name === undefined) {
      return undefined;
    }
    const signer = signers.get(wanted) ?? connectAs(name);
    signers.set(wanted, signer);
    return signer;
  };
}

async function openKeyring(path: string, prefix: string, password?: string): Promise<DirectSecp256k1HdWallet> {
  if (isInRepository(path)) {
    throw new KeyError(`${path} lies in the repository: keep keys outside of it`);
  }
  if (!existsSync(path)) {
    throw new KeyError(`expected a keyring ${path}, found none`);
  }
  const serialized = readFileSync(path, "utf8");
  const secret = password ?? (await ask("Password of the keyring: "));
  let wallet: DirectSecp256k1HdWallet;
  try {
    wallet = await DirectSecp256k1HdWallet.deserialize(serialized, secret);
  } catch (cause) {
    throw new KeyError(`${path}: wrong password, or no keyring`, { cause });
  }
  const [account] = await wallet.getAccounts();
  if (!account?.address.startsWith(`${prefix}1`)) {
    throw new KeyError(`${path}: expected an address of ${prefix}, found ${account?.address ?? "none"}`);
  }
  return wallet;
}

/**
 * Writes a keyring: the mnemonic, encrypted with a password.
 *
 * @throws KeyError inside of the repository, and where a file is there already.
 */
export async function createKeyring(path: string, mnemonic: string, prefix: string, password: string): Promise<string> {
  if (isInRepository(path)) {
    throw new KeyError(`${path} lies in the repository: keep keys outside of it`);
  }
  if (existsSync(path)) {
    throw new KeyError(`${path} is there already`);
  }
  if (!existsSync(dirname(resolve(path)))) {
    throw new KeyError(`expected a folder ${dirname(resolve(path))}, found none`);
  }
  if (password === "") {
    throw new KeyError("expected a password, found none");
  }
  const wallet = await checkedWallet(mnemonic, prefix);
  writeFileSync(path, await wallet.serialize(password), { mode: 0o600 });
  const [account] = await wallet.getAccounts();
  return account?.address ?? "";
}

/**
 * Asks at the terminal, without showing what is typed.
 *
 * @throws KeyError where there is no terminal.
 */
export async function ask(question: string, variable: string = VARIABLES.password): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new KeyError(`expected ${variable} in the environment, or a terminal to ask at`);
  }
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((answered) => terminal.question("", answered));
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
