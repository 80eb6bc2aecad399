import test from 'ava'
import type { Effect, Event } from '../../src/agent/machine.ts'
import { nextBeat, withBeatAfter, withBeatBefore } from '../../src/agent/rhythm.ts'
import type { DirectorState } from '../../src/agent/state.ts'
import { after, instant, milliseconds, seconds } from '../../src/agent/units.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { type PairOptions, pairConfigs } from '../../src/sim/pair.ts'
import { atSecond, newCheckedWorld, nodeOptions } from '../../src/sim/scenario.ts'
import { runUntil } from '../../src/sim/world.ts'
import { newRig } from '../support/rig.ts'

const NOW = instant(60_000_000)
const then = (length_ms: number) => after(NOW, milliseconds(length_ms))

/** A node whose paths are open, with a beat after so long and each of these intervals. */
function beating(...paths: readonly { in_ms: number; interval_ms: number }[]): DirectorState {
  const { state } = newRig(pairConfigs({ paths: ['line', 'back', 'mgmt'] })[0])
  for (const [index, path] of (state.heartbeat?.paths ?? []).entries()) {
    const { in_ms, interval_ms } = paths[index] ?? { in_ms: 1, interval_ms: 7 }
    const open = index < paths.length
    Object.assign(path, { open, nextAt: then(in_ms), interval: milliseconds(interval_ms) })
  }
  return state
}

test('an audit goes out with the last beat before it, unless that is much too early', t => {
  const state = beating({ in_ms: 300, interval_ms: 1_000 })
  const most = milliseconds(800)
  t.is(withBeatBefore(state, then(5_000), most), then(4_300))
  t.is(withBeatBefore(state, then(5_300), most), then(5_300))
  t.is(withBeatBefore(state, then(5_099), most), then(4_300))
  t.is(withBeatBefore(state, then(5_101), most), then(5_101))
  t.is(withBeatBefore(state, then(299), most), then(299))
})

test('a ping waits for the next beat, or comes nearer to one each time', t => {
  const state = beating({ in_ms: 300, interval_ms: 1_000 })
  const most = milliseconds(250)
  t.is(withBeatAfter(state, then(1_100), most), then(1_300))
  t.is(withBeatAfter(state, then(1_300), most), then(1_300))
  t.is(withBeatAfter(state, then(1_301), most), then(1_551))
  t.is(withBeatAfter(state, then(2_551), most), then(2_801))
  t.is(withBeatAfter(state, then(3_801), most), then(4_051))
  t.is(withBeatAfter(state, then(5_051), most), then(5_300))
})

test('what comes more often than the beats does not wait for them', t => {
  const state = beating({ in_ms: 900, interval_ms: 1_000 })
  t.is(withBeatAfter(state, then(500), milliseconds(125)), then(500))
})

test('of several paths the one that is open and beats next is taken', t => {
  const state = beating({ in_ms: 400, interval_ms: 1_000 }, { in_ms: 300, interval_ms: 500 })
  t.is(withBeatBefore(state, then(1_000), milliseconds(500)), then(800))
  t.is(withBeatAfter(state, then(1_000), milliseconds(500)), then(1_300))
  const shut = beating()
  t.is(withBeatBefore(shut, then(1_000), milliseconds(500)), then(1_000))
  t.is(withBeatAfter(shut, then(1_000), milliseconds(500)), then(1_000))
})

test('a beat waits for an advert that follows within a sixteenth of its interval', t => {
  const state = beating({ in_ms: 0, interval_ms: 1_000 })
  const wait = milliseconds(1_000)
  const withAdvert = (in_ms: number, interval_ms = 1_000) => {
    const own_interval = milliseconds(interval_ms)
    for (const { router } of state.instances) {
      Object.assign(router, { advertAt: then(in_ms), own_interval })
    }
    return nextBeat(state, NOW, wait)
  }
  t.is(nextBeat(state, NOW, wait), then(1_000))
  t.is(withAdvert(1_000), then(1_000))
  t.is(withAdvert(1_062), then(1_062))
  t.is(withAdvert(1_063), then(1_000))
  t.is(withAdvert(999), then(1_000))
  // Not the next advert, but one after it; and one that was due already.
  t.is(withAdvert(30, 250), then(1_030))
  t.is(withAdvert(-960), then(1_040))
})

test('in peace nothing but probes of real servers wakes a node apart from its beats', t => {
  const wakes = { beat: 0, ping: 0, ipvs_read: 0, send: 0, apart: 0 }
  const trace = (node: SimNode, event: Event | 'begin', effects: readonly Effect[]) => {
    if (event === 'begin' || event.kind !== 'wake' || node.queue.now() < atSecond(40)) return
    const kinds = new Set(effects.map(({ kind }) => kind))
    for (const kind of ['beat', 'ping', 'ipvs_read', 'send'] as const) {
      if (kinds.has(kind)) wakes[kind] += 1
    }
    if (!kinds.has('beat') && !kinds.has('probe_start')) wakes.apart += 1
  }
  const pair: PairOptions = {
    ...{ paths: ['line'], targets: ['192.0.2.1'] },
    ...{ interval_ms: 1_000, ping_interval_ms: 1_000 },
  }
  const options = { seed: 1, configs: pairConfigs(pair), trace, nodes: nodeOptions(pair) }
  runUntil(newCheckedWorld(options, seconds(0)), atSecond(100))
  // One of the two is active and sends adverts.
  t.deepEqual(wakes, { beat: 120, ping: 120, ipvs_read: 24, send: 60, apart: 0 })
})
