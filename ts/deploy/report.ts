/** What a deployment prints: a line a step, a table of addresses, and JSON for machines. */
import type { Step } from "./context.js";
import type { ContractName } from "./codes.js";
import type { Verified } from "./check.js";
import type { Fact } from "./facts.js";
import { text } from "./facts.js";

const MARKS: Record<Step["status"], string> = {
  right: "ok   ",
  done: "done ",
  would: "would",
  wrong: "WRONG",
  waits: "waits",
};

/** One line of progress. */
export function line({ status, what, detail }: Step): string {
  return `${MARKS[status]}  ${what}${detail === undefined ? "" : `: ${detail}`}`;
}

/** A fact as a line: what was expected and found where they differ. */
export function factLine({ what, expected, found, holds }: Fact): string {
  return holds ? `ok     ${what}` : `WRONG  ${what}: expected ${text(expected)}, found ${text(found)}`;
}

/** Rows with equally wide columns. */
function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}

/** What there is beyond the file, for people. */
export function standingTable(standing: Record<string, string>): string {
  return table([["as it stands", ""], ...Object.entries(standing)]);
}

/** Addresses and code identifiers, for people. */
export function summary({ addresses, codes, collateral, governanceToken, markets, chainId }: Verified): string {
  const contract = (name: ContractName, address: string) => [name, address, String(codes[name].id ?? "-"), codes[name].checksum];
  const token = (name: string, denom: Verified["collateral"]) => [name, "native" in denom ? denom.native : denom.cw20, "", ""];
  return table([
    [`on ${chainId}`, "address", "code", "SHA-256 of its wasm"],
    contract("governance", addresses.governance),
    contract("price-feed", addresses.priceFeed),
    contract("insurance-fund", addresses.insuranceFund),
    contract("perp-market", addresses.perpMarket),
    token("collateral", collateral),
    token("governance token", governanceToken),
    ...markets.map((symbol, number) => [`market ${number}`, symbol, "", ""]),
  ]);
}
