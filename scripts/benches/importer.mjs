// npm's ipfs-unixfs-importer in our profile, blocks thrown away: node importer.mjs FILE FOLDER.
// Says as JSON what it called each, and the seconds it took, without the start of node.
import { createReadStream, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { importer } from 'ipfs-unixfs-importer'

const nowhere = { put: async (cid) => cid }

async function timed (sources, options) {
  const began = performance.now()
  let last
  for await (const entry of importer(sources, nowhere, { profile: 'unixfs-v1-2025', ...options })) {
    last = entry
  }
  return { cid: last.cid.toString(), seconds: (performance.now() - began) / 1000 }
}

const file = (path) => timed([{ content: createReadStream(path, { highWaterMark: 1 << 20 }) }], {})

function * folder (path) {
  for (const name of readdirSync(path)) {
    yield { path: name, content: readFileSync(join(path, name)) }
  }
}

const [, , large, small] = process.argv
await file(large) // a run that does not count: the code is compiled
process.stdout.write(JSON.stringify({
  file: await file(large),
  folder: await timed(folder(small), { wrapWithDirectory: true })
}))
