/** Deployment as a library: what `scripts/deploy` does, for the end-to-end and gas runs. */
export * from "./check.js";
export * from "./codes.js";
export * from "./config.js";
export { WaitingError } from "./context.js";
export type { Step } from "./context.js";
export * from "./deploy.js";
export * from "./keys.js";
export { pushNow } from "./prices.js";
export { factLine, line, summary } from "./report.js";
export * from "./state.js";
export type { Fact } from "./facts.js";
export { verify } from "./verify.js";
