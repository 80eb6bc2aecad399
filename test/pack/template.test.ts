import test from 'ava'
import { fillTemplate } from '../../src/pack/template.ts'

test('every name is filled, as often as it stands, and nothing else is touched', t => {
  t.is(fillTemplate('{{a}} ${b} {{a}}{{c}}', { a: '1', c: '$&' }), '1 ${b} 1$&')
})

test('a name without a value is a defect, not an empty text', t => {
  t.throws(() => fillTemplate('{{a}}', {}), { message: /\{\{a\}\}/ })
})
