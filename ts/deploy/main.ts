/**
 * `scripts/deploy NETWORK [--dry-run] [--json] [--state FILE]`, `scripts/deploy NETWORK --verify`, and
 * `scripts/deploy --create-keyring FILE`.
 *
 * Exit codes: 0 all is as it should be, 1 something is not, 2 it was called wrongly, 3 somebody else must act first.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Verified } from "./check.js";
import { check } from "./check.js";
import { address, ConfigurationError, defaultStatePath, loadConfiguration } from "./config.js";
import type { Step } from "./context.js";
import { deploy } from "./deploy.js";
import { exitCode } from "./exit.js";
import { ask, createKeyring, VARIABLES } from "./keys.js";
import { factLine, line, standingTable, summary } from "./report.js";
import { StateFile } from "./state.js";
import { connect } from "../src/connect.js";

const USAGE = `usage: scripts/deploy NETWORK [--dry-run] [--json] [--state FILE]
       scripts/deploy NETWORK --verify [--governance ADDRESS] [--rpc URL] [--artifacts FOLDER] [--json] [--state FILE]
       scripts/deploy --create-keyring FILE [--prefix PREFIX]

--verify compares a suite with the file, by the address of its governance (the one that is remembered, otherwise): no key needed. Ask a
node that you trust, and compare with artifacts that you built: a file that somebody else wrote names theirs.
NETWORK: a file of networks/ without its ending, or a path. Keys: a mnemonic in ${VARIABLES.mnemonic}, or a keyring in
${VARIABLES.keyring} (its password in ${VARIABLES.password}, or asked for); the local network's own test account otherwise.`;

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      state: { type: "string" },
      verify: { type: "boolean", default: false },
      governance: { type: "string" },
      rpc: { type: "string" },
      artifacts: { type: "string" },
      "create-keyring": { type: "string" },
      prefix: { type: "string", default: "wasm" },
      help: { type: "boolean", default: false },
    },
  });
  const keyring = values["create-keyring"];
  if (keyring !== undefined) {
    const mnemonic = process.env[VARIABLES.mnemonic] ?? (await ask("Mnemonic: ", VARIABLES.mnemonic));
    const password = process.env[VARIABLES.password] ?? (await ask("Password: "));
    console.log(await createKeyring(keyring, mnemonic, values.prefix, password));
    return 0;
  }
  const [network] = positionals;
  if (values.help || network === undefined || positionals.length !== 1) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const given = ["governance", "rpc", "artifacts"].find((name) => values[name as "rpc"] !== undefined);
  if ((values["dry-run"] && values.verify) || (given !== undefined && !values.verify)) {
    throw new ConfigurationError(given === undefined || values.verify ? "expected --verify without --dry-run" : `expected --${given} with --verify alone`);
  }
  const file = loadConfiguration(network);
  const { rpc = file.chain.rpc, artifacts = file.artifacts } = values;
  const configuration = { ...file, chain: { ...file.chain, rpc }, artifacts: resolve(artifacts) };
  const store = new StateFile(values.state ?? defaultStatePath(configuration.name));
  const print = values.json ? () => undefined : (text: string) => console.log(text);
  if (values.verify) {
    const { chain } = configuration;
    const governance = values.governance ?? store.load(chain.chain_id).contracts["governance"];
    if (governance === undefined) {
      throw new ConfigurationError("expected the address of a governance in --governance, or a state that remembers one, found neither");
    }
    const client = await connect({ rpc: chain.rpc, chainId: chain.chain_id });
    print(`asking ${rpc}, comparing with ${configuration.artifacts}\n`);
    const verified = await check({ configuration, client, governance: address(configuration, governance) });
    const wrong = tellFacts(verified, values.json);
    print(`${verified.facts.length - wrong} facts verified, ${wrong} wrong`);
    return wrong === 0 ? 0 : 1;
  }
  const deployment = await deploy({
    configuration,
    store,
    dryRun: values["dry-run"],
    tell: (step: Step) => print(line(step)),
  });
  print("");
  const wrong = tellFacts(deployment, values.json);
  const done = values["dry-run"] ? "would be made" : "made";
  const verified = values["dry-run"] ? "" : `, ${deployment.facts.length - wrong} facts verified, ${wrong} wrong`;
  print(`${deployment.changes === 0 ? "nothing to change" : `${deployment.changes} changes ${done}`}${verified}`);
  return wrong === 0 ? 0 : 1;
}

/** Prints what was found; says how many facts are wrong. */
function tellFacts(found: Verified, json: boolean): number {
  if (json) {
    console.log(JSON.stringify(found, null, 2));
  } else {
    for (const fact of found.facts) {
      console.log(factLine(fact));
    }
    console.log(`\n${summary(found)}\n`);
    if (found.standing !== undefined) {
      console.log(`${standingTable(found.standing)}\n`);
    }
  }
  return found.facts.filter(({ holds }) => !holds).length;
}

process.exitCode = await run().catch((error: unknown) => exitCode("deploy", error));
// Connections of CosmJS may keep the process; nothing is left to wait for.
process.exit();
