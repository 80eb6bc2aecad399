import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PathsAnswer } from '../../src/agent/control/paths.ts'
import type { HeartbeatKey, HeartbeatPath, NodeConfig } from '../../src/model/node-config.ts'
import { faultsOf } from '../support/answer-schema.ts'
import { guardedNode, startOnLine } from './guarded.ts'
import { NullModem } from './null-modem.ts'
import type { Running } from './segment.ts'
import { type LineContext, onSegmentAndLine } from './segment-test.ts'

const netns = onSegmentAndLine()

/** The first is active, and both hear each other on both paths. */
async function startPair(
  context: LineContext,
  other: Partial<NodeConfig> = {},
): Promise<readonly [Running, Running]> {
  const lb1 = startOnLine(context, 1, { ...guardedNode(1), ...other })
  await lb1.saw(/listening/)
  const lb2 = startOnLine(context, 2, { ...guardedNode(2), ...other })
  await lb1.saw(/front active/)
  await lb2.saw(/front backup/)
  await until(context, 'lb2', ({ paths }) => paths.every(path => path.authenticated))
  return [lb1, lb2]
}

async function pathsOf({ segment, programs }: LineContext, machine: string): Promise<PathsAnswer> {
  const words = ['directorctl', 'paths', '--json', '--socket', segment.socket(machine)]
  return JSON.parse(await segment.run(machine, [programs.agent, ...words]))
}

/** Asks until the answer is as it should be, for at most ten seconds. */
async function until(
  context: LineContext,
  machine: string,
  isSo: (answer: PathsAnswer) => boolean,
): Promise<PathsAnswer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await pathsOf(context, machine)
    if (isSo(answer)) return answer
    if (tries === 100) throw new Error(`it stayed so:\n${JSON.stringify(answer, null, 2)}`)
    await sleep(100)
  }
}

const pathNamed = (name: string, { paths }: PathsAnswer) => {
  const found = paths.find(path => path.name === name)
  if (found === undefined) throw new Error(`no path ${name}`)
  return found
}

/** Seconds since boot of a line of the console. */
const timeOf = (line: string) => Number(/^\[ *([0-9.]+)\]/.exec(line)?.[1])

const sum = (counters: Readonly<Record<string, number>>) =>
  Object.values(counters).reduce((total, count) => total + count, 0)

netns.serial(
  'two agents hear each other over a serial line and datagrams, and reach the client',
  async t => {
    await startPair(t.context)
    const answer = await until(
      t.context,
      'lb2',
      ({ connectivity }) => connectivity[0]?.state === 'up',
    )
    t.is(answer.peer?.state, 'verified')
    t.deepEqual(
      answer.paths.map(({ name, state, trouble }) => [name, state, trouble]),
      [
        ['line', 'alive', 'none'],
        ['back', 'alive', 'none'],
      ],
    )
  },
)

for (const baud of [9_600, 4_000_000]) {
  netns.serial(`a line of ${baud} baud is opened at that speed and carries frames`, async t => {
    t.context.line.close()
    t.context.line = await NullModem.open(baud)
    const { serial } = guardedNode(1)
    // The host reads the speed back, and a port that has another one is not opened.
    await startPair(t.context, { serial: { ...serial, heartbeat: { port: 'ttyS1', baud } } })
    for (const machine of ['lb1', 'lb2']) {
      const line = pathNamed('line', await pathsOf(t.context, machine))
      t.like(line, { state: 'alive', trouble: 'none', errno: 0, authenticated: true })
      t.is(sum(line.discards), 0)
    }
  })
}

