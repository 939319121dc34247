import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Needs a local network: scripts/e2e starts one. Files share its clock and run one after another.
export default defineConfig({
  cacheDir: "../node_modules/.vite",
  test: {
    reporters: ["verbose"],
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    bail: 1,
  },
});
