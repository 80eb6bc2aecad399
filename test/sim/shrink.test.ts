import test from 'ava'
import { guards } from '../../src/agent/arbiter/rules.ts'
import { type Case, formatCase, parseCase, runCase } from '../../src/sim/case.ts'
import { scenario as onlyVrrp } from '../../src/sim/guarded/16-only-vrrp.ts'
import { guardedCaseOf } from '../../src/sim/guarded-swarm.ts'
import { guarded } from '../../src/sim/pair.ts'
import { atSecond } from '../../src/sim/scenario.ts'
import { type Shrunk, shrink } from '../../src/sim/shrink.ts'
import { without } from '../support/without.ts'

// A planted defect: while VRRP still hears the active, silent paths are taken for its death.
function withDefect<Result>(run: () => Result): Result {
  const guard = guards.backup.find(({ id }) => id === 'G16')
  if (guard === undefined) throw new Error('the arbitration has no G16')
  return without(guards.backup, guard, run)
}

// What the defect needs, among much that it does not.
const whole: Case = {
  ...guardedCaseOf(1),
  pair: guarded,
  faults: [
    ...onlyVrrp.faults,
    ...Array.from({ length: 30 }, (_, at) => ({
      ...({ kind: 'clock_step', node: at % 2 === 0 ? 'lb1' : 'lb2', length_s: at } as const),
      at: atSecond(at),
    })),
  ],
  until: atSecond(40),
}
const { small, failure } = withDefect(() => shrink(whole)) as Shrunk

test('a failing schedule shrinks to a few faults and ends where the same thing goes wrong', t => {
  t.true(whole.faults.length > 20, `${whole.faults.length}`)
  t.true(small.faults.length <= 3, JSON.stringify(small.faults))
  const first = withDefect(() => runCase(whole))
  t.is(first.kind === 'held' ? undefined : first.id, failure.id)
  t.is(small.until, failure.at)
})

test('each fault that is left is needed, and without the defect the case holds', t => {
  for (const fault of small.faults) {
    const faults = small.faults.filter(other => other !== fault)
    const verdict = withDefect(() => runCase({ ...small, faults }))
    t.not(verdict.kind === 'held' ? undefined : verdict.id, failure.id, JSON.stringify(fault))
  }
  t.is(runCase(small).kind, 'held')
})

test('the file that is written runs again to the same failure', t => {
  const read = parseCase(formatCase(small, failure))
  t.deepEqual({ ...read, found: undefined }, { ...small, found: undefined } as never)
  t.deepEqual(
    withDefect(() => runCase(read)),
    failure,
  )
})

test('where one owner after the healing is missed, the healing stays whole', t => {
  const stuck: Case = {
    ...guardedCaseOf(1),
    faults: [
      { kind: 'clock_step', node: 'lb1', length_s: 5, at: whole.faults[0]?.at ?? whole.until },
      { kind: 'power_off', node: 'lb1', at: whole.until },
      { kind: 'power_off', node: 'lb2', at: whole.until },
    ],
    healed_at: whole.until,
    until: whole.until,
  }
  const shrunk = shrink(stuck)
  t.is(shrunk?.failure.id, 'I2')
  t.deepEqual(
    shrunk?.small.faults.map(({ kind }) => kind),
    ['power_off', 'power_off'],
  )
})

test('a schedule that holds shrinks to nothing, and other files are refused', t => {
  t.is(shrink(guardedCaseOf(1)), undefined)
  t.throws(() => parseCase('{"seed": 1}'), { message: /expected a case/ })
})
