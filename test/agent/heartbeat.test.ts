import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import type { PathsAnswer } from '../../src/agent/control/paths.ts'
import { renderPaths } from '../../src/agent/control/render-paths.ts'
import { clusterId } from '../../src/agent/heartbeat/derive.ts'
import { DISCARDS } from '../../src/agent/heartbeat/discards.ts'
import type { Trouble } from '../../src/agent/heartbeat/state.ts'
import type { Effect, Event } from '../../src/agent/machine.ts'
import { milliseconds } from '../../src/agent/units.ts'
import { decodeCobs, encodeCobs } from '../../src/agent/wire/cobs.ts'
import { crc32c } from '../../src/agent/wire/crc32c.ts'
import {
  BEAT,
  decodeHeader,
  encodeFrame,
  HELLO,
  type Outgoing,
  seqOf,
} from '../../src/agent/wire/heartbeat.ts'
import { plainHash } from '../../src/agent/wire/sha256.ts'
import type { Fault } from '../../src/sim/faults.ts'
import { deliver, NOT_YET, type SimNode } from '../../src/sim/node.ts'
import { type PairOptions, pairConfigs } from '../../src/sim/pair.ts'
import { atSecond, newCheckedWorld, nodeOptions } from '../../src/sim/scenario.ts'
import { planFaults, runUntil, type World } from '../../src/sim/world.ts'

import { vectors } from '../fixtures/heartbeat/make.ts'
import * as second from '../fixtures/heartbeat/second.ts'

const schema = new URL('../../src/agent/control/paths.schema.json', import.meta.url)
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')),
)

const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8]
const SIXTEEN = [...EIGHT, ...EIGHT]

interface Pair {
  readonly world: World
  readonly nodes: readonly [SimNode, SimNode]
  /** Everything that was sent on a path. */
  readonly sent: { at: number; node: string; path: string; bytes: Uint8Array }[]
}

function newPair(options: PairOptions = {}, faults: readonly Fault[] = []): Pair {
  const pair = { paths: ['line', 'back'] as const, ...options }
  const sent: Pair['sent'] = []
  const trace = (node: SimNode, _: Event | 'begin', effects: readonly Effect[]) => {
    for (const effect of effects) {
      if (effect.kind !== 'beat') continue
      const { path, bytes } = effect
      sent.push({ at: node.queue.now(), node: node.name, path, bytes })
    }
  }
  const configs = pairConfigs(pair)
  const world = newCheckedWorld(
    { seed: 1, configs, trace, nodes: nodeOptions(pair) },
    milliseconds(0),
  )
  planFaults(world, faults)
  return { world, nodes: world.nodes as unknown as [SimNode, SimNode], sent }
}

const pathOf = (node: SimNode, name: string) => {
  const path = node.state?.heartbeat?.paths.find(other => other.name === name)
  if (path === undefined) throw new Error(`no path ${name}`)
  return path
}

const discarded = (node: SimNode, name: string) => ({ ...pathOf(node, name).discards })
const sessionOf = (node: SimNode) => node.state?.heartbeat?.peer.session
const isActive = (node: SimNode) => node.state?.groups[0]?.role === 'active'

test('a session is proved within a few milliseconds, and both paths are alive', t => {
  const { world, nodes } = newPair()
  runUntil(world, atSecond(0.05))
  for (const node of nodes) {
    t.is(node.state?.heartbeat?.peer.sessions, 1)
    for (const name of ['line', 'back']) t.true(pathOf(node, name).isAlive)
  }
})

test('a frame takes at most 80 bytes with one group, and 3 % of a line at 115200', t => {
  const { world, sent } = newPair({ paths: ['line', 'front', 'back', 'mgmt'] })
  runUntil(world, atSecond(30))
  const onLine = sent.filter(
    ({ at, node, path }) => at > atSecond(20) && node === 'lb1' && path === 'line',
  )
  t.true(onLine.every(({ bytes }) => bytes.length <= 80))
  const bytes = onLine.reduce((sum, entry) => sum + entry.bytes.length, 0)
  t.true((bytes * 10) / (115_200 * 10) <= 0.03)
})

