import { readFileSync } from 'node:fs'
import test from 'ava'
import { takeModules } from '../../src/base/modules.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'

const elf = (name: string) => readFileSync(new URL(`../fixtures/base/elf/${name}`, import.meta.url))
const file = (content: Uint8Array): Entry => ({
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  content,
})

const available: Tree = new Map<string, Entry>([
  ['kernel/net/top.ko.xz', file(Buffer.from(elf('top.ko')).reverse())],
  ...['middle-one', 'deep', 'sum_generic', 'sum-cpu', 'other', 'loop-a', 'loop-b'].map(
    name => [`kernel/${name}.ko`, file(elf(`${name}.ko`))] as const,
  ),
  ['kernel/bad.ko', file(Buffer.from('not an object file'))],
  ['modules.builtin', file(Buffer.from('kernel/built-in.ko\n'))],
])

// Compression stands for itself: here a file is packed by turning it round.
const take = (...names: string[]) =>
  takeModules({ available, names, unpack: async content => Buffer.from(content).reverse() })

const text = (tree: Tree, path: string) => {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? Buffer.from(entry.content).toString() : undefined
}

test('a module comes unpacked, with what it depends on and the indices of modprobe', async t => {
  const tree = await take('top')
  t.deepEqual([...tree.keys()].sort(), [
    'kernel/deep.ko',
    'kernel/middle-one.ko',
    'kernel/net/top.ko',
    'kernel/sum_generic.ko',
    'modules.alias',
    'modules.builtin',
    'modules.dep',
  ])
  t.deepEqual(tree.get('kernel/net/top.ko'), file(elf('top.ko')))
  t.is(
    text(tree, 'modules.dep'),
    `kernel/deep.ko:
kernel/middle-one.ko: kernel/sum_generic.ko kernel/deep.ko
kernel/net/top.ko: kernel/middle-one.ko kernel/sum_generic.ko kernel/deep.ko
kernel/sum_generic.ko:
`,
  )
  t.is(
    text(tree, 'modules.alias'),
    `alias pci:v00008086d*sv*sd*bc*sc*i* top
alias sum sum_generic
alias crypto-sum sum_generic
`,
  )
})

test('a soft dependency takes no module that only one kind of processor loads', async t => {
  const tree = await take('middle-one')
  t.true(tree.has('kernel/sum_generic.ko'))
  t.false(tree.has('kernel/sum-cpu.ko'))
  t.false(tree.has('kernel/other.ko'))
})

test('a module that is built in needs nothing', async t => {
  t.deepEqual([...(await take('built-in')).keys()].sort(), [
    'modules.alias',
    'modules.builtin',
    'modules.dep',
  ])
})

test('modules that depend on each other end', async t => {
  const tree = await take('loop-a')
  t.true(tree.has('kernel/loop-a.ko') && tree.has('kernel/loop-b.ko'))
})

test('a name that the kernel does not have, and a file that is no module, are refused', async t => {
  const unknown = await t.throwsAsync(take('toop'))
  t.is((unknown as ProblemError).problems[0]?.code, 'module_unknown')
  const bad = await t.throwsAsync(take('bad'))
  t.is((bad as ProblemError).problems[0]?.code, 'module_malformed')
})
