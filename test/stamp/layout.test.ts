import test from 'ava'
import { ProblemError } from '../../src/kit/problem.ts'
import { decodeLayout } from '../../src/stamp/layout.ts'
import { fc } from '../support/fast-check.ts'
import { LAYOUT, problemOf } from './sample.ts'

const decode = (value: unknown) => decodeLayout(Buffer.from(JSON.stringify(value)), 'base.iso')

test('a layout is read as it was written', t => {
  t.deepEqual(decode(LAYOUT), LAYOUT)
})

test('a layout of a version to come is refused with both versions', async t => {
  const problem = await problemOf(() => decode({ ...LAYOUT, version: 2 }))
  t.is(problem.code, 'layout_unsupported')
  t.is(problem.found, 'version 2')
})

test('a layout without the feature that a stamp needs is refused', async t => {
  const problem = await problemOf(() => decode({ ...LAYOUT, features: [] }))
  t.is(problem.code, 'layout_unsupported')
  t.regex(problem.expected ?? '', /node-region/)
})

const damages: readonly [string, object][] = [
  ['base_sha256', { base_sha256: 'B'.repeat(64) }],
  ['features', { features: 'node-region' }],
  ['node', { node: { file: '/x', offset: -1, length: 1 } }],
  ['node', { node: { file: '/x', offset: 0, length: 2 ** 40 } }],
  ['kargs', { kargs: [{ file: '/x', offset: 0, length: 9 }] }],
  ['console', { console: { port: 'ttyS0' } }],
]
for (const [path, change] of damages) {
  test(`a layout with ${JSON.stringify(change)} is refused, and ${path} is named`, async t => {
    const problem = await problemOf(() => decode({ ...LAYOUT, ...change }))
    t.is(problem.code, 'layout_malformed')
    t.true(problem.where?.path?.endsWith(` ${path}`))
  })
}

test('any JSON is a layout or a problem', t => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...Object.keys(LAYOUT)), fc.jsonValue()),
      ),
      value => {
        try {
          decode(value)
          return false
        } catch (error) {
          return error instanceof ProblemError
        }
      },
    ),
  )
  t.pass()
})