netns.serial('what directorctl prints as JSON has the documented shape', async t => {
  const { segment, programs } = t.context
  const [, lb2] = await startPair(t.context)
  const ask = async (machine: string, ...words: readonly string[]) =>
    JSON.parse(
      await segment.run(machine, [
        ...[programs.agent, 'directorctl', ...words],
        ...['--json', '--socket', segment.socket(machine)],
      ]),
    )
  for (const machine of ['lb1', 'lb2']) {
    for (const command of ['status', 'paths', 'explain', 'events'] as const) {
      t.deepEqual(faultsOf(command, await ask(machine, command)), [], `${machine} ${command}`)
    }
  }
  const follower = segment.record('lb2', [
    ...[programs.agent, 'directorctl', 'events', '--follow', '--json'],
    ...['--socket', segment.socket('lb2')],
  ])
  t.deepEqual(faultsOf('order', await ask('lb1', 'standby')), [])
  await lb2.saw(/front active/)
  const lines = (await follower()).trim().split('\n')
  t.true(lines.length > 1)
  for (const line of lines) t.deepEqual(faultsOf('events', JSON.parse(line)), [], line)
  t.deepEqual(faultsOf('explain', await ask('lb2', 'explain', 'front')), [])
})

netns.serial(
  'a backup that hears nothing but the serial line takes nothing over while the peer is active',
  async t => {
    const { segment } = t.context
    const [lb1, lb2] = await startPair(t.context, { connectivity: [] })
    segment.ip('client', 'link set lb1 nomaster')
    const cut = await until(t.context, 'lb2', answer => pathNamed('back', answer).state !== 'alive')
    await sleep(1_500)
    t.is(pathNamed('line', cut).state, 'alive')
    t.false(lb2.lines().some(line => /front active/.test(line)))
    segment.ip('client', 'link set lb1 master br0')
    await until(t.context, 'lb2', answer => pathNamed('back', answer).state === 'alive')
    t.is(lb1.lines().filter(line => /front (active|backup)/.test(line)).length, 2)
    t.false(lb2.lines().some(line => /front active/.test(line)))
  },
)

netns.serial(
  'an active node that alone has lost the client closes, and the other opens after it',
  async t => {
    const { segment } = t.context
    const [lb1, lb2] = await startPair(t.context)
    await until(t.context, 'lb2', ({ connectivity }) => connectivity[0]?.state === 'up')
    segment.ip('client', 'link set lb1 nomaster')
    const closed = await lb1.saw(/front backup \(peer_reaches_more\)/)
    const opened = await lb2.saw(/front active \(reaches_more\)/)
    t.true(timeOf(closed) < timeOf(opened))
  },
)

netns.serial('a serial adapter that disappears is opened again when it returns', async t => {
  const { line } = t.context
  const [lb1, lb2] = await startPair(t.context)
  await line.pull(1)
  const gone = await until(t.context, 'lb2', answer => pathNamed('line', answer).state === 'closed')
  t.is(pathNamed('line', gone).trouble, 'closed')
  t.true(pathNamed('line', gone).errno > 0)
  t.is(gone.peer?.state, 'verified')
  await until(t.context, 'lb1', answer => pathNamed('line', answer).state === 'silent')
  await line.putBack(1)
  for (const machine of ['lb1', 'lb2']) {
    await until(t.context, machine, answer => {
      const { state, trouble, authenticated } = pathNamed('line', answer)
      return state === 'alive' && trouble === 'none' && authenticated
    })
  }
  const changes = [...lb1.lines(), ...lb2.lines()].filter(one => /front active/.test(one))
  t.is(changes.length, 1)
})

netns.serial('a backup takes over when the active one has died on every path', async t => {
  const [lb1, lb2] = await startPair(t.context)
  await lb1.end('SIGKILL')
  await lb2.saw(/front active/)
  const { peer, paths } = await until(t.context, 'lb2', answer => answer.peer?.state === 'silent')
  t.is(peer?.state, 'silent')
  t.deepEqual(
    paths.map(({ state }) => state),
    ['silent', 'silent'],
  )
})

