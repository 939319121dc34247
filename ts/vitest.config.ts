import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Examples import the package by its name, as its users do.
  resolve: { alias: { "@ballast/client": fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  // What needs a chain lies in e2e/ and gas/, and has its own commands.
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});
