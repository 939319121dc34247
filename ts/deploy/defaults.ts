/** The contracts' default parameters, as `schema/NAME/defaults.json` has them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./config.js";
import type { ContractName } from "./codes.js";

/** Defaults of one kind of parameters. */
export function defaults<T>(contract: ContractName, kind: string): T {
  const path = join(ROOT, "schema", contract, "defaults.json");
  const all = JSON.parse(readFileSync(path, "utf8")) as Record<string, T>;
  const value = all[kind];
  if (value === undefined) {
    throw new Error(`expected defaults of ${kind} in ${path}, found none`);
  }
  return structuredClone(value);
}
