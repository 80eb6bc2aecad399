import { readFileSync } from 'node:fs'
import test from 'ava'
import type { ProblemError } from '../../src/kit/problem.ts'
import { decodeCpio, encodeCpio } from '../../src/tree/cpio.ts'
import { withParents } from '../../src/tree/layers.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'
import { fc } from '../support/fast-check.ts'

const file = (text: string, mode = 0o644): Entry => ({
  kind: 'file',
  mode,
  uid: 0,
  gid: 0,
  content: Buffer.from(text),
})

const golden: Tree = new Map<string, Entry>([
  ['dev/console', { kind: 'character', mode: 0o600, uid: 0, gid: 0, major: 5, minor: 1 }],
  ['etc/motd', file('hello\n')],
  ['bin', { kind: 'link', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' }],
])

test('an archive has the golden bytes, which GNU cpio reads back', t => {
  const expected = readFileSync(
    new URL('../fixtures/tree/golden.cpio.txt', import.meta.url),
    'utf8',
  )
  const written = Buffer.from(encodeCpio(golden)).toString('latin1').replaceAll('\0', '~')
  t.is(written, expected.trimEnd())
})

const permissions = fc.integer({ min: 0, max: 0o7777 })
const owner = fc.integer({ min: 0, max: 0xffffffff })
const owned = { mode: permissions, uid: owner, gid: owner }
const number = fc.integer({ min: 0, max: 4095 })
const plain = { noNullPrototype: true }
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('file' as const),
      ...owned,
      content: fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
    },
    plain,
  ),
  fc.record(
    { kind: fc.constant('link' as const), ...owned, target: fc.stringMatching(/^[a-z/.]{1,20}$/) },
    plain,
  ),
  fc.record(
    {
      kind: fc.constantFrom('character' as const, 'block' as const),
      ...owned,
      major: number,
      minor: number,
    },
    plain,
  ),
)
const name = fc.stringMatching(/^[a-zA-Z0-9é _-]{1,12}$/)
// A folder's name ends in +, a leaf's does not, so that no leaf is another's parent.
const path = fc
  .tuple(fc.array(name, { maxLength: 3 }), name)
  .map(([folders, leaf]) => [...folders.map(folder => `${folder}+`), leaf].join('/'))
const anyTree = fc.array(fc.tuple(path, entry), { maxLength: 12 }).map(pairs => new Map(pairs))

test('what was encoded decodes to the same tree with its parents', t => {
  fc.assert(
    fc.property(anyTree, tree => {
      const decoded = decodeCpio(encodeCpio(tree))
      t.deepEqual(new Map([...decoded].sort()), new Map([...withParents(tree)].sort()))
    }),
  )
})

test('the order in which a tree was made does not change a byte', t => {
  fc.assert(
    fc.property(anyTree, tree => {
      const turned = new Map([...tree].reverse())
      t.deepEqual(encodeCpio(turned), encodeCpio(tree))
    }),
  )
})

test('every entry has its own inode number, one link and comes after its folder', t => {
  const bytes = Buffer.from(
    encodeCpio(
      new Map([
        ['a/b/c', file('1')],
        ['a-b', file('2')],
        ['a/d', file('3')],
      ]),
    ),
  )
  const headers = [...bytes.toString('latin1').matchAll(/070701[0-9a-f]{104}/g)].map(
    ([text]) => text,
  )
  t.deepEqual(
    headers.map(text => Number.parseInt(text.slice(6, 14), 16)),
    [1, 2, 3, 4, 5, 0],
  )
  t.deepEqual(new Set(headers.map(text => text.slice(38, 46))), new Set(['00000001']))
  t.deepEqual([...decodeCpio(bytes).keys()], ['a', 'a-b', 'a/b', 'a/b/c', 'a/d'])
})

test('a path that has to come last does', t => {
  const tree = new Map([
    ['z', file('')],
    ['etc/stamp.json', file('{}')],
    ['etc/a', file('')],
  ])
  const order = [...decodeCpio(encodeCpio(tree, { last: ['etc/stamp.json'] })).keys()]
  t.deepEqual(order, ['etc', 'etc/a', 'z', 'etc/stamp.json'])
})

test('names of one file share the content that only the last carries', t => {
  const whole = Buffer.from(
    encodeCpio(
      new Map([
        ['a', file('')],
        ['b', file('text')],
      ]),
    ),
  )
  const text = whole.toString('latin1')
  // Both entries get inode 7 and two links.
  const linked = text.replace(/070701(.{8})(.{24})00000001/g, '07070100000007$200000002')
  const tree = decodeCpio(Buffer.from(linked, 'latin1'))
  t.deepEqual(tree.get('a'), tree.get('b'))
  t.deepEqual(tree.get('a'), file('text'))
})

const damaged: readonly [string, (bytes: Buffer) => Buffer][] = [
  ['cut in a header', bytes => bytes.subarray(0, 60)],
  ['cut in a content', bytes => bytes.subarray(0, bytes.indexOf('hello') + 2)],
  ['cut before the trailer', bytes => bytes.subarray(0, bytes.lastIndexOf('070701'))],
  [
    'with another magic',
    bytes => Buffer.from(bytes.toString('latin1').replace('070701', '070707'), 'latin1'),
  ],
  [
    'with a digit that is none',
    bytes => Buffer.from(bytes.toString('latin1').replace('0707010', '070701x'), 'latin1'),
  ],
  [
    'with a name that does not end',
    bytes => Buffer.from(bytes.toString('latin1').replace('motd\0', 'motd!'), 'latin1'),
  ],
]

for (const [title, damage] of damaged) {
  test(`an archive ${title} is refused`, t => {
    const error = t.throws(() => decodeCpio(damage(Buffer.from(encodeCpio(golden)))))
    t.is((error as ProblemError).problems[0]?.code, 'cpio_malformed')
  })
}

test('any bytes either decode or are refused as a problem', t => {
  fc.assert(
    fc.property(fc.nat(600), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const bytes = Buffer.from(encodeCpio(golden))
      bytes[at % bytes.length] = value
      try {
        t.true(decodeCpio(bytes).size >= 0)
      } catch (error) {
        t.is((error as Error).name, 'ProblemError')
      }
    }),
  )
})
