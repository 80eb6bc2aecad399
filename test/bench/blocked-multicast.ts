import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrangePair } from '../netns/arrange.ts'
import { BAUD, guardedNode, startOnLine, VIP } from '../netns/guarded.ts'
import { startKeepalived } from '../netns/keepalived.ts'
import { NullModem } from '../netns/null-modem.ts'
import {
  frontIndex,
  type Ownership,
  overlapsOf,
  type Signs,
  watchOwnership,
} from '../netns/ownership.ts'
import { openPrograms, type Programs, Segment } from '../netns/segment.ts'
import type { Figure, Topic } from './figure.ts'

const BLOCKED_S = 20
const SETTLED_MS = 1_500

/**
 * For how much of the time two nodes own the VIP while the segment passes no multicast and both are
 * alive: as their kernels show it, and as the answers to ARP and echo requests do.
 */
export const blockedMulticast: Topic = {
  name: 'blocked multicast',
  figures: ['two owners, multicast blocked', 'answers of two, multicast blocked'],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      const programs = await openPrograms(folder)
      const ours = await inSegment(segment => watchAgents(segment, programs))
      const theirs = await inSegment(segment => watchKeepalived(segment, programs))
      return [
        {
          ...{ issue: 5, figure: 'two owners, multicast blocked', unit: '% of the time', bar: 0 },
          ours: shareOfTwo(ours),
          peer: { name: 'keepalived', value: shareOfTwo(theirs) },
        },
        {
          ...{ issue: 5, figure: 'answers of two, multicast blocked', unit: 'answers', bar: 0 },
          ours: doubledOf(ours),
          peer: { name: 'keepalived', value: doubledOf(theirs) },
        },
      ] satisfies readonly Figure[]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function inSegment(watch: (segment: Segment) => Promise<Ownership>): Promise<Ownership> {
  const segment = new Segment()
  arrangePair(segment)
  try {
    return await watch(segment)
  } finally {
    await segment.close()
  }
}

/** Two agents with a paced line and datagrams beside VRRP, adverts every second. */
async function watchAgents(segment: Segment, programs: Programs): Promise<Ownership> {
  const line = await NullModem.open(BAUD)
  try {
    const start = (id: 1 | 2) => {
      const config = guardedNode(id, { advert_interval_ms: 1_000 })
      return startOnLine({ segment, programs, line }, id, config)
    }
    const nodes = [start(1), start(2)]
    await Promise.race(nodes.map(node => node.saw(/front active/, 20)))
    const signOf = (machine: string) => {
      const device = `vr4.10.${frontIndex(segment, machine)}`
      const folder = `/sys/class/net/${device}`
      return [machine, `${folder}/proto_down=^0`, `${folder}/carrier=^1`] as const
    }
    return await whileBlocked(segment, programs, [signOf('lb1'), signOf('lb2')])
  } finally {
    line.close()
  }
}

async function watchKeepalived(segment: Segment, programs: Programs): Promise<Ownership> {
  const start = (machine: string, priority: number) => {
    const instances = [{ priority, vips: [`${VIP}/24`] }]
    return startKeepalived(segment, machine, { program: programs.keepalived, instances })
  }
  await start('lb1', 200).saw(/Entering MASTER STATE/, 20)
  await start('lb2', 100).saw(/Entering BACKUP STATE/, 20)
  const held = '/proc/net/fib_trie=192\\.0\\.2\\.100\\s+/32 host LOCAL'
  return whileBlocked(segment, programs, [
    ['lb1', held],
    ['lb2', held],
  ])
}

async function whileBlocked(
  segment: Segment,
  programs: Programs,
  signs: Signs,
): Promise<Ownership> {
  await sleep(SETTLED_MS)
  for (const port of ['lb1', 'lb2']) {
    segment.ip('client', `link set ${port} type bridge_slave mcast_flood off`)
  }
  const end = await watchOwnership(segment, programs, VIP, signs)
  await sleep(BLOCKED_S * 1_000)
  return end()
}

function shareOfTwo({ kernel: [left = [], right = []] }: Ownership): number {
  const all = [...left, ...right]
  if (all.length === 0) throw new Error('nobody owned the VIP')
  const length_us =
    Math.max(...all.map(({ to_us }) => to_us)) - Math.min(...all.map(({ from_us }) => from_us))
  const two_us = overlapsOf(left, right).reduce((sum, span) => sum + span.to_us - span.from_us, 0)
  return (100 * two_us) / length_us
}

function doubledOf({ answered, answered_twice_us, echoes, echoes_doubled }: Ownership): number {
  if (answered === 0 || echoes === 0) throw new Error('nobody answered for the VIP')
  return answered_twice_us.length + echoes_doubled
}
