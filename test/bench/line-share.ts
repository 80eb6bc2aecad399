import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PathsAnswer } from '../../src/agent/control/paths.ts'
import type { HeartbeatConfig, NodeConfig } from '../../src/model/node-config.ts'
import { arrangePair } from '../netns/arrange.ts'
import { BAUD, guardedNode, type OnLine, startOnLine } from '../netns/guarded.ts'
import { BITS_A_BYTE, NullModem } from '../netns/null-modem.ts'
import { openPrograms, Segment } from '../netns/segment.ts'
import type { Figure, Topic } from './figure.ts'

const FRAME = 'heartbeat frame, one group, three paths'
const SHARE = `share of a line of ${BAUD}, one way`
const INTERVAL_MS = 250
const SETTLED_MS = 3_000
const QUIET_S = 20

/** What the heartbeat of two agents needs of a serial line while nothing happens. */
export const lineShare: Topic = {
  name: 'line share',
  figures: [FRAME, SHARE],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    const segment = new Segment()
    arrangePair(segment)
    const line = await NullModem.open(BAUD)
    try {
      const pair = { segment, programs: await openPrograms(folder), line }
      const sent = await sentWhileQuiet(pair)
      const frames = sent.flatMap(framesOf)
      const most = Math.max(...sent.map(({ length }) => length))
      return [
        { issue: 5, figure: FRAME, unit: 'bytes', bar: 80, ours: longest(frames) },
        {
          ...{ issue: 5, figure: SHARE, unit: '%', bar: 3 },
          ours: (100 * most * BITS_A_BYTE) / BAUD / QUIET_S,
        },
      ] satisfies readonly Figure[]
    } finally {
      await segment.close()
      line.close()
      rmSync(folder, { recursive: true })
    }
  },
}

/** What each node writes to its port in so many seconds. */
async function sentWhileQuiet(pair: OnLine): Promise<readonly Buffer[]> {
  const { line } = pair
  const nodes = ([1, 2] as const).map(id => startOnLine(pair, id, threePaths(id)))
  await Promise.race(nodes.map(node => node.saw(/front active/, 20)))
  await sleep(SETTLED_MS)
  const before = line.sent.map(pieces => pieces.length)
  await sleep(QUIET_S * 1_000)
  const sent = line.sent.map((pieces, end) => Buffer.concat(pieces.slice(before[end])))
  for (const name of ['lb1', 'lb2']) await expectHeard(pair, name)
  return sent
}

/** Of another node than the one that is heard nothing could be said here. */
async function expectHeard({ segment, programs }: OnLine, name: string): Promise<void> {
  const words = ['directorctl', 'paths', '--json', '--socket', segment.socket(name)]
  const answer: PathsAnswer = JSON.parse(await segment.run(name, [programs.agent, ...words]))
  if (answer.paths.length === 3 && answer.paths.every(path => path.authenticated)) return
  throw new Error(`${name} does not hear the other node on all three paths`)
}

function threePaths(id: 1 | 2): NodeConfig {
  const config = guardedNode(id, { advert_interval_ms: 1_000 })
  const { heartbeat } = config
  if (heartbeat === undefined) throw new Error('a guarded node has a heartbeat')
  const more = heartbeat.paths.flatMap(path =>
    path.kind === 'udp' ? [{ ...path, name: 'more', port: 695 }] : [],
  )
  const all: HeartbeatConfig = {
    ...heartbeat,
    ...{ interval_ms: INTERVAL_MS, dead_ms: 4 * INTERVAL_MS },
    paths: [...heartbeat.paths, ...more],
  }
  return { ...config, heartbeat: all }
}

/** The lengths of whole frames, each with the two zero bytes that it stands between. */
function framesOf(bytes: Buffer): readonly number[] {
  const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0 ? [at] : []))
  return ends
    .slice(1)
    .map((end, index) => end - (ends[index] ?? end) + 1)
    .filter(length => length > 2)
}

function longest(frames: readonly number[]): number {
  // Each of the two sends four a second.
  const expected = (2 * QUIET_S * 1_000) / INTERVAL_MS
  if (frames.length < 0.9 * expected) {
    throw new Error(`${frames.length} frames came in ${QUIET_S} s, not some ${expected}`)
  }
  return Math.max(...frames)
}
