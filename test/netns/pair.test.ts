import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { advertOf, arpClaim, type CapturedFrame } from '../../src/lab/capture.ts'
import { arrangePair } from './arrange.ts'
import { nodeConfig, type Running } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

const VIP = '192.0.2.100'
const VIRTUAL_MAC = '00:00:5e:00:01:0a'
const INTERVAL_US = 100_000
const SKEW_100_US = (156 * INTERVAL_US) / 256

const LB1 = nodeConfig({
  name: 'lb1',
  address: '192.0.2.11/24',
  priority: 200,
  vips: [`${VIP}/24`],
})
const LB2 = nodeConfig({
  name: 'lb2',
  address: '192.0.2.12/24',
  priority: 100,
  vips: [`${VIP}/24`],
})

const netns = onSegment(arrangePair)

/**
 * Two agents of which the first is active. It begins to listen first: on a busy machine the other
 * one could be ahead of it by more than the skew, and would rightly keep what it took.
 */
async function startPair({
  segment,
  programs,
}: SegmentContext): Promise<readonly [Running, Running]> {
  const lb1 = segment.agent(programs, 'lb1', LB1)
  await lb1.saw(/listening/)
  const lb2 = segment.agent(programs, 'lb2', LB2)
  await lb1.saw(/front active \(down_timer_expired\)/)
  await lb2.saw(/front backup/)
  return [lb1, lb2]
}

const advertsIn = (frames: readonly CapturedFrame[]) =>
  frames.flatMap(frame => {
    const advert = advertOf(frame)
    return advert === undefined ? [] : [{ at_us: frame.at_us, ...advert }]
  })

/** Echo requests to the VIP; how many were answered, and how many answers came twice. */
async function ping(
  { segment, programs }: SegmentContext,
  count: number,
  interval_s: number,
): Promise<{ readonly answered: number; readonly doubled: number }> {
  const words = ['-n', '-c', `${count}`, '-i', `${interval_s}`, '-W', '1', VIP]
  const said = await segment.run('client', [...programs.ping, ...words])
  const answers = said.split('\n').filter(line => /bytes from/.test(line))
  const doubled = answers.filter(line => /DUP/.test(line)).length
  return { answered: answers.length - doubled, doubled }
}

/** The client sends to the virtual MAC whatever ARP says, and the bridge floods it to everybody. */
function pinNeighbour({ segment }: SegmentContext): void {
  segment.floodAll()
  segment.ip('client', `neighbour replace ${VIP} dev br0 lladdr ${VIRTUAL_MAC} nud permanent`)
}

netns.serial('one of two agents becomes active, and it alone answers for the VIP', async t => {
  const { segment, programs } = t.context
  const captures = [
    await segment.capture(programs, 'lb1'),
    await segment.capture(programs, 'lb2'),
  ] as const
  const [lb1, lb2] = await startPair(t.context)
  await segment.run('client', [...programs.arping, '-c', '3', '-w', '4', '-I', 'br0', VIP])
  const [claims1, claims2] = captures.map(frames =>
    frames()
      .flatMap(frame => arpClaim(frame) ?? [])
      .filter(({ address }) => address === VIP),
  )
  t.true((claims1 ?? []).filter(claim => !claim.isGratuitous).length >= 3)
  t.deepEqual([...new Set((claims1 ?? []).map(({ mac }) => mac))], [VIRTUAL_MAC])
  t.deepEqual(claims2, [])
  t.false(lb2.lines().some(line => /active/.test(line)))
  t.is(await lb1.end(), 0)
  await lb2.saw(/front active \(peer_released\)/)
})

netns.serial('a closed VIP gives no answer to who has a permanent neighbour for it', async t => {
  const { segment, programs } = t.context
  const config = { ...LB2, vrrp: { ...LB2.vrrp, startup_hold_ms: 60_000 } }
  const lb2 = segment.agent(programs, 'lb2', config)
  await lb2.saw(/listening/)
  pinNeighbour(t.context)
  t.deepEqual(await ping(t.context, 3, 0.2), { answered: 0, doubled: 0 })
})

netns.serial(
  'the active hands over with priority 0 within the skew when it is stopped',
  async t => {
    const { segment, programs } = t.context
    const [lb1] = await startPair(t.context)
    const frames1 = await segment.capture(programs, 'lb1')
    const frames2 = await segment.capture(programs, 'lb2')
    await sleep(350)
    t.is(await lb1.end('SIGTERM'), 0)
    await sleep(500)
    const release = advertsIn(frames1()).at(-1)
    const takeover = advertsIn(frames2())[0]
    t.is(release?.priority, 0)
    t.is(takeover?.priority, 100)
    within(t, takeover, release, SKEW_100_US)
    t.is(segment.ip('lb1', '-o link show type macvlan'), '')
  },
)

