// Bundles the pages' TypeScript and vendors htmx and Pico; `npm run build [-- FOLDER]`.
// The output is committed, and a test compares it with a fresh build.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const target = process.argv[2] ?? join(here, "..", "static", "built");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: ["app.ts"],
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
});

for (const [from, to] of [
  ["htmx.org/dist/htmx.min.js", "htmx.js"],
  ["htmx.org/dist/ext/hx-sse.min.js", "htmx-sse.js"],
  ["@picocss/pico/css/pico.min.css", "pico.css"],
]) {
  copyFileSync(join(root, "node_modules", from), join(target, to));
}