test('frames that were recorded, cut, bit-flipped or spliced are never taken, the session stays', t => {
  const { world, nodes, sent } = newPair()
  const [, lb2] = nodes
  runUntil(world, atSecond(20))
  const session = sessionOf(lb2)
  const recorded = sent.filter(({ node, at }) => node === 'lb1' && at > atSecond(10))
  const accepted = () =>
    pathOf(lb2, 'back').counters.accepted + pathOf(lb2, 'line').counters.accepted
  const before = accepted()
  const inject = (path: string, bytes: Uint8Array) =>
    deliver(lb2, { kind: 'heard', path, bytes, at: NOT_YET })
  for (const [index, { bytes, path }] of recorded.entries()) {
    const other = recorded[(index + 1) % recorded.length]?.bytes ?? bytes
    for (const on of ['line', 'back']) {
      inject(on, bytes)
      inject(on, Uint8Array.of(0, ...bytes.subarray(1, bytes.length / 2), 0))
      const flipped = bytes.slice()
      const at = 1 + (index % (bytes.length - 2))
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (index % 8))
      inject(on, flipped)
      inject(on, Uint8Array.of(...bytes.subarray(0, 40), ...other.subarray(40)))
    }
    if (path === 'line') inject('line', Uint8Array.of(0))
  }
  t.is(accepted(), before)
  t.true((discarded(lb2, 'line').replayed ?? 0) > 0)
  t.true((discarded(lb2, 'back').crc_bad ?? 0) > 0)
  runUntil(world, atSecond(40))
  t.is(sessionOf(lb2), session)
  t.deepEqual(world.violations, [])
})

test('a HELLO of an older life that is played again changes nothing', t => {
  const { world, nodes, sent } = newPair({}, [
    { at: atSecond(10), kind: 'power_off', node: 'lb1' },
    { at: atSecond(12), kind: 'power_on', node: 'lb1' },
  ])
  const [lb1, lb2] = nodes
  runUntil(world, atSecond(30))
  t.is(lb2.state?.heartbeat?.peer.sessions, 2)
  const sessions = [sessionOf(lb1), sessionOf(lb2)]
  const old = sent.filter(({ at, node }) => node === 'lb1' && at < atSecond(10))
  for (const { bytes } of old) deliver(lb2, { kind: 'heard', path: 'back', bytes, at: NOT_YET })
  runUntil(world, atSecond(50))
  t.deepEqual([sessionOf(lb1), sessionOf(lb2)], sessions)
  t.deepEqual(world.violations, [])
})

test('each reason for which a frame is not taken has a frame that is counted by it alone', t => {
  const { world, nodes, sent } = newPair({}, [
    { at: atSecond(20), kind: 'blocked', path: 'back', cargo: 'datagram', blocked: true },
  ])
  const [lb1, lb2] = nodes
  runUntil(world, atSecond(21))
  const session = sessionOf(lb1)
  const hello = lb1.state?.heartbeat?.identity.keys[1]?.hello
  if (session === undefined || hello === undefined) return t.fail()
  const { sendKey, seq } = session
  const good = {
    major: 1,
    minor: 1,
    type: BEAT,
    role: 'active',
    flags: 0,
    node: 1,
    key: 1,
  } as const
  const rest = {
    cluster: clusterId(plainHash, 'pair'),
    priority: 200,
    term: 1,
    tag: session.tag,
    seq,
  }
  const made = (
    other: Partial<Outgoing>,
    body: readonly number[] = [1, 8, ...EIGHT],
    key = sendKey,
  ) =>
    encodeFrame({ ...good, ...rest, ...other }, Uint8Array.from(body), signed =>
      plainHash.hmac(key, signed),
    )
  const patched = (at: number, value: number) => {
    const frame = made({})
    frame[at] = value
    const end = frame.length - 4
    new DataView(frame.buffer).setUint32(end, crc32c(frame, end))
    return encodeCobs(frame)
  }
  const alien = [0x10, 16, ...SIXTEEN, 0x11, 16, ...SIXTEEN, 0x12, 8, ...EIGHT, 0x13, 2, 1, 1]
  const onBack = sent.filter(({ node, path }) => node === 'lb1' && path === 'back')
  const [unheard, heard] = [20.2, 10].map(
    second => onBack.findLast(({ at }) => at < atSecond(second))?.bytes ?? new Uint8Array(0),
  )
  const cases: Readonly<Record<keyof typeof DISCARDS, Uint8Array | undefined>> = {
    oversize: new Uint8Array(300).fill(0x55),
    cobs_bad: Uint8Array.of(0, 9, 1, 2, 0),
    size_bad: encodeCobs(Uint8Array.of(0xd1, 0x11)),
    crc_bad: encodeCobs(made({}).fill(7, 30, 31)),
    magic_bad: patched(0, 0xd2),
    length_bad: patched(11, 1),
    cluster_other: encodeCobs(made({ cluster: rest.cluster ^ 1 })),
    node_own: encodeCobs(made({ node: 2 })),
    node_other: encodeCobs(made({ node: 3 })),
    type_unknown: encodeCobs(made({ type: 7 })),
    key_unknown: encodeCobs(made({ key: 9 })),
    mac_bad: encodeCobs(made({}, undefined, hello)),
    version_other: encodeCobs(made({ major: 5 })),
    echo_other: encodeCobs(made({ type: HELLO, tag: 0, seq: 0 }, alien, hello)),
    session_unknown: encodeCobs(made({ tag: rest.tag ^ 1 })),
    replayed: heard,
    late: unheard,
    content_bad: encodeCobs(made({ seq: seq + 1 }, [1, 8, 0])),
  }
  for (const reason of Object.keys(DISCARDS) as (keyof typeof DISCARDS)[]) {
    const before = discarded(lb2, 'back')
    const bytes = cases[reason] ?? new Uint8Array(0)
    deliver(lb2, { kind: 'heard', path: 'back', bytes, at: NOT_YET })
    const counted = { ...before, [reason]: (before[reason] ?? 0) + 1 }
    t.deepEqual(discarded(lb2, 'back'), counted, reason)
  }
  runUntil(world, atSecond(30))
  t.is(lb2.state?.heartbeat?.peer.sessions, 1)
  t.deepEqual(world.violations, [])
})

