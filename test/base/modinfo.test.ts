import { readFileSync } from 'node:fs'
import test from 'ava'
import { moduleName, readModuleInfo } from '../../src/base/modinfo.ts'

const elf = (name: string) => readFileSync(new URL(`../fixtures/base/elf/${name}`, import.meta.url))

test('a module names what it depends on, its aliases and its firmware', t => {
  t.deepEqual(readModuleInfo(elf('top.ko')), {
    depends: ['middle_one', 'built_in'],
    softdepsBefore: [],
    aliases: ['pci:v00008086d*sv*sd*bc*sc*i*'],
    firmware: [],
  })
  t.deepEqual(readModuleInfo(elf('middle-one.ko')), {
    depends: ['deep'],
    softdepsBefore: ['sum'],
    aliases: [],
    firmware: ['vendor/blob.bin'],
  })
})

test('an empty dependency is none', t => {
  t.deepEqual(readModuleInfo(elf('deep.ko'))?.depends, [])
})

test('what is no module has no information', t => {
  t.is(readModuleInfo(elf('hello')), undefined)
  t.is(readModuleInfo(Buffer.from('text')), undefined)
})

test('a module has one name, however its file is written', t => {
  for (const name of ['kernel/net/ip-vs.ko.xz', 'ip-vs.ko', 'ip_vs', 'a/ip_vs.ko.zst']) {
    t.is(moduleName(name), 'ip_vs', name)
  }
})
