import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrangePair } from '../netns/arrange.ts'
import { BAUD, guardedNode, startOnLine, VIP } from '../netns/guarded.ts'
import { startKeepalived } from '../netns/keepalived.ts'
import { NullModem } from '../netns/null-modem.ts'
import { openPrograms, type Programs, type Running, Segment } from '../netns/segment.ts'
import type { Figure, Topic } from './figure.ts'

const ROUNDS = 7
const PEER_ROUNDS = 3
const VIRTUAL_MAC = '00:00:5e:00:01:0a'
/** Echo requests, this far apart: no gap can be told from a shorter one. */
const PING_GAP_S = 0.002

/**
 * What a client sees of a handover that was ordered: the longest time between two answers of the
 * VIP, at adverts every second; keepalived's is its clean stop, since it has no such order.
 */
export const handover: Topic = {
  name: 'planned handover',
  figures: ['planned handover, median', 'planned handover, worst'],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      const programs = await openPrograms(folder)
      const ours = await ourGaps(programs)
      const theirs = await keepalivedGaps(programs)
      const median = (gaps: readonly number[]) =>
        [...gaps].sort((left, right) => left - right)[gaps.length >> 1] ?? Number.NaN
      const unit = 'ms without an answer'
      return [
        {
          ...{ issue: 5, figure: 'planned handover, median', unit, bar: 20 },
          ours: median(ours),
          peer: { name: 'keepalived', value: median(theirs) },
        },
        {
          ...{ issue: 5, figure: 'planned handover, worst', unit, bar: 35 },
          ours: Math.max(...ours),
          peer: { name: 'keepalived', value: Math.max(...theirs) },
        },
      ] satisfies readonly Figure[]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

function newSegment(): Segment {
  const segment = new Segment()
  arrangePair(segment)
  segment.floodAll()
  segment.ip('client', `neighbour replace ${VIP} dev br0 lladdr ${VIRTUAL_MAC} nud permanent`)
  return segment
}

/** The order goes to and fro between two agents on a paced line of 115,200 bit/s. */
async function ourGaps(programs: Programs): Promise<readonly number[]> {
  const segment = newSegment()
  const line = await NullModem.open(BAUD)
  try {
    const start = (id: 1 | 2) => {
      const config = guardedNode(id, { advert_interval_ms: 1_000 })
      return startOnLine({ segment, programs, line }, id, config)
    }
    const order = (machine: string, word: string) => {
      const socket = ['--socket', segment.socket(machine)]
      return segment.run(machine, [programs.agent, 'directorctl', word, ...socket])
    }
    const nodes = [start(1), start(2)] as const
    // Whichever of them was ready first.
    const isActive = (node: Running) => node.saw(/front active/)
    const first = await Promise.race(nodes.map((node, at) => isActive(node).then(() => at)))
    const gaps: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const [from, to] = (first + round) % 2 === 0 ? ['lb1', 'lb2'] : ['lb2', 'lb1']
      await order(to, 'join')
      await sleep(1_000)
      gaps.push(await gapDuring(segment, programs, () => order(from, 'standby')))
    }
    return gaps
  } finally {
    await segment.close()
    line.close()
  }
}

async function keepalivedGaps(programs: Programs): Promise<readonly number[]> {
  const gaps: number[] = []
  for (let round = 0; round < PEER_ROUNDS; round += 1) {
    const segment = newSegment()
    try {
      const active = startPeer(segment, programs, 'lb1', 200)
      await active.saw(/Entering MASTER STATE/)
      await startPeer(segment, programs, 'lb2', 100).saw(/Entering BACKUP STATE/)
      await sleep(2_000)
      gaps.push(await gapDuring(segment, programs, () => active.end('SIGTERM')))
    } finally {
      await segment.close()
    }
  }
  return gaps
}

function startPeer(segment: Segment, programs: Programs, machine: string, priority: number) {
  const instances = [{ priority, vips: [`${VIP}/24`] }]
  return startKeepalived(segment, machine, { program: programs.keepalived, instances })
}

/** The longest time between two answers while something is done, in milliseconds. */
async function gapDuring(
  segment: Segment,
  programs: Programs,
  act: () => Promise<unknown>,
): Promise<number> {
  const words = ['-D', '-n', '-c', '1000', '-i', `${PING_GAP_S}`, '-W', '1', VIP]
  const pinged = segment.run('client', [...programs.ping, ...words])
  await sleep(500)
  await act()
  const times = [...(await pinged).matchAll(/^\[([0-9.]+)\] \d+ bytes from/gm)].map(found =>
    Number(found[1]),
  )
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  if (times.length < 100) throw new Error(`the VIP answered ${times.length} of 1000 requests`)
  return Math.max(...gaps) * 1_000
}
