"""The pages' sealing, run by Node: the very sources that the browser's bundle is made from."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_FRONTEND = ROOT / "dapp" / "web" / "frontend"
_SCRIPT = """
import * as seal from "./seal";
import { commitmentOf, encodeEnvelope, parseEnvelope } from "./envelope";
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const text = (data) => Buffer.from(data).toString("base64");
const utf8 = (words) => new TextEncoder().encode(words);
const content = async (blob) => text(await blob.arrayBuffer());

const operations = {
  key: ({ recipient }) => seal.keyOf(recipient),
  recipient: ({ key }) => seal.recipientOfKey(key),
  newKey: () => seal.newKey(),
  keyFrom: ({ identity }) => seal.keyFrom(identity),
  backUp: async ({ identity, passphrase }) => text(await seal.backUp(identity, passphrase)),
  recover: ({ backup, passphrase }) => seal.recover(bytes(backup), passphrase),
  parse: async ({ envelope }) => {
    const parsed = await parseEnvelope(bytes(envelope));
    const commitments = await Promise.all(parsed.items.map(commitmentOf));
    return { commitments, again: text(await encodeEnvelope(parsed)) };
  },
  seal: async ({ files }) => {
    const given = files.map(({ name, type, kind, data }) =>
      ({ file: new File([bytes(data)], name, { type }), kind }));
    const told = [];
    const sealing = await seal.sealFiles(given, (done, of) => told.push([done, of]));
    const items = [];
    for (const item of sealing.items) items.push({ ...item, bytes: await content(item.bytes) });
    return { ...sealing, items, told: told.at(-1) };
  },
  envelope: async ({ manifest, sealing, recipients }) => {
    const items = sealing.items.map((item) => ({ ...item, bytes: new Blob([bytes(item.bytes)]) }));
    return text(await seal.makeEnvelope(utf8(manifest), { ...sealing, items }, recipients));
  },
  reseal: async ({ envelope, identity, recipients }) => {
    const opened = await seal.openEnvelope(bytes(envelope), identity);
    return text(await seal.sealEnvelope(opened, recipients));
  },
  open: async ({ manifest, envelope, identity, sealed }) => {
    const opened = await seal.openEnvelope(bytes(envelope), identity);
    const items = [];
    for (const [number, data] of sealed.entries()) {
      const blob = new Blob([bytes(data)]);
      const item = await seal.openItem(utf8(manifest), opened, number, blob);
      items.push({ ...item, file: await content(item.file), type: item.file.type });
    }
    return items;
  },
};

let asked = "";
for await (const chunk of process.stdin) asked += chunk;
const answers = [];
for (const { do: name, ...given } of JSON.parse(asked)) {
  try {
    answers.push(await operations[name](given));
  } catch (error) {
    answers.push({ code: error.code ?? String(error) });
  }
}
console.log(JSON.stringify(answers));
"""


class Script:
    def __init__(self, folder: Path) -> None:
        """Bundles the sources into `folder`."""
        self._bundle = folder / "seal.mjs"
        options = ["--bundle", "--format=esm", "--platform=node", "--loader=ts"]
        absent = ("post-quantum/hybrid.js", "curves/nist.js")  # as in build.mjs
        options += [f"--alias:@noble/{name}=./absent.ts" for name in absent]
        output = [f"--outfile={self._bundle}", "--log-level=warning"]
        subprocess.run(
            [ROOT / "node_modules" / ".bin" / "esbuild", *options, *output],
            input=_SCRIPT.encode(),
            check=True,
            cwd=_FRONTEND,
        )

    def ask(self, *asked: dict[str, Any]) -> list[Any]:
        """One answer each; a refusal is `{"code": …}`."""
        run = subprocess.run(
            ["node", str(self._bundle)],
            input=json.dumps(asked),
            check=True,
            capture_output=True,
            text=True,
        )
        return list(json.loads(run.stdout))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(text)
