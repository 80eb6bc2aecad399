import test from 'ava'
import { planRenames } from '../../../src/agent/setup/rename-plan.ts'
import { fc } from '../../support/fast-check.ts'
import { linkOf } from '../../support/link.ts'

const linksOf = (...names: readonly string[]) =>
  names.map((name, at) => linkOf({ name, index: at + 1 }))
const steps = (links: readonly string[], wanted: Readonly<Record<number, string>>) =>
  planRenames(
    linksOf(...links),
    Object.entries(wanted).map(([index, name]) => ({ index: Number(index), name })),
  ).map(({ from, to }) => `${from} -> ${to}`)

test('a link gets its name in one step when the name is free', t => {
  t.deepEqual(steps(['eth0', 'eth1'], { 1: 'front', 2: 'back' }), ['eth0 -> front', 'eth1 -> back'])
})

test('a link that has its name already stays as it is', t => {
  t.deepEqual(steps(['front', 'back'], { 1: 'front', 2: 'back' }), [])
})

test('two links change names through a spare name', t => {
  t.deepEqual(steps(['back', 'front'], { 1: 'front', 2: 'back' }), [
    'front -> spare2',
    'back -> front',
    'spare2 -> back',
  ])
})

test('a link that nobody wants makes way for good, and the spare name is free', t => {
  t.deepEqual(steps(['eth0', 'front'], { 1: 'front' }), ['front -> spare2', 'eth0 -> front'])
  t.deepEqual(steps(['eth0', 'front', 'spare2'], { 1: 'front' }), [
    'front -> spare2x0',
    'eth0 -> front',
  ])
})

test('whatever the names, in the end each wanted link has its own and no step takes a used one', t => {
  const name = fc.constantFrom('a', 'b', 'c', 'spare1', 'spare2', 'spare3')
  const six = fc.uniqueArray(name, { maxLength: 6 })
  fc.assert(
    fc.property(six, six, fc.shuffledSubarray([1, 2, 3, 4, 5, 6]), (names, targets, order) => {
      const links = linksOf(...names)
      const wanted = order
        .filter(index => index <= names.length)
        .slice(0, targets.length)
        .map((index, at) => ({ index, name: targets[at] ?? '' }))
      const now = new Map(links.map(link => [link.index, link.name]))
      for (const { index, from, to } of planRenames(links, wanted)) {
        t.is(now.get(index), from)
        t.false([...now.values()].includes(to))
        now.set(index, to)
      }
      for (const { index, name: target } of wanted) t.is(now.get(index), target)
    }),
  )
  t.pass()
})
