import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Chain } from "../deploy/index.js";
import { createKeyring, deployerWallet, isInRepository, KeyError, ROOT, testWallet } from "../deploy/index.js";

// BIP-39's own test vector: nobody's key.
const MNEMONIC = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const FIRST = "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4";

const account = { address: FIRST, hdPath: "m/44'/118'/0'/0/0" };
const tests = { mnemonic: MNEMONIC, accounts: { deployer: account }, deployer: "deployer" };
const chain: Chain = { rpc: "", chain_id: "cosmoshub-4", address_prefix: "cosmos", gas_price: "0uatom" };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ballast-keys-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function first(wallet: Promise<{ getAccounts(): Promise<readonly { address: string }[]> }>): Promise<string | undefined> {
  return (await (await wallet).getAccounts())[0]?.address;
}

describe("the deployer's key", () => {
  it("comes from the environment", async () => {
    expect(await first(deployerWallet(chain, { BALLAST_MNEMONIC: ` ${MNEMONIC}\n` }))).toBe(FIRST);
  });

  it("comes from an encrypted keyring outside of the repository", async () => {
    const path = join(folder, "keyring");
    expect(await createKeyring(path, MNEMONIC, "cosmos", "secret")).toBe(FIRST);
    expect(readFileSync(path, "utf8")).not.toContain("abandon");
    expect(statSync(path).mode & 0o077).toBe(0);
    await expect(createKeyring(path, MNEMONIC, "cosmos", "secret")).rejects.toThrow("is there already");
    const keyring = { BALLAST_KEYRING: path, BALLAST_KEYRING_PASSWORD: "secret" };
    expect(await first(deployerWallet(chain, keyring))).toBe(FIRST);
    await expect(deployerWallet(chain, { ...keyring, BALLAST_KEYRING_PASSWORD: "wrong" })).rejects.toThrow("wrong password");
    const other = { ...chain, address_prefix: "osmo" };
    await expect(deployerWallet(other, keyring)).rejects.toThrow("expected an address of osmo");
    // Deriving the key of a keyring is meant to be slow.
  }, 180_000);

  it("never comes from the repository", async () => {
    const inside = join(ROOT, "target", "keyring");
    await expect(deployerWallet(chain, { BALLAST_KEYRING: inside })).rejects.toThrow("keep keys outside");
    await expect(createKeyring(inside, MNEMONIC, "cosmos", "secret")).rejects.toThrow("keep keys outside");
    const link = join(folder, "link");
    symlinkSync(join(ROOT, "LICENSE"), link);
    expect(isInRepository(link)).toBe(true);
    writeFileSync(join(folder, "beside"), "");
    expect(isInRepository(join(folder, "beside"))).toBe(false);
    await expect(deployerWallet(chain, {})).rejects.toBeInstanceOf(KeyError);
  });

  it("is a test account on the local chain alone", async () => {
    const local = { ...chain, chain_id: "ballast-local-1", test_accounts: tests };
    expect(await first(deployerWallet(local, {}))).toBe(FIRST);
    expect(await first(testWallet(local, "deployer"))).toBe(FIRST);
    await expect(testWallet(local, "alice")).rejects.toThrow('expected a test account "alice"');
    await expect(deployerWallet({ ...chain, test_accounts: tests }, {})).rejects.toThrow("sign on ballast-local-1 only");
  });
});
