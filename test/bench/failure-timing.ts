import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { advertOf, type CapturedFrame } from '../../src/lab/capture.ts'
import { arrangePair } from '../netns/arrange.ts'
import { startKeepalived } from '../netns/keepalived.ts'
import { nodeConfig, openPrograms, type Programs, type Running, Segment } from '../netns/segment.ts'
import type { Figure, Topic } from './figure.ts'

const INTERVALS_MS = [1000, 100, 10]
const ROUNDS = 5
const PRIORITY = 100
const nameOf = (interval_ms: number) => `failure timing at ${interval_ms} ms adverts`

/** Starts the router of a machine with a priority; resolves when it is active or backup. */
type Start = (segment: Segment, machine: string, priority: number) => Promise<Running>

/**
 * From the last advert of an active router whose machine dies to the first of its backup, against
 * the formula of RFC 9568 6.1; ours and keepalived's in turn, so that both see the same machine.
 */
export const failureTiming: Topic = {
  name: 'failure timing',
  figures: INTERVALS_MS.map(nameOf),
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      const programs = await openPrograms(folder)
      const figures: Figure[] = []
      for (const interval_ms of INTERVALS_MS) figures.push(await measureAt(programs, interval_ms))
      return figures
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function measureAt(programs: Programs, interval_ms: number): Promise<Figure> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await lateness(programs, interval_ms, agentWith(programs, interval_ms)))
    theirs.push(await lateness(programs, interval_ms, keepalivedWith(programs, interval_ms)))
  }
  return {
    issue: 4,
    figure: nameOf(interval_ms),
    unit: 'ms off the formula, the worst of five',
    ours: Math.max(...ours),
    peer: { name: 'keepalived', value: Math.max(...theirs) },
    bar: 20,
  }
}

/** How far from the formula the backup's first advert was, in milliseconds. */
async function lateness(programs: Programs, interval_ms: number, start: Start): Promise<number> {
  const segment = new Segment()
  try {
    arrangePair(segment)
    const [frames1, frames2] = [
      await segment.capture(programs, 'lb1'),
      await segment.capture(programs, 'lb2'),
    ]
    await start(segment, 'lb1', 200)
    await start(segment, 'lb2', PRIORITY)
    await sleep(3.3 * interval_ms + 100)
    // Not killed: the kernel, which both machines have in common here, keeps every change of
    // nf_tables waiting while it takes away what a process has left (16 to 24 ms).
    segment.freezeAll('lb1', 'director')
    segment.freezeAll('lb1', 'keepalived')
    await sleep(4 * interval_ms + 200)
    const last_us = advertTimes(frames1()).at(-1) ?? 0
    const first_us = advertTimes(frames2()).find(at => at > last_us) ?? 0
    const expected_us = (3 + (256 - PRIORITY) / 256) * interval_ms * 1000
    return Math.abs(first_us - last_us - expected_us) / 1000
  } finally {
    await segment.close()
  }
}

const advertTimes = (frames: readonly CapturedFrame[]) =>
  frames.filter(frame => advertOf(frame) !== undefined).map(({ at_us }) => at_us)

const agentWith =
  (programs: Programs, advert_interval_ms: number): Start =>
  async (segment, machine, priority) => {
    const address = machine === 'lb1' ? '192.0.2.11/24' : '192.0.2.12/24'
    const vips = ['192.0.2.100/24']
    const config = nodeConfig({ name: machine, address, priority, vips, advert_interval_ms })
    const agent = segment.agent(programs, machine, config)
    await agent.saw(priority === 200 ? /front active/ : /front backup/)
    return agent
  }

const keepalivedWith =
  (programs: Programs, interval_ms: number): Start =>
  async (segment, machine, priority) => {
    const running = startKeepalived(segment, machine, {
      program: programs.keepalived,
      instances: [{ priority, interval_ms, vips: ['192.0.2.100/24'] }],
      globals: ['vrrp_rt_priority 50'],
    })
    await running.saw(priority === 200 ? /Entering MASTER STATE/ : /Entering BACKUP STATE/)
    return running
  }