netns.serial(
  'captured frames that are replayed, cut, flipped and spliced never count, and the session stays',
  async t => {
    const { line } = t.context
    await startPair(t.context)
    const before = await until(t.context, 'lb2', answer => pathNamed('line', answer).authenticated)
    const captured = () =>
      Buffer.concat(line.sent[0])
        .toString('latin1')
        .split('\0')
        .filter(text => text !== '')
    // The first ones are greetings, which are answered at a bounded rate and change nothing.
    await until(t.context, 'lb2', () => captured().length > 25)
    const frames = captured()
    const asFrame = (text: string) => Buffer.from(`\0${text}\0`, 'latin1')
    const flipped = (text: string, at: number) => {
      const frame = asFrame(text)
      const spot = 1 + (at % text.length)
      frame[spot] = (frame[spot] ?? 0) ^ (1 << (at % 8)) || 1
      return frame
    }
    const [first = '', second = ''] = frames.slice(-2)
    for (const text of frames.slice(-20)) line.put(1, asFrame(text))
    for (const [at, text] of frames.slice(-20).entries()) line.put(1, flipped(text, 7 * at + 3))
    line.put(1, asFrame(second.slice(0, second.length >> 1)))
    line.put(1, asFrame(first.slice(0, 20) + second.slice(20)))
    const after = await until(
      t.context,
      'lb2',
      answer => sum(pathNamed('line', answer).discards) >= 38,
    )
    t.is(after.peer?.sessions, before.peer?.sessions)
    t.is(after.peer?.state, 'verified')
    t.is(pathNamed('line', after).state, 'alive')
  },
)

netns.serial(
  'a peer with another key is heard, not believed, and holds a takeover back',
  async t => {
    const { segment } = t.context
    const lb1 = startOnLine(t.context, 1)
    await lb1.saw(/front active/)
    const lb2 = startOnLine(t.context, 2, guardedNode(2, { key: 'a5'.repeat(32) }))
    await lb2.saw(/front backup/)
    await until(t.context, 'lb2', answer => answer.peer?.state === 'unauthenticated')
    segment.ip('client', 'link set lb1 nomaster')
    await sleep(1_500)
    t.false(lb2.lines().some(line => /front active/.test(line)))
  },
)

netns.serial('an order to stand by hands over in one handshake', async t => {
  const { segment, programs } = t.context
  const [lb1, lb2] = await startPair(t.context)
  const words = ['directorctl', 'standby', '--socket', segment.socket('lb1')]
  await segment.run('lb1', [programs.agent, ...words])
  const closed = await lb1.saw(/front backup \(operator_standby\)/)
  const opened = await lb2.saw(/front active \(peer_offers\)/)
  const gap = timeOf(opened) - timeOf(closed)
  // A tenth of what VRRP alone takes at the least, on however busy a machine.
  t.true(gap >= 0 && gap < 0.25, `${gap} s without an owner`)
})

netns.serial(
  'a held group stays so when its agent starts anew, as does a restored node',
  async t => {
    const { segment, programs } = t.context
    const [lb1, lb2] = await startPair(t.context)
    const order = (words: string) =>
      segment.run('lb2', [programs.agent, 'directorctl', words, '--socket', segment.socket('lb2')])
    await order('hold')
    await lb2.end('SIGKILL')
    const again = startOnLine(t.context, 2)
    await again.saw(/front backup/)
    t.true(again.lines().some(line => /started_held/.test(line)))
    // A path that was never found is not lost.
    await again.saw(/path_found/)
    await lb1.end('SIGKILL')
    await again.saw(/path_lost/)
    await sleep(1_000)
    t.false(again.lines().some(line => /front active/.test(line)))
    await order('join')
    await again.saw(/front active/)
    // What the stamp says counts until the operator has said something on this machine.
    const restored = startOnLine(t.context, 1, { ...guardedNode(1), held: true })
    await restored.saw(/started_held/)
    await restored.saw(/path_found/)
    await again.end('SIGKILL')
    await restored.saw(/path_lost/)
    await sleep(1_000)
    t.false(restored.lines().some(line => /front active/.test(line)))
  },
)

