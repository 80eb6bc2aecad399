import { readFileSync } from 'node:fs'
import test from 'ava'
import { readElfNeeds, readElfSection, readElfSections } from '../../src/base/elf.ts'
import { fc } from '../support/fast-check.ts'

const elf = (name: string) => readFileSync(new URL(`../fixtures/base/elf/${name}`, import.meta.url))

test('a program names its libraries, its run path and its loader', t => {
  t.deepEqual(readElfNeeds(elf('hello')), {
    needed: ['libhello.so.1'],
    runPath: ['$ORIGIN/../lib/own'],
    interpreter: 'lib64/ld-linux-x86-64.so.2',
  })
})

test('a library without dependencies and a static program need nothing', t => {
  t.deepEqual(readElfNeeds(elf('libhello.so.1.0')), { needed: [], runPath: [] })
  t.deepEqual(readElfNeeds(elf('static')), { needed: [], runPath: [] })
})

test('an object file asks nothing of the loader, and its sections can be read', t => {
  t.is(readElfNeeds(elf('deep.ko')), undefined)
  t.is(
    Buffer.from(readElfSection(elf('deep.ko'), '.modinfo') ?? []).toString(),
    'depends=\0name=deep\0',
  )
  t.is(readElfSection(elf('deep.ko'), '.none'), undefined)
})

test('every section of a program is listed with its bytes', t => {
  const sections = readElfSections(elf('hello'))
  t.is(Buffer.from(sections?.get('.interp') ?? []).toString(), '/lib64/ld-linux-x86-64.so.2\0')
  t.true((sections?.get('.text')?.length ?? 0) > 0)
  t.is(readElfSections(Buffer.from('#!/bin/sh\n'.repeat(20))), undefined)
})

test('what is no 64-bit little-endian ELF is left alone', t => {
  const other = (at: number, value: number) => {
    const bytes = Buffer.from(elf('hello'))
    bytes[at] = value
    return readElfNeeds(bytes)
  }
  t.is(readElfNeeds(Buffer.from('#!/bin/sh\n'.repeat(20))), undefined)
  t.is(readElfNeeds(new Uint8Array(0)), undefined)
  t.is(other(4, 1), undefined)
  t.is(other(5, 2), undefined)
})

test('damaged files never throw', t => {
  const samples = [elf('hello'), elf('top.ko')]
  const spot = fc.tuple(fc.nat(600), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(spot), fc.nat(6000), (whole, spots, end) => {
      const bytes = Buffer.from(whole.subarray(0, end))
      for (const [at, value] of spots) bytes[at % Math.max(1, bytes.length)] = value
      t.notThrows(() => [readElfNeeds(bytes), readElfSection(bytes, '.modinfo')])
    }),
  )
})