test('our own frames that come back, other clusters and other nodes are counted and not taken', t => {
  const { world, nodes, sent } = newPair()
  const [lb1] = nodes
  runUntil(world, atSecond(5))
  const own = sent.find(({ node, path }) => node === 'lb1' && path === 'line')
  const bytes = own?.bytes ?? new Uint8Array(0)
  deliver(lb1, { kind: 'heard', path: 'line', bytes, at: NOT_YET })
  t.is(discarded(lb1, 'line').node_own, 1)
})

test('a restored machine proves itself anew within two round trips, and is never thought dead', t => {
  const { world, nodes } = newPair({}, [
    { at: atSecond(10), kind: 'snapshot', node: 'lb2' },
    { at: atSecond(30), kind: 'restore', node: 'lb2' },
  ])
  const [lb1] = nodes
  runUntil(world, atSecond(60))
  t.true((lb1.state?.heartbeat?.peer.sessions ?? 0) >= 2)
  t.deepEqual(world.violations, [])
  t.true(isActive(lb1))
})

test('two live keys let them be changed one node at a time', t => {
  const both = { ids: [1, 2], send_with: 1 }
  const { world, nodes } = newPair({ keys: [both, { ids: [1, 2], send_with: 2 }] })
  runUntil(world, atSecond(10))
  for (const node of nodes) t.true(pathOf(node, 'line').isAlive)
})

test('another key is told from noise, and the peer counts as a stranger', t => {
  const { world, nodes } = newPair({
    keys: [
      { ids: [1], send_with: 1 },
      { ids: [2], send_with: 2 },
    ],
  })
  runUntil(world, atSecond(10))
  const [lb1] = nodes
  t.true((discarded(lb1, 'line').key_unknown ?? 0) > 10)
  t.is(discarded(lb1, 'line').crc_bad, undefined)
  t.like(lb1.state?.heartbeat?.peer.stranger, { why: 'unauthenticated' })
  t.is(pathOf(lb1, 'line').trouble, 'unverified')
})

test('versions: the highest that both speak is taken; without one the peer is incompatible', t => {
  const some = newPair({
    versions: [
      [1, 2],
      [1, 3],
    ],
  })
  runUntil(some.world, atSecond(5))
  t.is(sessionOf(some.nodes[0])?.major, 2)
  const none = newPair({
    versions: [
      [1, 1],
      [2, 2],
    ],
  })
  runUntil(none.world, atSecond(5))
  t.is(sessionOf(none.nodes[0]), undefined)
  t.is(none.nodes[0].state?.heartbeat?.peer.stranger?.why, 'incompatible')
})

