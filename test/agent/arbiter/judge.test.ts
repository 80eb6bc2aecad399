import test from 'ava'
import { after, instant, milliseconds } from '../../../src/agent/units.ts'
import { type PairOptions, pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, type Rig } from '../../support/rig.ts'

const PAIR: PairOptions = { paths: ['line'], targets: ['192.0.2.1'], interval_ms: 1_000 }

/** A backup of a guarded pair whose line is open and silent. */
function backup(pair: PairOptions = PAIR): Rig {
  const rig = newRig(pairConfigs(pair)[0]).toBackup()
  setLine(rig, true)
  // Where there is a heartbeat the startup hold is longer.
  return rig.live(6_500)
}

/** Alone, and so active. */
function active(pair: PairOptions = {}): Rig {
  const rig = backup({ ...PAIR, targets: undefined, all_silent: 'serve', ...pair }).live(20_000)
  if (rig.state.groups[0]?.role !== 'active') throw new Error('it did not become active')
  return rig
}

const setLine = (rig: Rig, open: boolean) =>
  rig.step({ kind: 'path', path: 'line', open, errno: 0, unsent: 0 })

/** Whether the first group was looked at in what is done. */
function isJudgedIn(rig: Rig, done: () => unknown): boolean {
  const [arbiter] = rig.state.arbiter.groups
  if (arbiter === undefined) throw new Error('there is a group')
  arbiter.ruling = { id: 'none', reason: 'loading', at: rig.now }
  done()
  return arbiter.ruling.id !== 'none'
}

const hears = (rig: Rig, priority: number) => isJudgedIn(rig, () => rig.hear({ priority }))
const wakes = (rig: Rig) => isJudgedIn(rig, () => rig.step({ kind: 'wake' }))

test('an advert is judged unless it says what the one before it said', t => {
  const rig = backup()
  const later = (length_ms: number) => keepQuiet(rig.pass(length_ms))
  t.true(hears(later(0), 200))
  t.false(hears(later(900), 200))
  t.true(hears(later(900), 190))
  t.false(hears(later(900), 190))
  // Meanwhile the last one no longer counted.
  t.true(hears(later(10_000), 190))
})

test('an advert by which the peer has taken over, as it was told to, is judged', t => {
  const rig = backup()
  hears(rig, 200)
  for (const group of rig.state.groups) group.standby = 'handing_over'
  t.true(hears(rig.pass(900), 200))
})

test('a group that is held, or not yet a backup, hears nothing new in what is known', t => {
  const rig = backup()
  hears(rig, 200)
  for (const group of rig.state.groups) group.standby = 'held'
  t.false(hears(keepQuiet(rig.pass(900)), 200))
  t.true(hears(keepQuiet(rig.pass(900)), 190))

  const young = newRig(pairConfigs(PAIR)[0])
  setLine(young, true)
  t.is(young.state.groups[0]?.role, 'initialize')
  t.true(hears(young, 200))
  t.false(hears(keepQuiet(young.pass(900)), 200))
})

test('an audit of IPVS is not judged', t => {
  const rig = backup()
  t.not(rig.state.ipvs.nextAt, undefined)
  keepQuiet(rig).state.ipvs.nextAt = rig.now
  t.is(doingOf(rig.state), 'nothing')
  t.false(wakes(rig))
  t.is(doingOf(rig.state), 'read')
})

test('without an open path there is no beat to come, and everything is judged', t => {
  const rig = backup()
  hears(rig, 200)
  setLine(rig, false)
  t.true(hears(rig.pass(900), 200))
  duePing(rig)
  t.true(wakes(rig))
})

const doingOf = ({ ipvs }: Rig['state']) => ipvs.busy?.doing ?? 'nothing'

/** Beats and audits are not due. */
function keepQuiet(rig: Rig): Rig {
  const { state, now } = rig
  const later = after(now, milliseconds(500))
  for (const path of state.heartbeat?.paths ?? []) path.nextAt = later
  state.ipvs.nextAt = later
  state.isNextKnown = false
  return rig
}

/** A ping is due to a target that is up until then, and nothing else. */
function duePing(rig: Rig, missed = 0): void {
  const [group] = rig.state.connectivity
  const [target] = group?.targets ?? []
  if (group === undefined || target === undefined) throw new Error('there is a target')
  group.isUp = true
  Object.assign(target, { nextAt: rig.now, isUp: true, missed, sentAt: rig.now })
  keepQuiet(rig)
}

/** A beat is due, and nothing else. */
function dueBeat(rig: Rig): void {
  keepQuiet(rig)
  for (const path of rig.state.heartbeat?.paths ?? []) path.nextAt = rig.now
  for (const group of rig.state.connectivity) {
    for (const target of group.targets) target.nextAt = after(rig.now, milliseconds(500))
  }
}

test('a ping is judged when it changes what the node reaches, a beat after five seconds', t => {
  const rig = backup()
  hears(rig, 200)
  rig.pass(100).step({ kind: 'wake' })
  duePing(rig)
  t.false(wakes(rig))
  duePing(rig, 2)
  t.true(wakes(rig))
  const { arbiter } = rig.state
  dueBeat(rig)
  arbiter.judgedAt = instant(rig.now - 4_999_999)
  t.false(wakes(rig))
  dueBeat(rig)
  arbiter.judgedAt = instant(rig.now - 5_000_000)
  t.true(wakes(rig))
})

test('a node that yields because it was stalled is judged in the same turn', t => {
  const told = active()
  const pong = { kind: 'pong', target: '192.0.2.9', sequence: 1 } as const
  t.false(isJudgedIn(told, () => told.step(pong)))
  t.true(isJudgedIn(told.pass(3_000), () => told.step(pong)))

  const woken = active({ advert_interval_ms: 100 })
  keepQuiet(woken.pass(350))
  t.true(wakes(woken))
  t.is(woken.state.groups[0]?.role, 'backup')
})

test('a backup whose loop was away for half the time of a dead path is judged at once', t => {
  const pong = { kind: 'pong', target: '192.0.2.9', sequence: 1 } as const
  const rig = keepQuiet(backup())
  // Its beat was due after half a second; a path is dead after four.
  t.false(isJudgedIn(rig, () => rig.pass(2_400).step(pong)))
  keepQuiet(rig)
  t.true(isJudgedIn(rig, () => rig.pass(2_600).step(pong)))
})
