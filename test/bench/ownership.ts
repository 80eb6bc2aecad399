import { setTimeout as sleep } from 'node:timers/promises'
import { advertOf, type CapturedFrame } from '../../src/lab/capture.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { type KeepalivedInstance, startKeepalived } from '../netns/keepalived.ts'
import { nodeConfig, openPrograms, type Programs, Segment } from '../netns/segment.ts'
import type { Figure, Topic } from './figure.ts'

const THOUSAND = 'takeover of 1,000 VIPs'
const FOUR_THOUSAND = 'takeover of 4,000 VIPs'
const GAP = 'second advert late, 4,000 VIPs'
const VIPS_AN_INSTANCE = 250
const ROUNDS = 3

/**
 * What a takeover costs, ours and keepalived's, in turn in the same namespaces; the worst of the
 * rounds of each. A takeover is the start of a node that is alone: its decision is when
 * Active_Down has passed. A client asks for the last VIP all the time; what answers it is seen on
 * its cable, and the kernel says when.
 */
export const ownership: Topic = {
  name: 'ownership',
  figures: [THOUSAND, FOUR_THOUSAND, GAP],
  async measure() {
    const few = await inSegment(context => worstTakeover(context, 1_000))
    const many = await inSegment(context => worstTakeover(context, 4_000))
    const figure = (name: string, { ours, keepalived }: Pair, limit: number): Figure => ({
      ...{ issue: 4, figure: name, unit: 'ms', ours, bar: limit },
      peer: { name: 'keepalived', value: keepalived },
    })
    return [
      figure(THOUSAND, few.takeover, Math.min(2, few.takeover.keepalived)),
      figure(FOUR_THOUSAND, many.takeover, Math.min(8, many.takeover.keepalived)),
      figure(GAP, many.gap, 20),
    ]
  },
}

interface Pair {
  readonly ours: number
  readonly keepalived: number
}

export interface Context {
  readonly segment: Segment
  readonly programs: Programs
}

/** Does it on a fresh segment: a client, and a machine for the node. */
export async function inSegment<T>(measure: (context: Context) => Promise<T>): Promise<T> {
  const segment = new Segment()
  try {
    segment.machine('lb1', '10.0.255.11/16')
    segment.ip('client', 'address add 10.0.255.254/16 dev br0')
    return await measure({ segment, programs: await openPrograms(segment.folder) })
  } finally {
    await segment.close()
  }
}

/** The VIPs in their order, 250 to an instance. */
export const vip = (index: number) => `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`

async function worstTakeover(context: Context, count: number) {
  const rounds: Awaited<ReturnType<typeof compareTakeover>>[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await compareTakeover(context, count))
  const worst = (pairs: readonly Pair[]): Pair => ({
    ours: Math.max(...pairs.map(({ ours }) => ours)),
    keepalived: Math.max(...pairs.map(({ keepalived }) => keepalived)),
  })
  return {
    takeover: worst(rounds.map(({ takeover }) => takeover)),
    gap: worst(rounds.map(({ gap }) => gap)),
  }
}

/** A takeover of so many VIPs by either, one after the other; with virtual MAC or without. */
export async function compareTakeover(context: Context, count: number, isVirtual = true) {
  const ours = await oursTakes(context, count, isVirtual)
  const keepalived = await keepalivedTakes(context, count, isVirtual)
  return {
    takeover: { ours: ours.takeover_ms, keepalived: keepalived.takeover_ms },
    gap: { ours: ours.late_ms, keepalived: keepalived.late_ms },
  }
}

interface Takeover {
  readonly takeover_ms: number
  readonly late_ms: number
}

/** The agent's own console says how long before its advert it had decided. */
async function oursTakes(context: Context, count: number, isVirtual: boolean): Promise<Takeover> {
  const { segment, programs } = context
  const last = Math.ceil(count / VIPS_AN_INSTANCE)
    .toString(16)
    .padStart(2, '0')
  const mac = isVirtual ? `00:00:5e:00:01:${last}` : macOfNode(segment)
  const seen = await watchVip(context, vip(count - 1), mac)
  const agent = segment.agent(programs, 'lb1', manyVips(count, isVirtual))
  await agent.saw(/: i1 active/, 30)
  await sleep(1_500)
  const said = agent.lines().find(line => / i1 active .*open_us=\d+/.test(line)) ?? ''
  await agent.end()
  const open_us = Number(/open_us=(\d+)/.exec(said)?.[1])
  const { adverts, answered_us } = await seen()
  const [first = 0, second = 0] = adverts
  return {
    takeover_ms: (answered_us - first + open_us) / 1_000,
    late_ms: (second - first) / 1_000 - 1_000,
  }
}

