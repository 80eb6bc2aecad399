import test from 'ava'
import { saySame } from '../../../src/agent/arbiter/same-report.ts'
import { seconds } from '../../../src/agent/units.ts'
import type { Beat, GroupReport, NodeReport } from '../../../src/agent/wire/heartbeat-body.ts'
import type { FaultAction } from '../../../src/sim/faults.ts'
import type { SimNode } from '../../../src/sim/node.ts'
import { type PairOptions, pairConfigs } from '../../../src/sim/pair.ts'
import { atSecond, newCheckedWorld, nodeOptions } from '../../../src/sim/scenario.ts'
import { ownersOf, planFaults, runUntil, type World } from '../../../src/sim/world.ts'

const node: NodeReport = { isStopping: false, digest: 7, late: 0, reach: 1, reach_of: 1 }
const group: GroupReport = {
  index: 0,
  role: 'backup',
  isClosed: true,
  canTake: true,
  claims: false,
  grants: false,
  offers: false,
  isInhibited: false,
  cause: 0,
  term: 3,
  priority: 100,
  advert_age: 10,
}
const report: Beat = { node, paths: [{ seq: 1, age: 2 }], groups: [group] }

test('a report says the same until anything is other that rules look at', t => {
  const later = { ...report, paths: [{ seq: 2, age: 9 }], node: { ...node, late: 4 } }
  t.true(saySame(report, { ...later, groups: [{ ...group, advert_age: 99 }] }))
  t.true(saySame(undefined, undefined))
  t.false(saySame(report, undefined))
  t.false(saySame(report, { ...report, groups: [] }))
  const nodes: readonly Partial<NodeReport>[] = [
    { isStopping: true },
    { digest: 8 },
    { reach: 0 },
    { reach_of: 2 },
  ]
  for (const other of nodes) t.false(saySame(report, { ...report, node: { ...node, ...other } }))
  const groups: readonly Partial<GroupReport>[] = [
    ...[{ index: 1 }, { role: 'active' } as const, { isClosed: false }, { canTake: false }],
    ...[{ claims: true }, { grants: true }, { offers: true }, { isInhibited: true }],
    ...[{ cause: 1 }, { term: 4 }, { priority: 90 }],
  ]
  for (const other of groups) {
    t.false(saySame(report, { ...report, groups: [{ ...group, ...other }] }), JSON.stringify(other))
  }
})

const PAIR: PairOptions = { paths: ['line'], interval_ms: 1_000, dead_ms: 4_000 }

interface Judged {
  readonly node: string
  readonly kind: string
  readonly at: number
}

/** What was judged from 30 s on in a pair of which nothing is wanted but this. */
function judgedIn(until_s: number, faults: readonly (FaultAction & { at_s: number })[]) {
  const judged: Judged[] = []
  const trace: World['trace'] = (at: SimNode, event) => {
    if (event === 'begin' || event.at < atSecond(30)) return
    if (at.state?.arbiter.judgedAt !== event.at) return
    judged.push({ node: at.name, kind: event.kind, at: event.at })
  }
  return { judged, world: runPair(PAIR, until_s, faults, trace) }
}

function runPair(
  pair: PairOptions,
  until_s: number,
  faults: readonly (FaultAction & { at_s: number })[],
  trace: World['trace'],
): World {
  const options = { seed: 1, configs: pairConfigs(pair), trace, nodes: nodeOptions(pair) }
  const world = newCheckedWorld(options, seconds(0))
  planFaults(
    world,
    faults.map(({ at_s, ...fault }) => ({ ...fault, at: atSecond(at_s) })),
  )
  runUntil(world, atSecond(until_s))
  return world
}

test('while nothing happens no frame is judged, and every group each five seconds', t => {
  const { judged } = judgedIn(90, [])
  t.deepEqual([...new Set(judged.map(({ kind }) => kind))], ['wake'])
  for (const name of ['lb1', 'lb2']) {
    const times = judged.filter(each => each.node === name).map(({ at }) => at)
    t.is(times.length, 12)
    for (const [index, at] of times.slice(1).entries()) {
      const gap = at - (times[index] ?? 0)
      t.true(gap >= 5_000_000 && gap < 5_001_000, `${gap} us`)
    }
  }
})

test('a frame that says something else is judged when it comes', t => {
  const { judged } = judgedIn(40, [{ kind: 'order', node: 'lb2', order: 'standby', at_s: 35.5 }])
  const heard = judged.find(({ node, kind }) => node === 'lb1' && kind === 'heard')
  t.true(heard !== undefined && heard.at - atSecond(35.5) < 40_000, JSON.stringify(judged))
})

test('the first verified frame after a stranger is judged', t => {
  const { world } = judgedIn(35.6, [])
  const [first] = world.nodes
  const heartbeat = first?.state?.heartbeat
  if (first?.state === undefined || heartbeat === undefined) return t.fail()
  const before = first.state.arbiter.judgedAt
  const [at, role] = [world.queue.now(), 'backup'] as const
  heartbeat.peer.stranger = {
    ...{ why: 'unauthenticated', role, major: 1 },
    ...{ at, firstAt: at, activeAt: undefined },
  }
  runUntil(world, atSecond(36.8))
  t.true(first.state.arbiter.judgedAt > before)
  t.true(heartbeat.peer.stranger === undefined)
})

test('a frame that is counted is judged, though it says what the one before it said', t => {
  const counted: boolean[] = []
  const trace: World['trace'] = ({ name, state }, event) => {
    if (event === 'begin' || event.kind !== 'heard' || name !== 'lb2') return
    const count = state?.arbiter.groups[0]?.betterReports ?? 0
    if (count > 0) counted.push(state?.arbiter.judgedAt === event.at)
  }
  const target = '192.0.2.1'
  const pair: PairOptions = { ...PAIR, targets: [target], failback: 'manual' }
  const down = { kind: 'target', node: 'lb1', address: target, up: false, at_s: 35.2 } as const
  const world = runPair(pair, 45, [down], trace)
  t.true(counted.length >= 2)
  t.true(counted.every(isJudged => isJudged))
  t.deepEqual(
    ownersOf(world, 'front').map(({ name }) => name),
    ['lb2'],
  )
})
