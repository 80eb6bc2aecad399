import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import test from 'ava'
import { encodeGzip } from '../../src/stamp/gzip.ts'
import { checkBase, decodeStamp, encodeStamp } from '../../src/stamp/stamp.ts'
import { decodeCpio, encodeCpio } from '../../src/tree/cpio.ts'
import type { Entry } from '../../src/tree/tree.ts'
import { effort } from '../support/effort.ts'
import { fc } from '../support/fast-check.ts'
import { BASE, OTHER_BASE, problemOf, sampleStamp } from './sample.ts'

const LAST = { last: ['etc/director/stamp.json'] }

// How the fixture was made: test/fixtures/stamp/make.sh.
test('the archive of a stamp is byte for byte the golden one, parents first, stamp.json last', t => {
  const golden = readFileSync('test/fixtures/stamp/lb1.cpio.txt', 'latin1').replaceAll('~', '\0')
  t.is(gunzipSync(sampleStamp()).toString('latin1'), golden)
})

test('the same node gives the same bytes', t => {
  t.deepEqual(sampleStamp(), sampleStamp())
})

test('what was encoded is decoded, with zeros behind it as in a region', t => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
  fc.assert(
    fc.property(name, name, fc.uint8Array({ maxLength: 2000 }), (cluster, node, config) => {
      const bytes = encodeStamp({ cluster, node, baseSha256: BASE, config })
      const { facts, config: read } = decodeStamp(Buffer.concat([bytes, Buffer.alloc(500)]))
      return (
        facts.cluster === cluster &&
        facts.node === node &&
        facts.base_sha256 === BASE &&
        Buffer.from(read).equals(config)
      )
    }),
  )
  t.pass()
})

test('a stamp that is cut anywhere is refused', async t => {
  const bytes = sampleStamp()
  for (let length = 0; length < bytes.length; length += 1) {
    const problem = await problemOf(() => decodeStamp(bytes.subarray(0, length)))
    t.is(problem.code, 'stamp_malformed', `cut to ${length}`)
  }
})

test('a stamp in which one byte is another one is refused, or is the same stamp', async t => {
  const whole = sampleStamp()
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(change, async ([at, difference]) => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ difference
      const problem = await problemOf(() => decodeStamp(bytes)).catch(() => undefined)
      return problem === undefined
        ? decodeStamp(bytes).facts.node === 'lb1'
        : problem.code === 'stamp_malformed'
    }),
    { numRuns: effort(200, 5000) },
  )
  t.pass()
})

test('two stamps one after the other are refused, with and without zeros between them', async t => {
  const bytes = sampleStamp()
  for (const gap of [0, 1, 512]) {
    const doubled = Buffer.concat([bytes, Buffer.alloc(gap), bytes])
    t.is((await problemOf(() => decodeStamp(doubled))).code, 'stamp_doubled')
  }
})

test('other bytes behind a stamp are refused', async t => {
  const problem = await problemOf(() =>
    decodeStamp(Buffer.concat([sampleStamp(), Buffer.from('x')])),
  )
  t.is(problem.code, 'stamp_malformed')
  t.regex(problem.message, /other bytes follow/)
})

/** A stamp whose archive was changed before it was compressed. */
function forged(change: (tree: Map<string, Entry>) => void): Uint8Array {
  const tree = new Map(decodeCpio(gunzipSync(sampleStamp())))
  change(tree)
  return encodeGzip(encodeCpio(tree, LAST))
}

const file = (text: string, mode = 0o644): Entry => ({
  ...{ kind: 'file', mode, uid: 0, gid: 0, content: Buffer.from(text) },
})

const forgeries: readonly [string, (tree: Map<string, Entry>) => void, RegExp][] = [
  ['with a file more', tree => tree.set('etc/shadow', file('root::')), /other entries/],
  [
    'with the mark of a second node',
    tree => tree.set('etc/director/stamp.d/lb2', file('')),
    /other/,
  ],
  ['without stamp.json', tree => tree.delete('etc/director/stamp.json'), /stamp.json is not in it/],
  ['without node.json', tree => tree.delete('etc/director/node.json'), /node.json is not in it/],
  [
    'of another node.json',
    tree => tree.set('etc/director/node.json', file('{}', 0o600)),
    /not the one/,
  ],
  ['whose node.json all may read', tree => tree.set('etc/director/node.json', file('{}')), /other/],
  [
    'whose stamp.json is no JSON',
    tree => tree.set('etc/director/stamp.json', file('{')),
    /not JSON/,
  ],
  [
    'of a schema to come',
    tree => tree.set('etc/director/stamp.json', file('{"schema":2}')),
    /schema/,
  ],
]
for (const [title, change, message] of forgeries) {
  test(`a stamp ${title} is refused`, async t => {
    const problem = await problemOf(() => decodeStamp(forged(change)))
    t.is(problem.code, 'stamp_malformed')
    t.regex(problem.message, message)
  })
}

test('a stamp for another base image is refused, and both are named', async t => {
  const { facts } = decodeStamp(sampleStamp())
  t.notThrows(() => checkBase(facts, BASE))
  const problem = await problemOf(() => checkBase(facts, OTHER_BASE, 'lb1.img'))
  t.is(problem.code, 'stamp_foreign')
  t.true(problem.expected?.includes(OTHER_BASE))
  t.true(problem.found?.includes(BASE))
})
