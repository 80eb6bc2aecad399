import test from 'ava'
import { nextAgeing } from '../../../src/agent/arbiter/ageing.ts'
import type { Effect, Event } from '../../../src/agent/machine.ts'
import { instant, milliseconds, seconds } from '../../../src/agent/units.ts'
import type { SimNode } from '../../../src/sim/node.ts'
import { type PairOptions, pairConfigs } from '../../../src/sim/pair.ts'
import { repeated } from '../../../src/sim/repeated.ts'
import { atSecond, newCheckedWorld, nodeOptions } from '../../../src/sim/scenario.ts'
import { planFaults, runUntil } from '../../../src/sim/world.ts'
import { newRig } from '../../support/rig.ts'

// One beat a second is all that would wake them by itself.
const pair: PairOptions = { paths: ['line'], interval_ms: 1_000, dead_ms: 2_000 }

/** Both start at a time while a third router is active until 40 s; when the first of them opens. */
function openedAt(start_s: number): number | undefined {
  let at: number | undefined
  const trace = (node: SimNode, _: Event | 'begin', effects: readonly Effect[]) => {
    const opens = effects.some(effect => effect.kind === 'flip' && effect.to === 'open')
    if (opens) at ??= node.queue.now()
  }
  const configs = pairConfigs(pair)
  const off = ['lb1', 'lb2']
  const world = newCheckedWorld(
    { seed: 1, configs, trace, nodes: nodeOptions(pair), off },
    seconds(1),
  )
  planFaults(world, [
    ...off.map(node => ({ kind: 'power_on' as const, node, at: atSecond(start_s) })),
    ...repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 90 }, [21, 40]),
    ...repeated({ kind: 'foreign_advert', path: 'back', vrid: 20, priority: 90 }, [21, 40]),
  ])
  runUntil(world, atSecond(50))
  return at
}

// Three intervals and a skew of at most 0.32 s, and 0.02 s for the grant over the line.
const isThen = (at: number | undefined) =>
  at !== undefined && at > atSecond(43) && at < atSecond(43.34)

test('what a router said last counts to its end and no longer, whenever the beats go out', t => {
  for (const start_s of [22, 22.2, 22.4, 22.6, 22.8]) {
    const at = openedAt(start_s)
    t.true(isThen(at), `${start_s}: ${at}`)
  }
})

test('so it does for nodes that have just begun to listen, while VRRP waits for an advert', t => {
  for (const start_s of [33, 33.2, 33.4, 33.6, 33.8]) {
    const at = openedAt(start_s)
    t.true(isThen(at), `${start_s}: ${at}`)
  }
})

test('a stall, its lateness and a stranger count to their ends', t => {
  const rig = newRig(pairConfigs(pair)[0]).toBackup()
  const { state, now: at } = rig
  const [group] = state.groups
  const { heartbeat } = state
  if (group === undefined || heartbeat === undefined) return t.fail()
  const next = (isSilent = true) => nextAgeing({ at, state, effects: [] }, group, isSilent)
  const ago = (length_ms: number) => instant(at - length_ms * 1_000)
  const ahead = (length_ms: number) => instant(at + length_ms * 1_000)
  t.is(next(), undefined)
  // Dead after four intervals of a second.
  const stranger = { why: 'unauthenticated', role: 'active', major: 1, firstAt: at } as const
  heartbeat.peer.stranger = { ...stranger, at: ago(100), activeAt: undefined }
  t.is(next(), ahead(3_900))
  heartbeat.peer.stranger = { ...stranger, at: ago(100), activeAt: ago(1_000) }
  t.is(next(), ahead(3_000))
  heartbeat.late = { length: milliseconds(1_100), until: ahead(2_500) }
  t.is(next(), ahead(2_500))
  heartbeat.backAt = ago(500)
  t.is(next(), ahead(1_500))
  heartbeat.backAt = ago(2_000)
  t.is(next(), ahead(2_500))
})

test('while VRRP hears the peer, only what another router said ages', t => {
  const rig = newRig(pairConfigs(pair)[0]).toBackup()
  const { state, now: at } = rig
  const [group] = state.groups
  const [instance] = state.instances
  if (group === undefined || instance?.peer === undefined) return t.fail()
  const next = (isSilent: boolean) => nextAgeing({ at, state, effects: [] }, group, isSilent)
  const said = { priority: 90, interval_us: milliseconds(1_000), firstAt: at, adverts: 1 }
  instance.peers.push({ ...said, address: instance.peer, lastAt: at })
  t.is(next(false), undefined)
  const ofPeer = next(true)
  t.true(ofPeer !== undefined && ofPeer > at)
  instance.peers.push({ ...said, address: 0xc0000263, lastAt: instant(at - 500_000) })
  const ofOther = next(false)
  t.true(ofOther !== undefined && ofPeer !== undefined && ofOther === ofPeer - 500_000)
})
