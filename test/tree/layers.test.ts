import test from 'ava'
import { layer, resolvePath, withParents } from '../../src/tree/layers.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'

const file = (text: string): Entry => ({
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  content: Buffer.from(text),
})
const link = (target: string): Entry => ({ kind: 'link', mode: 0o777, uid: 0, gid: 0, target })
const folder: Entry = { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }
const base: Tree = new Map([
  ['bin', link('usr/bin')],
  ['usr/bin/ls', file('base')],
  ['etc/motd', file('base')],
])

test('the later layer wins and the earlier one keeps the rest', t => {
  const tree = layer(base, new Map([['etc/motd', file('upper')]]))
  t.deepEqual(tree.get('etc/motd'), file('upper'))
  t.deepEqual(tree.get('usr/bin/ls'), file('base'))
})

test('a file under a folder that is a link lands where the link points', t => {
  const tree = layer(
    base,
    new Map([
      ['bin', folder],
      ['bin/ls', file('upper')],
    ]),
  )
  t.deepEqual(tree.get('usr/bin/ls'), file('upper'))
  t.deepEqual(tree.get('bin'), link('usr/bin'))
  t.false(tree.has('bin/ls'))
})

test('a link that is laid over a file replaces it', t => {
  t.deepEqual(layer(base, new Map([['etc/motd', link('x')]])).get('etc/motd'), link('x'))
})

test('parents that nobody listed are added', t => {
  t.deepEqual([...withParents(new Map([['a/b/c', file('')]])).keys()].sort(), ['a', 'a/b', 'a/b/c'])
  t.deepEqual(withParents(new Map([['a/b/c', file('')]])).get('a/b'), folder)
})

test('a path is followed through links of folders and files', t => {
  const tree = layer(
    base,
    new Map([
      ['usr/bin/dir', link('ls')],
      ['up', link('../bin/../bin/dir')],
    ]),
  )
  t.is(resolvePath(tree, 'bin/dir'), 'usr/bin/ls')
  t.is(resolvePath(tree, 'up'), 'usr/bin/ls')
  t.is(resolvePath(tree, 'bin/none'), undefined)
  t.is(resolvePath(layer(tree, new Map([['up2', link('/bin/dir')]])), 'up2'), 'usr/bin/ls')
})

test('links that run in a circle name nothing', t => {
  const circle = new Map([
    ['a', link('b')],
    ['b', link('a')],
    ['c', link('c/d')],
  ])
  t.is(resolvePath(circle, 'a'), undefined)
  t.is(resolvePath(circle, 'c/e'), undefined)
})