const troubles: readonly (readonly [Trouble, Fault])[] = [
  ['no_signal', { at: atSecond(10), kind: 'line', from: 'lb1', cut: true }],
  ['wrong_speed', { at: atSecond(10), kind: 'line', from: 'lb1', speed: true }],
  ['noise', { at: atSecond(10), kind: 'line', from: 'lb1', noise: 0.02 }],
  ['overrun', { at: atSecond(10), kind: 'line', from: 'lb1', overrun: 0.6 }],
  ['closed', { at: atSecond(10), kind: 'adapter', node: 'lb2', plugged: false }],
]

for (const [trouble, fault] of troubles) {
  test(`a line with ${trouble} is named, and nobody moves`, t => {
    const { world, nodes } = newPair({}, [fault])
    runUntil(world, atSecond(20))
    t.is(pathOf(nodes[1], 'line').trouble, trouble)
    runUntil(world, atSecond(40))
    t.true(isActive(nodes[0]))
    t.deepEqual(world.violations, [])
  })
}

test('a line that is heard again is alive again', t => {
  const { world, nodes } = newPair({}, [
    { at: atSecond(10), kind: 'adapter', node: 'lb2', plugged: false },
    { at: atSecond(20), kind: 'adapter', node: 'lb2', plugged: true },
  ])
  runUntil(world, atSecond(19))
  t.false(pathOf(nodes[1], 'line').isAlive)
  runUntil(world, atSecond(25))
  t.true(pathOf(nodes[1], 'line').isAlive)
  t.is(pathOf(nodes[1], 'line').trouble, 'none')
})

test('paths are answered in the documented shape, for a person as a table', t => {
  const { world, nodes } = newPair({ targets: ['192.0.2.1'] })
  let answer: unknown
  runUntil(world, atSecond(20))
  const [lb1] = nodes
  const watch = lb1.watch as { onStep: (typeof lb1)['watch']['onStep'] }
  const { onStep } = watch
  watch.onStep = (node, event, effects) => {
    const last = effects.at(-1)
    if (last?.kind === 'reply') answer = last.answer
    onStep(node, event, effects)
  }
  deliver(lb1, { kind: 'command', client: 1, request: { command: 'paths' }, at: NOT_YET })
  t.true(validate(answer), JSON.stringify(validate.errors))
  const text = renderPaths(answer as PathsAnswer)
  t.regex(text, /^lb1: peer lb2 is verified; policy guarded\n/)
  t.regex(text, /\nline +serial +alive /)
  t.regex(text, /\nservice +K8 +backup /)
})

test('numbers of frames only rise, whatever is left out on a busy line', t => {
  const { world, sent } = newPair()
  runUntil(world, atSecond(5))
  const numbers = sent
    .filter(({ node, path }) => node === 'lb1' && path === 'back')
    .map(({ bytes }) => decodeCobs(bytes.subarray(1, -1)) ?? new Uint8Array(0))
    .filter(bytes => {
      const header = decodeHeader(bytes)
      return typeof header !== 'string' && header.type === 2
    })
    .map(seqOf)
  t.true(numbers.length > 10)
  t.true(numbers.every((seq, index) => index === 0 || seq > (numbers[index - 1] ?? 0)))
})

test('the vectors are what the code sends, and what a second implementation computes', t => {
  const path = new URL('../fixtures/heartbeat/vectors.json', import.meta.url)
  const kept = JSON.parse(readFileSync(path, 'utf8'))
  t.deepEqual(JSON.parse(JSON.stringify(vectors())), kept)
  const { low, high, cluster, key, major } = kept
  for (const { sender, stuffed, says } of kept.frames) {
    const [own, other] = sender === low.id ? [low, high] : [high, low]
    const ends = { cluster, key, sender, receiver: other.id }
    const nonces = { low: low.nonce, high: high.nonce, major }
    const boots = { sender_boot: own.boot, receiver_boot: other.boot }
    const whole = second.unstuff(Buffer.from(stuffed, 'hex'))
    const isHello = whole[2] === 1
    const frameKey = isHello
      ? second.helloKey(ends)
      : second.sessionKey(ends, { ...nonces, ...boots })
    t.is(second.frame(whole.subarray(0, -20), frameKey).toString('hex'), stuffed)
    t.deepEqual(whole.subarray(4, 6), second.clusterId(cluster))
    if (isHello) continue
    t.deepEqual(second.beat(whole.subarray(24, -20)), says)
    t.deepEqual(whole.subarray(12, 16), second.sessionTag({ ...nonces, ...boots }))
  }
})
