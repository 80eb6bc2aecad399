import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  checkStamp,
  type StampInput,
  type TextTools,
} from '../../../src/agent/setup/stamp-check.ts'
import { sha256 } from '../../../src/kit/hash.ts'
import { fc } from '../../support/fast-check.ts'
import { stampedFiles } from '../../support/stamped.ts'

const tools: TextTools = { sha256, decode: bytes => Buffer.from(bytes).toString('utf8') }
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

function inputOf(change: Partial<Record<'base' | 'stamp' | 'config', string | undefined>> = {}) {
  const files = { ...stampedFiles(), ...change }
  return {
    ...Object.fromEntries(
      Object.entries(files).flatMap(([name, text]) =>
        text === undefined ? [] : [[name, bytes(text)]],
      ),
    ),
    marks: ['lb1'],
  } as StampInput
}

const codeOf = (input: StampInput) => {
  const verdict = checkStamp(input, tools)
  return verdict.kind === 'valid' ? 'valid' : verdict.complaint.code
}
const factsWith = (change: object) =>
  JSON.stringify({ ...JSON.parse(stampedFiles().stamp), ...change })

test('a whole stamp for this base is valid and gives the configuration', t => {
  const verdict = checkStamp(inputOf(), tools)
  t.like(verdict, { kind: 'valid', config: { node: { name: 'lb1' } } })
})

test('an image that was never stamped says so', t => {
  t.is(codeOf({ base: bytes(stampedFiles().base), marks: [] }), 'stamp_missing')
})

test('two stamps are refused, and both nodes are named', t => {
  const verdict = checkStamp({ ...inputOf(), marks: ['lb2', 'lb1'] }, tools)
  t.like(verdict, { complaint: { code: 'stamp_doubled', found: 'lb1, lb2' } })
})

test('a stamp of which a part is missing is cut short', t => {
  t.is(codeOf(inputOf({ stamp: undefined })), 'stamp_truncated')
  t.is(codeOf(inputOf({ config: undefined })), 'stamp_truncated')
  t.is(codeOf({ marks: ['lb1'] }), 'stamp_truncated')
  const verdict = checkStamp(inputOf({ stamp: undefined }), tools)
  t.like(verdict, { complaint: { found: 'node.json, stamp.d' } })
})

test('a stamp for another base image is refused, and both digests are shown', t => {
  const other = 'f'.repeat(64)
  const verdict = checkStamp(inputOf({ stamp: factsWith({ base_sha256: other }) }), tools)
  t.like(verdict, {
    complaint: { code: 'stamp_other_base', found: `base_sha256 ${other}` },
  })
})

test('the stamp of another node than the loader named is refused, and both are shown', t => {
  for (const asked of ['lb1', `${JSON.parse(stampedFiles().stamp).cluster}/lb1`]) {
    t.is(codeOf({ ...inputOf(), asked }), 'valid')
  }
  const verdict = checkStamp({ ...inputOf(), asked: 'lb2' }, tools)
  t.like(verdict, { complaint: { code: 'stamp_other_node' } })
  t.is(codeOf({ ...inputOf(), asked: 'other/lb1' }), 'stamp_other_node')
})

test('a configuration that was changed after stamping is refused', t => {
  t.is(codeOf(inputOf({ config: `${stampedFiles().config} ` })), 'config_changed')
})

test('a stamp that this image does not understand is refused', t => {
  for (const stamp of [
    '',
    'null',
    '[]',
    '{',
    factsWith({ schema: 2 }),
    factsWith({ signature: 'x' }),
  ]) {
    t.is(codeOf(inputOf({ stamp })), 'stamp_malformed', stamp)
  }
  for (const key of ['cluster', 'node', 'base_sha256', 'config_sha256']) {
    t.is(codeOf(inputOf({ stamp: factsWith({ [key]: 1 }) })), 'stamp_malformed', key)
  }
})

test('an image that does not say what it is refuses', t => {
  for (const base of [undefined, '', '{}', 'null', '{"schema":2,"base_sha256":"x"}']) {
    t.is(codeOf(inputOf({ base })), 'base_malformed', base)
  }
})

test('a configuration that the schema refuses is named by its path, without its content', t => {
  const config = JSON.stringify({ ...JSON.parse(stampedFiles().config), surprise: 'secret' })
  const stamp = factsWith({ config_sha256: sha256(config) })
  const verdict = checkStamp(inputOf({ config, stamp }), tools)
  t.like(verdict, { complaint: { code: 'config_refused' } })
  t.false(JSON.stringify(verdict).includes('secret'))
  t.regex(JSON.stringify(verdict), /surprise/)
})

test('parts of two nodes are refused', t => {
  t.is(codeOf({ ...inputOf(), marks: ['lb2'] }), 'stamp_mixed')
  t.is(codeOf(inputOf({ stamp: factsWith({ node: 'lb2' }) })), 'stamp_mixed')
  t.is(codeOf(inputOf({ stamp: factsWith({ cluster: 'other' }) })), 'stamp_mixed')
})

test('every complaint says what to do', t => {
  const source = readFileSync(
    new URL('../../../src/agent/setup/stamp-check.ts', import.meta.url),
    'utf8',
  )
  t.is(source.match(/code: '/g)?.length, source.match(/remedy: '/g)?.length)
})

test('random bytes are refused, never thrown at', t => {
  const any = fc.uint8Array({ maxLength: 60 })
  fc.assert(
    fc.property(any, any, any, (base, stamp, config) => {
      t.not(codeOf({ base, stamp, config, marks: [] }), 'valid')
    }),
  )
})
