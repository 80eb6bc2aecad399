import { readFileSync, writeFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderAnswer } from '../../src/agent/control/order.ts'
import type { ReloadAnswer } from '../../src/agent/control/reload.ts'
import type { Status } from '../../src/agent/control/status-types.ts'
import { advertOf, arpClaim } from '../../src/lab/capture.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { arrangePair } from './arrange.ts'
import { nodeConfig, type Running } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

const VIP = '192.0.2.100'
const vips = [`${VIP}/24`]
const LB1 = nodeConfig({ name: 'lb1', address: '192.0.2.11/24', priority: 200, vips })
const LB2 = nodeConfig({ name: 'lb2', address: '192.0.2.12/24', priority: 100, vips })

const netns = onSegment(arrangePair)

/** The second is active and was heard by the first, which is backup. */
async function startPair({
  segment,
  programs,
}: SegmentContext): Promise<readonly [Running, Running]> {
  const lb2 = segment.agent(programs, 'lb2', LB2)
  await lb2.saw(/front active \(down_timer_expired\)/)
  const lb1 = segment.agent(programs, 'lb1', LB1)
  await lb1.saw(/front backup/)
  await sleep(250)
  return [lb1, lb2]
}

const ctl = ({ segment, programs }: SegmentContext, machine: string, ...words: readonly string[]) =>
  segment.run(machine, [
    ...[programs.agent, 'directorctl', ...words],
    ...['--socket', segment.socket(machine)],
  ])

const ordered = async (context: SegmentContext, machine: string, ...words: readonly string[]) =>
  JSON.parse(await ctl(context, machine, ...words, '--json')) as OrderAnswer

const statusOf = async (context: SegmentContext, machine: string) =>
  JSON.parse(await ctl(context, machine, 'status', '--json')) as Status

/** Echo requests every 10 ms to a pinned virtual MAC that the bridge floods to everybody. */
async function ping({ segment, programs }: SegmentContext, count: number) {
  const words = ['-n', '-c', `${count}`, '-i', '0.01', '-W', '1', VIP]
  const said = await segment.run('client', [...programs.ping, ...words])
  const answers = said.split('\n').filter(line => /bytes from/.test(line))
  const doubled = answers.filter(line => /DUP/.test(line)).length
  return { answered: answers.length - doubled, doubled }
}

function pinNeighbour({ segment }: SegmentContext): void {
  segment.floodAll()
  const mac = '00:00:5e:00:01:0a'
  segment.ip('client', `neighbour replace ${VIP} dev br0 lladdr ${mac} nud permanent`)
}

netns.serial(
  'takeover and standby move the VIP, and nobody hears two answers to standby',
  async t => {
    const [lb1, lb2] = await startPair(t.context)
    const taken = await ordered(t.context, 'lb1', 'takeover')
    t.like(taken, { accepted: true, order: 'takeover' })
    await lb1.saw(/front active \(operator_takeover\)/)
    await lb2.saw(/front backup \(higher_priority\)/)
    await sleep(150)

    pinNeighbour(t.context)
    const sampled = ping(t.context, 150)
    await sleep(300)
    const begun = await ordered(t.context, 'lb1', 'standby', 'all')
    t.like(begun.groups[0], { outcome: 'begun', state: 'backup' })
    await lb2.saw(/front active \(peer_released\)/)
    await lb1.saw(/all handed_over peer=192\.0\.2\.12/)
    const { answered, doubled } = await sampled
    t.is(doubled, 0)
    t.true(answered > 100, `${answered} of 150 were answered`)
    t.log(`${answered} of 150 were answered`)
    t.is((await statusOf(t.context, 'lb1')).groups[0]?.standby, 'held')

    // Held: the death of the active one does not call it back, join does.
    await lb2.end('SIGKILL')
    await lb1.saw(/all standby_without_active/)
    t.regex(
      await ctl(t.context, 'lb1', 'explain', 'front'),
      /standby +held, until directorctl join/,
    )
    t.like(await ordered(t.context, 'lb1', 'join'), { accepted: true })
    await lb1.saw(/front active \(down_timer_expired\)/)
    t.is(await lb1.end(), 0)
  },
)

netns.serial('what would leave nobody or make two owners is refused with a reason', async t => {
  const [lb1, lb2] = await startPair(t.context)
  t.regex(await ctl(t.context, 'lb2', 'standby'), /no_router_heard[\s\S]*--force/)
  t.like(await ordered(t.context, 'lb2', 'standby'), { accepted: false })
  t.is((await statusOf(t.context, 'lb2')).state, 'active')
  await ordered(t.context, 'lb1', 'takeover')
  await lb2.saw(/front backup/)
  await sleep(150)
  const asked = await ordered(t.context, 'lb2', 'takeover')
  t.like(asked.groups[0], { outcome: 'refused', reason: 'priority_too_low' })
  t.is((await statusOf(t.context, 'lb1')).state, 'active')
  // Nobody answers this standby: the VIPs come back.
  await lb2.end('SIGKILL')
  await ordered(t.context, 'lb1', 'standby')
  await lb1.saw(/front active \(standby_unanswered\)/)
})

