import test from 'ava'
import { describeChange } from '../../src/base/base-inputs.ts'

test('what changed between two bases is named, a long list only in part', t => {
  const before = { a: '1', b: '1', gone: '1' }
  t.is(describeChange(before, before), 'base is not in the cache')
  t.is(describeChange(before, { a: '1', b: '2', new: '1' }), 'new base: other b, gone, new')
  const many = Object.fromEntries([...'abcdefg'].map(name => [name, '1']))
  t.is(describeChange({}, many), 'new base: other a, b, c, d and 3 more')
})
