#!/usr/bin/env node
// Stands in for the native solc where that cannot be downloaded: npm's `solc` (the same compiler as
// WebAssembly) behind the few arguments that py-solc-x, brownie, forge and Slither use. Standard JSON
// comes on stdin; imports it does not carry are read from disk, relative to the working directory or
// to --base-path.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const words = process.argv.slice(2);
const valueOf = (name) => {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
};

const solc = require("solc");

const readImport = (name) => {
  try {
    return { contents: fs.readFileSync(path.resolve(valueOf("--base-path") ?? ".", name), "utf8") };
  } catch (error) {
    return { error: `File not found: ${name} (${error.code})` };
  }
};

if (words.includes("--version")) {
  const version = solc.version().replace(/\.Emscripten\.clang$/, "");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++\n`);
} else if (words.includes("--standard-json")) {
  process.stdout.write(`${solc.compile(fs.readFileSync(0, "utf8"), { import: readImport }).trimEnd()}\n`);
} else {
  process.stderr.write("Error: this solc answers --version and --standard-json only.\n");
  process.exitCode = 1;
}
