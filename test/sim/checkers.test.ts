import test from 'ava'
import { guards } from '../../src/agent/arbiter/rules.ts'
import { after, microseconds } from '../../src/agent/units.ts'
import { onTimer } from '../../src/agent/vrrp/on-timer.ts'
import { type Case, runCase } from '../../src/sim/case.ts'
import type { Fault } from '../../src/sim/faults.ts'
import { scenario as failback } from '../../src/sim/guarded/85-failback-reach.ts'
import { guarded, type PairOptions } from '../../src/sim/pair.ts'
import { atSecond, runScenario } from '../../src/sim/scenario.ts'
import type { World } from '../../src/sim/world.ts'
import { changing } from '../support/changing.ts'
import { without } from '../support/without.ts'

// Each checker is shown a planted fault; the same run without it holds.
const quiet: Case = {
  seed: 1,
  pair: guarded,
  faults: [],
  overlap_max: microseconds(0),
  until: atSecond(60),
  healed_at: atSecond(20),
}

interface Planted {
  readonly faults?: readonly Fault[]
  readonly pair?: PairOptions
  readonly trace?: World['trace']
}

function found({ trace, ...changes }: Planted): string {
  const verdict = runCase({ ...quiet, ...changes }, trace)
  return verdict.kind === 'held' ? 'held' : verdict.id
}

function ruleOf<Rule extends { readonly id: string }>(rules: readonly Rule[], id: string): Rule {
  const rule = rules.find(each => each.id === id)
  if (rule === undefined) throw new Error(`there is no rule ${id}`)
  return rule
}

test('without a planted fault every checker is content', t => {
  t.is(found({}), 'held')
})

test('I1: a kernel that does not close leaves two owners', t => {
  const faults: readonly Fault[] = [
    { at: atSecond(10), kind: 'refuse', node: 'lb1', what: 'closed', errno: 16 },
    { at: atSecond(11), kind: 'power_off', node: 'lb2' },
    { at: atSecond(12), kind: 'power_on', node: 'lb2' },
  ]
  const opens: World['trace'] = node => {
    // Somebody opens the VIPs on the backup by hand.
    if (node.name === 'lb2' && node.queue.now() > atSecond(30)) node.kernel.open.add('front')
    node.watch.onOwnership(node)
  }
  t.is(found({ faults }), 'held')
  t.is(found({ trace: opens }), 'I1')
})

test('I1: an overlap that is allowed for a while is found in the moment when that is over', t => {
  const opens: World['trace'] = node => {
    if (node.name !== 'lb2' || node.queue.now() < atSecond(30)) return
    node.kernel.open.add('front')
    node.watch.onOwnership(node)
  }
  const verdict = runCase({ ...quiet, overlap_max: microseconds(777) }, opens)
  t.like(verdict, { kind: 'unsafe', id: 'I1' })
  if (verdict.kind === 'unsafe') t.regex(verdict.why, /for 778 us by now/)
})

test('I2: after the healing nobody owns', t => {
  const faults: readonly Fault[] = [{ at: atSecond(10), kind: 'stop', node: 'lb1' }]
  const waits = () =>
    found({ faults: [...faults, { at: atSecond(11), kind: 'kill', node: 'lb2' }] })
  t.is(waits(), 'I2')
})

test('I2: an owner that is lost again long after the healing is missed', t => {
  const faults: readonly Fault[] = [
    { at: atSecond(50), kind: 'power_off', node: 'lb1' },
    { at: atSecond(50), kind: 'power_off', node: 'lb2' },
    { at: atSecond(52), kind: 'power_on', node: 'lb1' },
  ]
  t.is(found({ faults }), 'I2')
})

test('I3: VIPs are opened without a change of role that says why', t => {
  const forgets: World['trace'] = node => {
    for (const { history } of node.state?.instances ?? []) history.length = 0
  }
  t.is(found({ trace: forgets }), 'I3')
})

test('I4: an advert comes a tenth of an interval late', t => {
  const rule = ruleOf(onTimer.active, 'A3')
  const { act } = rule
  const actsLate: typeof act = (router, input, at) => {
    act(router, input, at)
    router.advertAt = after(at, microseconds(Math.floor(1.1 * router.own_interval)))
  }
  t.is(
    changing(rule, { act: actsLate }, () => found({})),
    'I4',
  )
})

test('I5: two rules move the group to and fro', t => {
  const giver = ruleOf(guards.active, 'K4')
  const { when } = giver
  const gives: typeof when = view => when({ ...view, peerReachesLess: false })
  const verdict = changing(giver, { when: gives }, () =>
    without(guards.backup, ruleOf(guards.backup, 'G26'), () => runScenario(failback, 1)),
  )
  t.like(verdict, { kind: 'unsafe', id: 'I5' })
})

test('V1: the VIPs are closed behind the back of the node, and it advertises them', t => {
  const closes: World['trace'] = node => {
    if (node.queue.now() > atSecond(30)) node.kernel.open.clear()
  }
  t.is(found({ trace: closes }), 'V1')
})
