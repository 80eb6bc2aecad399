import { readFileSync } from 'node:fs'
import test from 'ava'
import { isLibraryPath, libraryClosure, linkChain } from '../../src/base/libraries.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import type { Entry, Tree } from '../../src/tree/tree.ts'

const elf = (name: string): Entry => ({
  kind: 'file',
  mode: 0o755,
  uid: 0,
  gid: 0,
  content: readFileSync(new URL(`../fixtures/base/elf/${name}`, import.meta.url)),
})
const link = (target: string): Entry => ({ kind: 'link', mode: 0o777, uid: 0, gid: 0, target })

const LIB = 'usr/lib/x86_64-linux-gnu'
const loader: Tree = new Map([
  [`${LIB}/ld-linux-x86-64.so.2`, elf('static')],
  ['usr/lib64/ld-linux-x86-64.so.2', link('../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')],
])
const available: Tree = new Map([
  ...loader,
  ['usr/bin/hello', elf('hello')],
  [`${LIB}/libhello.so.1`, link('libhello.so.1.0')],
  [`${LIB}/libhello.so.1.0`, elf('libhello.so.1.0')],
  [`${LIB}/libunused.so.1`, elf('libhello.so.1.0')],
])

test('a program takes its libraries, its loader and the links to both', t => {
  t.deepEqual([...libraryClosure(available, ['usr/bin/hello'])].sort(), [
    `${LIB}/ld-linux-x86-64.so.2`,
    `${LIB}/libhello.so.1`,
    `${LIB}/libhello.so.1.0`,
    'usr/lib64/ld-linux-x86-64.so.2',
  ])
})

test('a library in the run path goes before one in the usual place', t => {
  const own = new Map([...available, ['usr/lib/own/libhello.so.1', elf('libhello.so.1.0')]])
  const found = libraryClosure(own, ['usr/bin/hello'])
  t.true(found.has('usr/lib/own/libhello.so.1'))
  t.false(found.has(`${LIB}/libhello.so.1`))
})

test('a library that no package has is named with the program that needs it', t => {
  const error = t.throws(() =>
    libraryClosure(new Map([...loader, ['usr/bin/hello', elf('hello')]]), ['usr/bin/hello']),
  )
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.code, 'library_missing')
  t.regex(`${problem?.message} ${problem?.expected}`, /libhello\.so\.1.*usr\/bin\/hello/)
})

test('what is no ELF file, or is not there, needs nothing', t => {
  t.is(libraryClosure(available, ['usr/lib64', 'usr/bin/none']).size, 0)
})

test('a chain of links has every step', t => {
  t.deepEqual(linkChain(available, `${LIB}/libhello.so.1`), [
    `${LIB}/libhello.so.1`,
    `${LIB}/libhello.so.1.0`,
  ])
  t.is(linkChain(available, 'usr/bin/none'), undefined)
})

test('only libraries of the usual folders are read from packages of which nothing is named', t => {
  t.true(isLibraryPath(`${LIB}/libc.so.6`))
  t.true(isLibraryPath('usr/lib64/ld-linux-x86-64.so.2'))
  t.false(isLibraryPath(`${LIB}/perl/5.40/auto/x.so`))
  t.false(isLibraryPath('usr/share/libc.so.6'))
})
