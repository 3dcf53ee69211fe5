// npm's @ethereumjs/mpt on the proofs that a file has: node proofs.mjs FILE ROUNDS. Seconds a proof, of each.
// A proof is [root, key, value, nodes] in hexadecimal; one that has another value ends it.
import { readFileSync } from 'node:fs'
import { verifyMerkleProof } from '@ethereumjs/mpt'

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
const [, , file, rounds] = process.argv
const proofs = JSON.parse(readFileSync(file)).map(([root, key, value, nodes]) =>
  [bytes(root), bytes(key), value, nodes.map(bytes)])

async function round () {
  const began = performance.now()
  for (const [root, key, value, nodes] of proofs) {
    const found = await verifyMerkleProof(key, nodes, { root })
    if (Buffer.from(found ?? []).toString('hex') !== value) throw new Error('another value')
  }
  return (performance.now() - began) / 1000 / proofs.length
}

await round() // a run that does not count: the code is compiled
const found = []
for (let left = Number(rounds); left > 0; left--) found.push(await round())
process.stdout.write(JSON.stringify(found))
