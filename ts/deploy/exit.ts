/** How commands end. */
import { WrongChainError } from "../src/connect.js";
import { BallastError } from "../src/errors.js";
import { ArtifactError } from "./codes.js";
import { ConfigurationError } from "./config.js";
import { WaitingError } from "./context.js";
import { KeyError } from "./keys.js";

/** Prints in one line why a command failed, and says what it exits with: 1, 2 where it was called wrongly, 3 where others must act first. */
export function exitCode(command: string, error: unknown): number {
  if (error instanceof WaitingError) {
    console.error(error.message);
    return 3;
  }
  const wrongCall = [ConfigurationError, KeyError, WrongChainError].some((kind) => error instanceof kind) || isCode(error, /^ERR_PARSE_ARGS/);
  const known = [ArtifactError, BallastError].some((kind) => error instanceof kind);
  const problem = textOf(error);
  // A place in the code helps whoever mends it, and nobody else.
  console.error(wrongCall || known || !process.env["BALLAST_DEBUG"] ? `${command}: ${problem}` : error);
  return wrongCall ? 2 : 1;
}

/** What an error says, and what its cause says besides. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { message, cause } = error;
  const known = error instanceof BallastError || !(cause instanceof Error) || message.includes(cause.message);
  return known ? message : `${message}: ${cause.message}`;
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