netns.serial('the exit code tells an order that was begun from one that was refused', async t => {
  const { segment, programs } = t.context
  const alone = segment.agent(programs, 'lb1', LB1)
  await alone.saw(/front active/)
  const socket = ['--socket', segment.socket('lb1')]
  const code = (...words: readonly string[]) =>
    segment.start('lb1', [programs.agent, 'directorctl', ...words, ...socket]).ended
  t.is(await code('standby'), 1)
  t.is(await code('join', '--force'), 2)
  t.is(await code('explain', 'side'), 1)
  t.is(await code('join'), 0)
  t.is(await code('standby', '--force'), 0)
})

netns.serial('a follower gets each event, and one that reads nothing holds nobody up', async t => {
  const { segment, programs } = t.context
  const alone = segment.agent(programs, 'lb1', LB1)
  await alone.saw(/front active/)
  const follow = JSON.stringify({ command: 'events', follow: true })
  const good = await follower(segment.socket('lb1'), follow)
  const slow = await follower(segment.socket('lb1'), follow)
  slow.socket.pause()
  const lines = () => good.said().trim().split('\n')
  t.regex(lines()[0] ?? '', /"reason":"listening"/)
  // Orders make events: enough to fill the socket and the queue of the one who reads nothing.
  for (let round = 0; round < 12; round += 1) await orders(segment.socket('lb1'), 130)
  await sleep(300)
  const status = await statusOf(t.context, 'lb1')
  t.true((status.host?.events_dropped ?? 0) > 0)
  t.true(status.loop.late_ms_max < 100, `${status.loop.late_ms_max} ms`)
  const seqs = lines()
    .slice(1)
    .map(line => (JSON.parse(line) as { seq: number }).seq)
  t.true(seqs.length > 1_000)
  t.deepEqual(
    seqs,
    seqs.map((_, index) => (seqs[0] ?? 0) + index),
  )
  slow.socket.resume()
  await sleep(300)
  // Asked anew: an event may have come since.
  const dropped = (await statusOf(t.context, 'lb1')).host?.events_dropped
  t.regex(slow.said(), new RegExp(`\\{"dropped":${dropped}\\}`))
  t.log(`${dropped} of ${seqs.length} dropped for the slow one`)
  const page = JSON.parse(await ctl(t.context, 'lb1', 'events', '--json'))
  t.is(page.events.length, 256)
  for (const { socket } of [good, slow]) socket.destroy()
})

/** A client that has sent one line and got the first of its answer. */
async function follower(path: string, line: string) {
  let said = ''
  const socket: Socket = createConnection(path, () => socket.write(`${line}\n`))
  socket.on('data', piece => {
    said += piece
  })
  for (let tries = 0; tries < 200 && !said.includes('\n'); tries += 1) await sleep(10)
  return { socket, said: () => said }
}

/** Orders standby and join by turns, in one connection, each pair a few events. */
function orders(path: string, pairs: number): Promise<void> {
  const text = '{"command":"standby","force":true}\n{"command":"join"}\n'
  return new Promise(resolve => {
    let lines = 0
    let sent = 0
    const next = () => {
      sent += 1
      if (sent > pairs) socket.end()
      else socket.write(text)
    }
    const socket = createConnection(path, next)
    socket.on('data', piece => {
      lines += String(piece).split('\n').length - 1
      if (lines === 2 * sent) next()
    })
    socket.on('close', () => resolve())
  })
}

const ADDED = '192.0.2.101'
const INTERVAL_MS = 200

/** A node whose VIPs these are, and are announced once; the digest tells such configs apart. */
function withVips(name: 'lb1' | 'lb2', digest: string, ...addresses: readonly string[]) {
  const config = nodeConfig({
    ...{ name, address: `192.0.2.${name === 'lb1' ? 11 : 12}/24` },
    ...{ priority: name === 'lb1' ? 200 : 100, advert_interval_ms: INTERVAL_MS },
    vips: addresses.map(address => `${address}/24`),
  })
  const vrrp = { ...config.vrrp, announce: { repeat: 1, rate_per_s: 1_000 } }
  return { ...config, vrrp, shared_digest: digest.repeat(64) }
}

async function reload(context: SegmentContext, machine: string, config: unknown) {
  const file = join(context.segment.folder, `${machine}-next.json`)
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config))
  return JSON.parse(await ctl(context, machine, 'reload', file, '--json')) as ReloadAnswer
}

