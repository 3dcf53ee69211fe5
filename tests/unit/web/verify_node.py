"""Runs the browser's verifier in Node, bundled from its sources as the page's build does it."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
VERIFY = ROOT / "dapp" / "web" / "frontend" / "verify"

_BUILD = """
import { build } from "esbuild";
import { events } from "./tables.mjs";
await build({
  stdin: { contents: process.argv[3], resolveDir: process.cwd(), loader: "ts" },
  absWorkingDir: process.cwd(),
  preserveSymlinks: true,
  outfile: process.argv[2],
  bundle: true,
  format: "esm",
  platform: "node",
  define: { EVENTS: JSON.stringify(events(process.argv[1])) },
  logLevel: "warning",
});
"""
_ANSWER = """
import { readFileSync } from "node:fs";
const input = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await answer(input), (_, value) =>
  typeof value === "bigint" ? value.toString() : value));
"""


def build(script: str, folder: Path) -> Path:
    """A script for Node. `script` is TypeScript that imports from the verifier's folder and
    declares `async function answer(input)`."""
    path = folder / "script.mjs"
    command = ["node", "--input-type=module", "-e", _BUILD, str(ROOT), str(path), script + _ANSWER]
    subprocess.run(command, check=True, cwd=VERIFY)
    return path


def run(script: Path, given: Any) -> Any:
    """What the script answers; whatever it throws fails the test."""
    ran = subprocess.run(["node", script], input=json.dumps(given), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
