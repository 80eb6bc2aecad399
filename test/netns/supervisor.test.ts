import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '../../src/agent/control/status-types.ts'
import { advertOf } from '../../src/lab/capture.ts'
import { arrangePair } from './arrange.ts'
import { nodeConfig, type Running } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

const VIP = '192.0.2.100'
const ONE_SECOND = nodeConfig({
  name: 'lb1',
  address: '192.0.2.11/24',
  priority: 200,
  vips: [`${VIP}/24`],
  advert_interval_ms: 1_000,
})

const netns = onSegment(segment => {
  arrangePair(segment)
  segment.floodAll()
  segment.ip('client', `neighbour replace ${VIP} dev br0 lladdr 00:00:5e:00:01:0a nud permanent`)
})

/** Asks for the VIP every 20 ms, by ARP that nobody remembers; how many answers came. */
async function answers({ segment, programs }: SegmentContext, count: number): Promise<number> {
  const words = ['-n', '-c', `${count}`, '-i', '0.02', '-W', '0.2', VIP]
  const said = await segment.run('client', [...programs.ping, ...words])
  return said.split('\n').filter(line => /bytes from/.test(line)).length
}

const protoDown = ({ segment }: SegmentContext) =>
  /protodown on/.test(segment.ip('lb1', '-d link show type macvlan'))

const statusOf = ({ segment, programs }: SegmentContext): Status =>
  JSON.parse(
    execFileSync(
      programs.agent,
      ['directorctl', 'status', '--json', '--socket', segment.socket('lb1')],
      { encoding: 'utf8' },
    ),
  )

/** The process ids of what a process has started. */
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** Two agents of which the first is active. */
async function startPair({
  segment,
  programs,
}: SegmentContext): Promise<readonly [Running, Running]> {
  const lb1 = segment.agent(programs, 'lb1', ONE_SECOND)
  await lb1.saw(/front active/)
  const config = { ...ONE_SECOND, node: { name: 'lb2', id: 2 } }
  const instances = config.vrrp.instances.map(each => ({ ...each, priority: 100 }))
  const lb2 = segment.agent(programs, 'lb2', { ...config, vrrp: { ...config.vrrp, instances } })
  await lb2.saw(/front backup/)
  return [lb1, lb2]
}

netns.serial('the supervisor closes the VIPs of an agent that is killed, both ways', async t => {
  const { segment, programs } = t.context
  const agent = segment.agent(programs, 'lb1', ONE_SECOND)
  await agent.saw(/front active/)
  t.is(await answers(t.context, 5), 5)
  await agent.end('SIGKILL')
  await sleep(100)
  t.true(protoDown(t.context))
  t.is(await answers(t.context, 5), 0)
})

netns.serial(
  'the supervisor closes the VIPs of an agent that is stopped; going on, it yields first',
  async t => {
    const { segment, programs } = t.context
    const [agent, other] = await startPair(t.context)
    const sent = await segment.capture(programs, 'lb1')
    agent.child.kill('SIGSTOP')
    // Half of Active_Down: 1.5 s after the last sign of life, the peer waits for twice as long.
    await sleep(1_900)
    t.true(protoDown(t.context), 'the VIP is open although the loop is silent')
    t.is(await answers(t.context, 5), 0)
    agent.child.kill('SIGCONT')
    await agent.saw(/front backup \(loop_stalled\).*closed_by=supervisor/)
    await other.saw(/front active/)
    await sleep(300)
    t.deepEqual(
      sent().flatMap(frame => advertOf(frame) ?? []),
      [],
    )
    t.is(statusOf(t.context).loop.stalls, 1)
  },
)

netns.serial('a supervisor that ends is started again, and it is said', async t => {
  const { segment, programs } = t.context
  const agent = segment.agent(programs, 'lb1', ONE_SECOND)
  await agent.saw(/front active/)
  const { host } = statusOf(t.context)
  t.like(host, { supervisor: { running: true, restarts: 0, silence_ms_max: 1_500 } })
  t.like(host, { scheduling: 'real_time', memory: 'locked' })
  const [first] = childrenOf(agent.child.pid ?? 0)
  t.truthy(first)
  process.kill(first ?? 0, 'SIGKILL')
  await agent.saw(/alarm: the supervisor has ended/)
  t.like(statusOf(t.context).problems[0], { level: 'alarm', code: 'supervisor_absent' })
  await sleep(1_500)
  t.like(statusOf(t.context).host, { supervisor: { running: true, restarts: 1 } })
  t.is(statusOf(t.context).problems.length, 0)
  agent.child.kill('SIGSTOP')
  await sleep(1_900)
  t.true(protoDown(t.context))
  agent.child.kill('SIGCONT')
  t.is(await agent.end(), 0)
})