netns.serial(
  'paths and pings take IPv6 too; who hears nothing fences before it takes over',
  async t => {
    const { segment } = t.context
    const hook = join(segment.folder, 'fence')
    writeFileSync(hook, '#!/bin/sh\necho done >>"$0.log"\n', { mode: 0o755 })
    const configOf = (id: 1 | 2): NodeConfig => {
      const plain = guardedNode(id)
      const udp = { kind: 'udp', interface: 'front', port: 6941 } as const
      const ends = (network: string) => ({
        address: `${network}::1${id}`,
        peer_address: `${network}::1${3 - id}`,
      })
      const paths: readonly HeartbeatPath[] = [
        { name: 'routed', ...udp, ...ends('fd00:77') },
        { name: 'local', ...udp, ...ends('fe80') },
      ]
      if (plain.heartbeat === undefined) throw new Error('the node has no heartbeat')
      const targets = ['fd00:77::254']
      const connectivity = plain.connectivity?.map(group => ({ ...group, targets })) ?? []
      const fencing = { hook, timeout_ms: 5_000 }
      const arbitration = { policy: 'guarded', all_silent: 'hold', fencing } as const
      return { ...plain, heartbeat: { ...plain.heartbeat, paths }, connectivity, arbitration }
    }
    segment.ip('client', 'address add fd00:77::254/64 dev br0 nodad')
    for (const id of [1, 2] as const) {
      segment.ip(`lb${id}`, `address add fd00:77::1${id}/64 dev front nodad`)
      segment.ip(`lb${id}`, `address add fe80::1${id}/64 dev front nodad`)
    }
    const lb1 = startOnLine(t.context, 1, configOf(1))
    await lb1.saw(/listening/)
    const lb2 = startOnLine(t.context, 2, configOf(2))
    await lb1.saw(/front active/)
    await lb2.saw(/front backup/)
    const { peer } = await until(
      t.context,
      'lb2',
      ({ paths, connectivity }) =>
        connectivity[0]?.state === 'up' &&
        paths.every(({ state, authenticated }) => state === 'alive' && authenticated),
    )
    t.is(peer?.state, 'verified')
    t.throws(() => readFileSync(`${hook}.log`))
    await lb1.end('SIGKILL')
    await lb2.saw(/fenced/)
    await lb2.saw(/front active/)
    t.is(readFileSync(`${hook}.log`, 'utf8'), 'done\n')
  },
)

netns.serial(
  'a serial port that the kernel writes to is refused, and nothing is sent on it',
  async t => {
    const { segment, programs, line } = t.context
    const consoles = join(segment.folder, 'consoles')
    writeFileSync(consoles, 'ttyS1                -W- (EC p  )    4:65\n')
    const mounted = ['sh', '-c', 'mount --bind "$0" /proc/consoles && exec "$@"', consoles]
    const words = [...mounted, ...line.words(0, segment.folder)]
    const lb1 = segment.agent(programs, 'lb1', guardedNode(1), words)
    await lb1.saw(/front active/)
    const answer = await pathsOf(t.context, 'lb1')
    t.like(pathNamed('line', answer), { state: 'closed', trouble: 'closed', errno: 16 })
    t.is(line.sent[0].length, 0)
  },
)

netns.serial('keys are changed one node at a time, and both nodes stay verified', async t => {
  const [first, second] = ['5a', 'a5'].map((byte, index) => ({
    ...{ id: index + 1, key: byte.repeat(32) },
  })) as [HeartbeatKey, HeartbeatKey]
  const running: Partial<Record<1 | 2, Running>> = {}
  const stamp = async (id: 1 | 2, keys: readonly HeartbeatKey[], send_with: number) => {
    await running[id]?.end()
    const { heartbeat, ...rest } = guardedNode(id)
    if (heartbeat === undefined) throw new Error('the node has no heartbeat')
    const config = { ...rest, heartbeat: { ...heartbeat, keys, send_with } }
    const agent = startOnLine(t.context, id, config)
    running[id] = agent
    await agent.saw(/listening/)
  }
  const bothVerified = async () => {
    for (const machine of ['lb1', 'lb2']) {
      const { peer } = await until(t.context, machine, answer => answer.peer?.state === 'verified')
      t.is(peer?.state, 'verified')
    }
  }
  await stamp(1, [first], 1)
  await stamp(2, [first], 1)
  await bothVerified()
  for (const [keys, send_with] of [
    [[first, second], 1],
    [[first, second], 2],
    [[second], 2],
  ] as const) {
    for (const id of [2, 1] as const) {
      await stamp(id, keys, send_with)
      await bothVerified()
    }
  }
  for (const each of Object.values(running)) {
    t.false(each.lines().some(line => /stranger/.test(line)))
  }
})
