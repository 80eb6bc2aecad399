import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '../../src/agent/control/status-types.ts'
import { nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

const VIPS = ['192.0.2.100/24', '192.0.2.101/24']
const LB1 = nodeConfig({ name: 'lb1', address: '192.0.2.11/24', priority: 200, vips: VIPS })

const netns = onSegment(segment => segment.machine('lb1', '192.0.2.11/24'))

const deviceOf = ({ segment }: SegmentContext) =>
  /vr4\.10\.\d+/.exec(segment.ip('lb1', '-o link show type macvlan'))?.[0] ?? 'none'

const statusOf = ({ segment, programs }: SegmentContext): Status =>
  JSON.parse(
    execFileSync(
      programs.agent,
      ['directorctl', 'status', '--json', '--socket', segment.socket('lb1')],
      { encoding: 'utf8' },
    ),
  )

netns.serial(
  'a sysctl and a VIP that someone else has changed are put right, and it is said',
  async t => {
    const { segment, programs } = t.context
    const agent = segment.agent(programs, 'lb1', LB1)
    await agent.saw(/front active/)
    const device = deviceOf(t.context)
    await segment.run('lb1', ['sh', '-c', 'echo 0 >/proc/sys/net/ipv4/conf/front/arp_ignore'])
    segment.ip('lb1', `address delete 192.0.2.101/32 dev ${device}`)
    segment.ip('lb1', `address add 192.0.2.77/32 dev ${device}`)
    await agent.saw(/alarm: vr4\.10\.\d+: 3 values were repaired/)
    t.is(await segment.run('lb1', ['cat', '/proc/sys/net/ipv4/conf/front/arp_ignore']), '1\n')
    const addresses = segment.ip('lb1', `-4 -o address show dev ${device}`)
    t.deepEqual(addresses.match(/192\.0\.2\.\d+/g), ['192.0.2.100', '192.0.2.101'])
    t.is(statusOf(t.context).host?.vip_repairs, 3)
    t.is(await agent.end(), 0)
  },
)

netns.serial('a VIP that someone else has opened is closed again', async t => {
  const { segment, programs } = t.context
  const config = { ...LB1, vrrp: { ...LB1.vrrp, startup_hold_ms: 60_000 } }
  const agent = segment.agent(programs, 'lb1', config)
  await agent.saw(/listening/)
  const device = deviceOf(t.context)
  segment.ip('lb1', `link set ${device} protodown off`)
  await agent.saw(/alarm: vr4\.10\.\d+ was changed by someone else: .*protodown is off/)
  t.regex(segment.ip('lb1', `-d link show ${device}`), /protodown on/)
  t.is(await agent.end(), 0)
})

netns.serial('a link that comes back gives a closed VIP no carrier', async t => {
  const { segment, programs } = t.context
  const config = { ...LB1, vrrp: { ...LB1.vrrp, startup_hold_ms: 60_000 } }
  const agent = segment.agent(programs, 'lb1', config)
  await agent.saw(/listening/)
  const device = deviceOf(t.context)
  segment.ip('client', 'link set lb1 down')
  await agent.saw(/front link_down/)
  segment.ip('client', 'link set lb1 up')
  await agent.saw(/front link_up/)
  // The agent hears of the carrier right after the kernel has given it.
  for (let tries = 0; tries < 100; tries += 1) {
    if (/NO-CARRIER/.test(segment.ip('lb1', `link show ${device}`))) break
    await sleep(50)
  }
  const shown = segment.ip('lb1', `-d link show ${device}`)
  t.regex(shown, /NO-CARRIER/)
  t.regex(shown, /protodown on/)
  t.is(await agent.end(), 0)
})

netns.serial('an agent whose VIP device is deleted ends, so that it is started anew', async t => {
  const { segment, programs } = t.context
  const agent = segment.agent(programs, 'lb1', LB1)
  await agent.saw(/front active/)
  segment.ip('lb1', `link delete ${deviceOf(t.context)}`)
  await agent.saw(/alarm: vr4\.10\.\d+ was deleted by someone else/)
  t.is(await agent.ended, 1)
  const next = segment.agent(programs, 'lb1', LB1)
  await next.saw(/front active/)
  t.is(await next.end(), 0)
})