netns.serial('the backup takes over by the formula when the active is killed', async t => {
  const { segment, programs } = t.context
  const [lb1, lb2] = await startPair(t.context)
  const frames1 = await segment.capture(programs, 'lb1')
  const frames2 = await segment.capture(programs, 'lb2')
  await sleep(350)
  await lb1.end('SIGKILL')
  await lb2.saw(/front active \(down_timer_expired\)/)
  await sleep(100)
  const last = advertsIn(frames1()).at(-1)
  const takeover = advertsIn(frames2())[0]
  t.is(last?.priority, 200)
  within(t, takeover, last, 3 * INTERVAL_US + SKEW_100_US)
})

netns.serial('the VIPs of an agent that is killed with its supervisor receive nothing', async t => {
  const { segment, programs } = t.context
  const alone = segment.agent(programs, 'lb1', LB1)
  await alone.saw(/front active/)
  pinNeighbour(t.context)
  t.deepEqual(await ping(t.context, 3, 0.2), { answered: 3, doubled: 0 })
  const pid = alone.child.pid ?? 0
  const supervisor = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  process.kill(Number(supervisor), 'SIGKILL')
  await alone.end('SIGKILL')
  // The device itself is still open: it is its receiving side that the kernel has shut.
  t.notRegex(segment.ip('lb1', '-d link show type macvlan'), /protodown on/)
  t.deepEqual(await ping(t.context, 3, 0.2), { answered: 0, doubled: 0 })
})

netns.serial(
  'nobody hears two answers when the active is killed and its peer takes over',
  async t => {
    const [lb1, lb2] = await startPair(t.context)
    pinNeighbour(t.context)
    const sampled = ping(t.context, 150, 0.01)
    await sleep(300)
    await lb1.end('SIGKILL')
    await lb2.saw(/front active \(down_timer_expired\)/)
    const { answered, doubled } = await sampled
    t.is(doubled, 0)
    t.true(answered > 60, `${answered} of 150 were answered`)
  },
)

netns.serial('an agent closes what a killed one has left open before anything else', async t => {
  const { segment, programs } = t.context
  const alone = segment.agent(programs, 'lb1', LB1)
  await alone.saw(/front active/)
  await alone.end('SIGKILL')
  const config = { ...LB1, vrrp: { ...LB1.vrrp, startup_hold_ms: 60_000 } }
  const next = segment.agent(programs, 'lb1', config)
  await next.saw(/listening/)
  pinNeighbour(t.context)
  t.deepEqual(await ping(t.context, 3, 0.2), { answered: 0, doubled: 0 })
  t.regex(segment.ip('lb1', '-d link show type macvlan'), /protodown on/)
})

netns.serial('an agent that fails by its own fault closes its VIPs at once', async t => {
  const { segment, programs } = t.context
  const alone = segment.agent(programs, 'lb1', LB1)
  await alone.saw(/front active/)
  t.is(await alone.end('SIGSEGV'), 'SIGSEGV')
  t.regex(segment.ip('lb1', '-d link show type macvlan'), /protodown on/)
  pinNeighbour(t.context)
  t.deepEqual(await ping(t.context, 3, 0.2), { answered: 0, doubled: 0 })
})

netns.serial('nobody hears two answers while the VIP moves to and fro', async t => {
  const { segment, programs } = t.context
  let [lb1, lb2] = await startPair(t.context)
  pinNeighbour(t.context)
  const sampled = ping(t.context, 400, 0.01)
  for (let round = 0; round < 3; round += 1) {
    await lb1.end()
    await lb2.saw(/front active/)
    const back = segment.agent(
      programs,
      round % 2 === 0 ? 'lb1' : 'lb2',
      round % 2 === 0 ? LB1 : LB2,
    )
    await back.saw(/front backup/)
    ;[lb1, lb2] = [lb2, back]
  }
  const { answered, doubled } = await sampled
  t.is(doubled, 0)
  t.true(answered > 300, `${answered} of 400 were answered`)
})

function within(
  t: ExecutionContext<SegmentContext>,
  later: { readonly at_us: number } | undefined,
  earlier: { readonly at_us: number } | undefined,
  expected_us: number,
): void {
  const gap_us = (later?.at_us ?? 0) - (earlier?.at_us ?? 0)
  t.log(`${gap_us} us, by the formula ${Math.round(expected_us)} us`)
  const late_us = gap_us - expected_us
  t.true(late_us > -5_000 && late_us < 50_000, `${gap_us} us, expected ${expected_us} us`)
}
