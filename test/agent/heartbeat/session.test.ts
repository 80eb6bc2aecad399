import test from 'ava'
import type { Effect } from '../../../src/agent/machine.ts'
import { decodeCobs } from '../../../src/agent/wire/cobs.ts'
import { bodyOf, decodeHeader, HELLO } from '../../../src/agent/wire/heartbeat.ts'
import { decodeHello } from '../../../src/agent/wire/heartbeat-hello.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, type Rig, testLife } from '../../support/rig.ts'

const PATHS = ['line', 'back', 'mgmt'] as const
const CONFIGS = pairConfigs({ paths: PATHS })
const NOBODY = new Uint8Array(16)

/** Both nodes, their paths open, and nothing between them. */
function newPair(): readonly [Rig, Rig] {
  const peerLife = { ...testLife, entropy: Uint8Array.of(1, ...testLife.entropy.subarray(1)) }
  const pair = [newRig(CONFIGS[0]), newRig(CONFIGS[1], peerLife)] as const
  for (const rig of pair) {
    for (const path of PATHS) rig.step({ kind: 'path', path, open: true, errno: 0, unsent: 0 })
  }
  return pair
}

interface Sent {
  readonly path: string
  readonly bytes: Uint8Array
  /** Of a HELLO: what it echoes. */
  readonly echo: Uint8Array | undefined
}

/** What was sent by the heartbeat. */
const beatsIn = (effects: readonly Effect[]): readonly Sent[] =>
  effects.flatMap(effect => {
    if (effect.kind !== 'beat') return []
    const { path, bytes } = effect
    const frame = decodeCobs(bytes.subarray(1, -1))
    const header = frame === undefined ? 'size_bad' : decodeHeader(frame)
    if (frame === undefined || typeof header === 'string') throw new Error('no frame was sent')
    const hello = header.type === HELLO ? decodeHello(bodyOf(frame)) : undefined
    return [{ path, bytes, echo: hello?.echo }]
  })

const isBeat = ({ echo }: Sent) => echo === undefined

/** What is sent next on a path, of some kind. */
function nextOn(rig: Rig, path: string, isMeant = (_: Sent) => true): Sent {
  for (let count = 0; count < 100; count += 1) {
    const sent = beatsIn(rig.next()).find(other => other.path === path && isMeant(other))
    if (sent !== undefined) return sent
  }
  throw new Error(`nothing is sent on ${path}`)
}

const hears = (rig: Rig, path: string, { bytes }: Sent) =>
  beatsIn(rig.step({ kind: 'heard', path, bytes })).map(sent => sent.path)

test('a HELLO is answered on each path that it comes by, at most every 40 ms', t => {
  const [rig, peer] = newPair()
  const hello = nextOn(peer, 'line')
  nextOn(rig, 'line')
  rig.pass(20)
  t.deepEqual(hears(rig, 'mgmt', hello), ['mgmt'])
  t.deepEqual(hears(rig, 'line', hello), ['line'])
  t.deepEqual(hears(rig.pass(39), 'mgmt', hello), [])
  t.deepEqual(hears(rig.pass(1), 'mgmt', hello), ['mgmt'])
})

test('without a session every second HELLO on each path answers the peer', t => {
  const [rig, peer] = newPair()
  const first = nextOn(rig, 'line')
  t.deepEqual(first.echo, NOBODY)
  hears(rig, 'mgmt', nextOn(peer, 'line'))
  for (const path of ['line', 'back']) {
    const echoes = [1, 2, 3, 4].map(() => nextOn(rig, path).echo)
    t.deepEqual(echoes[1], NOBODY, path)
    t.deepEqual(echoes[3], NOBODY, path)
    t.notDeepEqual(echoes[0], NOBODY, path)
    t.deepEqual(echoes[2], echoes[0], path)
  }
})

test('a session comes of answers that nobody asked for on the path that they come by', t => {
  const [rig, peer] = newPair()
  hears(rig, 'mgmt', nextOn(peer, 'line'))
  hears(peer, 'back', nextOn(rig, 'back'))
  t.is(peer.state.heartbeat?.peer.sessions, 1)
  hears(rig, 'mgmt', nextOn(peer, 'mgmt'))
  t.is(rig.state.heartbeat?.peer.sessions, 1)
})

test('a frame of a session that is not known is answered on each path that it comes by', t => {
  const [rig, peer] = newPair()
  hears(rig, 'mgmt', nextOn(peer, 'line'))
  hears(peer, 'back', nextOn(rig, 'back'))
  const beat = nextOn(peer, 'mgmt', isBeat)
  rig.pass(250)
  t.deepEqual(hears(rig, 'mgmt', beat), ['mgmt'])
  t.deepEqual(hears(rig, 'line', beat), ['line'])
  t.deepEqual(hears(rig.pass(199), 'mgmt', beat), [])
  t.deepEqual(hears(rig.pass(1), 'mgmt', beat), ['mgmt'])
})
