import test from 'ava'
import { requireRoot } from '../../src/lab/root.ts'

test('root may start a lab', t => {
  t.notThrows(() => requireRoot(0))
})

test('another user is told to be root, before anything is built', t => {
  t.throws(() => requireRoot(1000), { message: /only root/ })
})
