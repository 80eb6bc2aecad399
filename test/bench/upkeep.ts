import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../netns/segment.ts'
import type { Topic } from './figure.ts'
import { type Context, inSegment, instance, startPeer, vip, withInstances } from './ownership.ts'

const MEMORY = 'memory, 100 instances'
const CPU = 'processor, 100 instances, 100 ms adverts'

const INSTANCES = 100
const SETTLE_MS = 10_000
const CPU_MS = 20_000

/** What it costs to be active, ours and keepalived's, one after the other on the same segment. */
export const upkeep: Topic = {
  name: 'upkeep',
  figures: [MEMORY, CPU],
  async measure() {
    const { ours, theirs } = await inSegment(compareUpkeep)
    const figure = (name: string, unit: string, own: number, peer: number, bar: number) => ({
      ...{ issue: 4, figure: name, unit, ours: own, bar },
      peer: { name: 'keepalived', value: peer },
    })
    return [
      figure(MEMORY, 'MB', ours.memory_mb, theirs.memory_mb, theirs.memory_mb / 2),
      figure(CPU, '%', ours.cpu, theirs.cpu, theirs.cpu * 1.5),
    ]
  },
}

async function compareUpkeep(context: Context) {
  const { segment, programs } = context
  const agent = segment.agent(programs, 'lb1', hundredInstances())
  await agent.saw(/: i100 active/, 30)
  const ours = await costOf(agent)
  await agent.end()
  const keepalived = startPeer(
    context,
    Array.from({ length: INSTANCES }, (_, index) => ({
      ...instance(index + 1, [vip(index)]),
      interval_ms: 100,
    })),
  )
  const theirs = await costOf(keepalived)
  await keepalived.end()
  return { ours, theirs }
}

/** Memory of all its processes, what they share counted once, and processor time in percent. */
async function costOf(running: Running) {
  await sleep(SETTLE_MS)
  const pids = familyOf(running.child.pid ?? 0)
  const before = spent_ns(pids)
  await sleep(CPU_MS)
  const cpu = ((spent_ns(pids) - before) / (CPU_MS * 1e6)) * 100
  const kilobytes = pids.map(pid =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0),
  )
  return { memory_mb: kilobytes.reduce((sum, each) => sum + each, 0) / 1_024, cpu }
}

function familyOf(pid: number): readonly number[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const children = tasks.flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return [pid, ...children.flatMap(child => familyOf(Number(child)))]
}

/** Time on a processor; each of these processes has one thread. */
const spent_ns = (pids: readonly number[]) =>
  pids.reduce(
    (sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]),
    0,
  )

const hundredInstances = () => withInstances(INSTANCES, 100, index => [`${vip(index)}/16`])
