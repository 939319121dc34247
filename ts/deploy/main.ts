/**
 * `scripts/deploy NETWORK [--dry-run] [--json] [--state FILE]`, and `scripts/deploy --create-keyring FILE`.
 *
 * Exit codes: 0 all is as it should be, 1 something is not, 2 it was called wrongly, 3 somebody else must act first.
 */
import { parseArgs } from "node:util";
import { ArtifactError } from "./codes.js";
import { ConfigurationError, defaultStatePath, loadConfiguration } from "./config.js";
import type { Step } from "./context.js";
import { WaitingError } from "./context.js";
import { deploy } from "./deploy.js";
import { ask, createKeyring, KeyError, VARIABLES } from "./keys.js";
import { factLine, line, summary } from "./report.js";
import { StateFile } from "./state.js";
import { BallastError } from "../src/errors.js";

const USAGE = `usage: scripts/deploy NETWORK [--dry-run] [--json] [--state FILE]
       scripts/deploy --create-keyring FILE [--prefix PREFIX]

NETWORK: a file of networks/ without its ending, or a path. Keys: a mnemonic in ${VARIABLES.mnemonic}, or a keyring in
${VARIABLES.keyring} (its password in ${VARIABLES.password}, or asked for); the local network's own test account otherwise.`;

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      state: { type: "string" },
      "create-keyring": { type: "string" },
      prefix: { type: "string", default: "wasm" },
      help: { type: "boolean", default: false },
    },
  });
  const keyring = values["create-keyring"];
  if (keyring !== undefined) {
    const mnemonic = process.env[VARIABLES.mnemonic] ?? (await ask("Mnemonic: "));
    const password = process.env[VARIABLES.password] ?? (await ask("Password: "));
    console.log(await createKeyring(keyring, mnemonic, values.prefix, password));
    return 0;
  }
  const [network] = positionals;
  if (values.help || network === undefined || positionals.length !== 1) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const configuration = loadConfiguration(network);
  const print = values.json ? () => undefined : (text: string) => console.log(text);
  const deployment = await deploy({
    configuration,
    store: new StateFile(values.state ?? defaultStatePath(configuration.name)),
    dryRun: values["dry-run"],
    tell: (step: Step) => print(line(step)),
  });
  const wrong = deployment.facts.filter(({ holds }) => !holds);
  if (values.json) {
    console.log(JSON.stringify(deployment, null, 2));
  } else {
    print("");
    for (const fact of deployment.facts) {
      print(factLine(fact));
    }
    print(`\n${summary(deployment)}\n`);
    const done = values["dry-run"] ? "would be made" : "made";
    const verified = values["dry-run"] ? "" : `, ${deployment.facts.length - wrong.length} facts verified, ${wrong.length} wrong`;
    print(`${deployment.changes === 0 ? "nothing to change" : `${deployment.changes} changes ${done}`}${verified}`);
  }
  return wrong.length === 0 ? 0 : 1;
}

function exitCode(error: unknown): number {
  if (error instanceof WaitingError) {
    console.error(error.message);
    return 3;
  }
  const wrongCall = [ConfigurationError, KeyError].some((kind) => error instanceof kind) || isCode(error, /^ERR_PARSE_ARGS/);
  const known = [ArtifactError, BallastError].some((kind) => error instanceof kind);
  const problem = error instanceof Error ? (error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message) : String(error);
  // A place in the code helps whoever mends it, and nobody else.
  console.error(wrongCall || known || !process.env["BALLAST_DEBUG"] ? `deploy: ${problem}` : error);
  return wrongCall ? 2 : 1;
}

function isCode(error: unknown, code: RegExp): boolean {
  return code.test(String((error as { code?: unknown } | undefined)?.code ?? ""));
}

// Whoever reads the lines may have enough; what was begun goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (!isCode(error, /^EPIPE$/)) {
      throw error;
    }
  });
}
process.exitCode = await run().catch(exitCode);
// Connections of CosmJS may keep the process; nothing is left to wait for.
process.exit();
