// What npm's ipfs-unixfs-importer calls each case given as JSON on stdin: one CID a case on stdout.
// A case is either {size, chunk, width}, the first `size` bytes of the file named in argv, or
// {files: {path: text}}, a directory.
import { readFileSync } from 'node:fs'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const nowhere = { put: async (cid) => cid }
const data = readFileSync(process.argv[2])

async function root (sources, options) {
  let last
  for await (const entry of importer(sources, nowhere, { profile: 'unixfs-v1-2025', ...options })) {
    last = entry
  }
  return last.cid.toString()
}

function named (one) {
  if (one.files === undefined) {
    return root([{ content: data.subarray(0, one.size) }], {
      chunker: fixedSize({ chunkSize: one.chunk }),
      layout: balanced({ maxChildrenPerNode: one.width })
    })
  }
  const encoder = new TextEncoder()
  const sources = Object.entries(one.files)
    .map(([path, text]) => ({ path, content: encoder.encode(text) }))
  return root(sources, { wrapWithDirectory: true })
}

const found = []
for (const one of JSON.parse(readFileSync(0, 'utf8'))) {
  found.push(await named(one))
}
process.stdout.write(JSON.stringify(found))