/** It sends its first advert when it has decided, and its addresses come after that. */
async function keepalivedTakes(
  context: Context,
  count: number,
  isVirtual: boolean,
): Promise<Takeover> {
  const mac = isVirtual ? '00:00:5e:00:01:01' : macOfNode(context.segment)
  const seen = await watchVip(context, vip(count - 1), mac)
  const addresses = Array.from({ length: count }, (_, index) => vip(index))
  const keepalived = startPeer(context, [
    {
      ...instance(1, addresses.slice(0, 1)),
      excluded: addresses.slice(1),
      ...(isVirtual ? {} : { lines: ['version 3'] }),
    },
  ])
  await keepalived.saw(/Entering MASTER STATE/, 60)
  await sleep(2_500 + count / 2)
  await keepalived.end()
  const { adverts, answered_us } = await seen()
  const [first = 0, second = 0] = adverts
  return {
    takeover_ms: (answered_us - first) / 1_000,
    late_ms: (second - first) / 1_000 - 1_000,
  }
}

const macOfNode = (segment: Segment) =>
  /link\/ether (\S+)/.exec(segment.ip('lb1', 'link show front'))?.[1] ?? ''

// A client has a processor of its own: a question that waits for the one that the agent has would
// say nothing of the answer.
const ASK_FIRST = ['chrt', '--fifo', '60', 'perl', 'test/support/echo-until.pl']

/** From now on: when router 1 said that it is active, and when the VIP first answered. */
async function watchVip(context: Context, address: string, mac: string) {
  const { segment, programs } = context
  segment.ip('client', `neighbour replace ${address} dev br0 lladdr ${mac} nud permanent`)
  segment.floodAll()
  const frames = await segment.capture(programs, 'lb1')
  const asking = segment.start('client', [...ASK_FIRST, address])
  return async () => {
    await asking.end('SIGKILL')
    const all = frames()
    const adverts = all.filter(frame => advertOf(frame)?.vrid === 1 && isClaim(frame))
    const answered = all.find(frame => isEchoReply(frame, address))
    if (adverts.length < 2 || answered === undefined) {
      throw new Error(
        `${adverts.length} adverts, and ${address} ${answered ? 'answers' : 'is mute'}`,
      )
    }
    return { adverts: adverts.map(({ at_us }) => at_us), answered_us: answered.at_us }
  }
}

const isClaim = (frame: CapturedFrame) => (advertOf(frame)?.priority ?? 0) > 0

function isEchoReply({ bytes }: CapturedFrame, address: string): boolean {
  const isIcmp = bytes[12] === 8 && bytes[13] === 0 && bytes[23] === 1
  return isIcmp && bytes[34] === 0 && bytes.subarray(26, 30).join('.') === address
}

/** One group with as many instances as the VIPs need. */
function manyVips(count: number, isVirtual: boolean): NodeConfig {
  const config = withInstances(Math.ceil(count / VIPS_AN_INSTANCE), 1_000, index =>
    Array.from({ length: VIPS_AN_INSTANCE }, (_, at) => `${vip(index * VIPS_AN_INSTANCE + at)}/16`),
  )
  if (isVirtual) return config
  const instances = config.vrrp.instances.map(each => ({ ...each, virtual_mac: false }))
  return { ...config, vrrp: { ...config.vrrp, instances } }
}

/** A node with so many instances in one group. */
export function withInstances(
  count: number,
  advert_interval_ms: number,
  addresses: (index: number) => readonly string[],
): NodeConfig {
  const options = { name: 'lb1', address: '10.0.255.11/16', priority: 200, vips: [] }
  const config = nodeConfig({ ...options, advert_interval_ms })
  const [sample] = config.vrrp.instances
  if (sample === undefined) throw new Error('a node has an instance')
  const instances = Array.from({ length: count }, (_, index) => ({
    ...sample,
    ...{ name: `i${index + 1}`, vrid: index + 1, addresses: addresses(index) },
  }))
  const groups = config.vrrp.groups.map(group => ({
    ...group,
    instances: instances.map(({ name }) => name),
  }))
  return { ...config, vrrp: { ...config.vrrp, instances, groups } }
}

/** An instance of keepalived. */
export const instance = (vrid: number, vips: readonly string[]): KeepalivedInstance => ({
  ...{ name: `i${vrid}`, vrid, priority: 200, vips },
})

/** keepalived on the node's machine. */
export const startPeer = (
  { segment, programs }: Context,
  instances: readonly KeepalivedInstance[],
) => startKeepalived(segment, 'lb1', { program: programs.keepalived, instances })