const answersArp = async ({ segment, programs }: SegmentContext, address: string) =>
  /reply from/.test(
    await segment.run('client', [
      ...programs.arping,
      ...['-c', '2', '-w', '2', '-f', '-I', 'br0', address],
    ]),
  )

netns.serial('a reload brings a VIP and takes it away, and nobody changes its role', async t => {
  const { segment, programs } = t.context
  const frames = await segment.capture(programs, 'lb1')
  const lb1 = segment.agent(programs, 'lb1', withVips('lb1', '1', VIP))
  await lb1.saw(/front active/)
  const lb2 = segment.agent(programs, 'lb2', withVips('lb2', '1', VIP))
  await lb2.saw(/front backup/)
  t.false(await answersArp(t.context, ADDED))
  const since_us = frames().at(-1)?.at_us ?? 0
  for (const [machine, running] of [
    ['lb1', lb1],
    ['lb2', lb2],
  ] as const) {
    const answer = await reload(t.context, machine, withVips(machine, '2', VIP, ADDED))
    t.like(answer, { accepted: true, outcome: 'begun', shared_digest: '2'.repeat(64) })
    await running.saw(/front vips_changed added=1 removed=0/)
    t.regex(segment.ip(machine, '-o -4 address'), new RegExp(`vr4\\.10.* ${ADDED}/32`))
  }
  t.true(await answersArp(t.context, ADDED))
  t.true(await answersArp(t.context, VIP))
  // A start of the agent has it as well.
  const kept = JSON.parse(readFileSync(join(segment.folder, 'lb1.json'), 'utf8')) as NodeConfig
  t.deepEqual(kept.vrrp.instances[0]?.addresses, [`${VIP}/24`, `${ADDED}/24`])

  t.like(await reload(t.context, 'lb1', withVips('lb1', '3', VIP)), { outcome: 'begun' })
  await lb1.saw(/front vips_changed added=0 removed=1/)
  t.false(await answersArp(t.context, ADDED))
  t.true(await answersArp(t.context, VIP))

  const mine = frames().filter(({ at_us }) => at_us > since_us)
  const announced = mine.flatMap(frame => arpClaim(frame) ?? []).filter(each => each.isGratuitous)
  t.deepEqual([...new Set(announced.map(({ address }) => address))], [ADDED])
  const times = mine.filter(frame => advertOf(frame) !== undefined).map(({ at_us }) => at_us)
  const gaps_ms = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1_000)
  t.true(gaps_ms.length >= 5 && Math.max(...gaps_ms) <= 1.5 * INTERVAL_MS, `${gaps_ms}`)
  const states = await Promise.all(['lb1', 'lb2'].map(name => statusOf(t.context, name)))
  t.deepEqual(
    states.map(({ state, instances }) => [state, instances[0]?.counters.became_active]),
    [
      ['active', 1],
      ['backup', 0],
    ],
  )
  t.is(await lb1.end(), 0)
  t.is(await lb2.end(), 0)
})

netns.serial('a reload with what is no config, or needs a start, is refused whole', async t => {
  const { segment, programs } = t.context
  const lb1 = segment.agent(programs, 'lb1', withVips('lb1', '1', VIP))
  await lb1.saw(/front active/)
  const code = (file: string) =>
    segment.start('lb1', [
      ...[programs.agent, 'directorctl', 'reload', file],
      ...['--socket', segment.socket('lb1')],
    ]).ended
  const file = join(segment.folder, 'lb1-next.json')
  const next = withVips('lb1', '2', VIP, ADDED)
  const [instance] = next.vrrp.instances
  const slower = { ...next.vrrp, instances: [{ ...instance, advert_interval_ms: 500 }] }
  const refused = [
    ['{"schema":', /is not JSON/],
    [{ ...next, services: [{ name: 'web' }] }, /services\[0\]/],
    [{ ...next, vrrp: slower }, /advert_interval_ms/],
    [withVips('lb2', '2', VIP), /node\.name/],
  ] as const
  for (const [config, why] of refused) {
    const answer = await reload(t.context, 'lb1', config)
    t.like(answer, { accepted: false, outcome: 'refused', changes: [] })
    t.regex(JSON.stringify(answer.refused), why)
    t.is(await code(file), 1)
  }
  t.is(await code(join(segment.folder, 'nowhere.json')), 1)
  t.notRegex(segment.ip('lb1', '-o -4 address'), new RegExp(ADDED))
  const { state, shared_digest } = await statusOf(t.context, 'lb1')
  t.deepEqual([state, shared_digest], ['active', '1'.repeat(64)])
  writeFileSync(file, JSON.stringify(next))
  t.is(await code(file), 0)
})
