// Bundles the pages' TypeScript and vendors htmx and Pico; `npm run build [-- FOLDER]`.
// The output is committed, and a test compares it with a fresh build.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { events } from "./verify/tables.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const target = process.argv[2] ?? join(here, "..", "static", "built");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

await build({
  absWorkingDir: here,
  preserveSymlinks: true,
  // Pages load seal.js when somebody seals or opens a file, and not before.
  entryPoints: ["app.ts", "seal.ts"],
  // Keys that keys.ts refuses before age sees them: half of age's weight.
  alias: { "@noble/post-quantum/hybrid.js": "./absent.ts", "@noble/curves/nist.js": "./absent.ts" },
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

// A script of its own and not a module: it runs while the page is read.
await build({
  absWorkingDir: here,
  entryPoints: ["early.ts"],
  outdir: target,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});

// The verifier shares no chunk with the pages: it must also run alone, written into one file.
await build({
  absWorkingDir: here,
  preserveSymlinks: true,
  entryPoints: { verify: "verify/main.ts", "verify-style": "verify/verify.css" },
  outdir: target,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  define: { EVENTS: JSON.stringify(events(root)) },
  logLevel: "warning",
});

await build({
  absWorkingDir: here,
  entryPoints: ["redress.css"],
  outdir: target,
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});

const modules = join(root, "node_modules");
copyFileSync(join(modules, "@picocss/pico/css/pico.min.css"), join(target, "pico.css"));
// One file: htmx looks at the page as soon as its script has run, and must know the extension by then.
const parts = ["htmx.min.js", "ext/hx-sse.min.js"].map((part) => readFileSync(join(modules, "htmx.org/dist", part), "utf8"));
writeFileSync(join(target, "htmx.js"), parts.join("\n"));

// By the best that Brotli can, which takes too long to be done for each reader.
for (const name of readdirSync(target)) {
  const file = join(target, name);
  writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
}
