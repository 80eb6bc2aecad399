import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { canonicalJson, digestOf, sha256, sha256File } from '../../src/kit/hash.ts'
import { fc } from '../support/fast-check.ts'

// FIPS 180-2, appendix B.1.
const OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('the digest of "abc" is that of the standard, as text, as bytes and as a file', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-hash-'))
  writeFileSync(join(folder, 'abc'), 'abc')
  t.is(sha256('abc'), OF_ABC)
  t.is(sha256(Buffer.from('abc')), OF_ABC)
  t.is(await sha256File(join(folder, 'abc')), OF_ABC)
  rmSync(folder, { recursive: true })
})

test('the order of keys changes neither the text nor the digest', t => {
  t.is(canonicalJson({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}')
  t.is(digestOf({ a: 1, b: 2 }), digestOf({ b: 2, a: 1 }))
})

test('a member that is undefined is left out, a list keeps its order', t => {
  t.is(canonicalJson({ a: undefined, b: [2, 1] }), '{"b":[2,1]}')
})

test('canonical JSON reads back as the same value', t => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      t.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
  t.pass()
})
