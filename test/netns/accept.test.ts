import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeConfig, VrrpInstanceConfig } from '../../src/model/node-config.ts'
import { addClientIpv6, addTwoFamilies } from './arrange.ts'
import { nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

// Accept_Mode of RFC 9568 6.1 and 6.4.3, for both families, as a host on the segment sees it.

const PORT = '8080'

/** What is asked of a VIP. */
const QUESTIONS = ['resolved', 'probed', 'forwarded', 'echo', 'connection'] as const
type Question = (typeof QUESTIONS)[number]

/** What each kind of VIP answers: neighbours and those whom it is a gateway for, always. */
const TABLE: readonly (readonly [vip: string, kind: string, answered: readonly Question[]])[] = [
  ['192.0.2.100', 'accept', QUESTIONS],
  ['2001:db8::100', 'accept', QUESTIONS],
  ['192.0.2.120', 'no accept', ['resolved', 'probed', 'forwarded']],
  ['2001:db8::120', 'no accept', ['resolved', 'probed', 'forwarded']],
  ['192.0.2.130', 'the owner, although no accept', QUESTIONS],
  ['2001:db8::130', 'the owner, although no accept', QUESTIONS],
]

const netns = onSegment(async segment => {
  addTwoFamilies(segment, 'lb1', 11)
  segment.machine('far', '192.0.2.40/24')
  addClientIpv6(segment)
  // Beyond the director, so that it forwards what is for it.
  segment.ip('far', 'address add 198.51.100.9/32 dev front')
  segment.ip('far', '-6 address add 2001:db8:9::9/128 dev front nodad')
  segment.ip('far', '-6 address add 2001:db8::40/64 dev front nodad')
  segment.ip('lb1', 'route add 198.51.100.9/32 via 192.0.2.40')
  segment.ip('lb1', '-6 route add 2001:db8:9::9/128 via 2001:db8::40')
  for (const key of ['ipv4.ip_forward', 'ipv6.conf.all.forwarding']) {
    await segment.run('lb1', ['sysctl', '-w', `net.${key}=1`])
  }
})

function config(): NodeConfig {
  const node = nodeConfig({ name: 'lb1', address: '192.0.2.11/24', priority: 200, vips: [] })
  const [plain] = node.vrrp.instances
  const both = (name: string, host: number, more: Partial<VrrpInstanceConfig>) =>
    [
      [name, [`192.0.2.${host}/24`]],
      [`${name}6`, [`fe80::${host}/64`, `2001:db8::${host}/64`]],
    ].map(
      ([title, addresses]) =>
        ({ ...plain, name: title, vrid: host - 90, addresses, ...more }) as VrrpInstanceConfig,
    )
  const instances = [
    ...both('open', 100, { accept: true }),
    ...both('shut', 120, { accept: false }),
    ...both('own', 130, { accept: false, priority: 255 }),
  ]
  const groups = instances.map(({ name }) => ({
    ...{ name, instances: [name], failback: 'automatic' as const, failback_delay_ms: 0 },
  }))
  return { ...node, vrrp: { startup_hold_ms: 200, instances, groups } }
}

const SERVER = `require('net').createServer(s => s.end('here')).listen(${PORT}, '::')`
const CLIENT = `require('net').connect(${PORT}, process.argv[1]).on('data', d => { console.log('' + d) })
  .setTimeout(1500, () => process.exit(1)).on('error', () => process.exit(1))`

const ping = async ({ segment, programs }: SegmentContext, to: string) =>
  /bytes from/.test(
    await segment.run('client', [...programs.ping, '-n', '-c', '2', '-i', '0.2', '-W', '1', to]),
  )

/** What the client finds out about a VIP, but for what is only routed through it. */
async function ask(context: SegmentContext, vip: string): Promise<readonly Question[]> {
  const { segment } = context
  const family = vip.includes(':') ? '-6' : '-4'
  const entry = () => segment.ip('client', `${family} neighbour show ${vip} dev br0`)
  const echo = await ping(context, vip)
  const node = [process.execPath, '-e', CLIENT, vip]
  const connection = /here/.test(await segment.run('client', node))
  const resolved = /lladdr 00:00:5e:00:0/.test(entry())
  // A probe is unicast, and only an answer makes the entry reachable again.
  if (resolved) segment.ip('client', `${family} neighbour change ${vip} dev br0 nud probe`)
  await sleep(1_200)
  const probed = /REACHABLE/.test(entry())
  const found = { resolved, probed, forwarded: false, echo, connection }
  return QUESTIONS.filter(question => found[question])
}

/** Does the VIP's node forward what has it as its gateway? */
async function forwards(context: SegmentContext, vip: string): Promise<boolean> {
  const [family, beyond] = vip.includes(':') ? ['-6', '2001:db8:9::9'] : ['-4', '198.51.100.9']
  context.segment.ip('client', `${family} route replace ${beyond} via ${vip} dev br0`)
  const found = await ping(context, beyond)
  context.segment.ip('client', `${family} route delete ${beyond}`)
  return found
}

netns.serial('accept mode says what a VIP answers, but never to neighbours', async t => {
  const { segment, programs } = t.context
  segment.start('lb1', [process.execPath, '-e', SERVER])
  const agent = segment.agent(programs, 'lb1', config())
  for (const name of ['open6', 'shut6', 'own6']) await agent.saw(new RegExp(`${name} active`))
  for (const name of ['open', 'shut', 'own']) await agent.saw(new RegExp(`${name} active`))
  // The announcements are out, and the client has read them.
  await sleep(500)
  const found = await Promise.all(TABLE.map(([vip]) => ask(t.context, vip)))
  for (const [at, [vip, kind, answered]] of TABLE.entries()) {
    t.deepEqual(
      found[at],
      answered.filter(each => each !== 'forwarded'),
      `${vip}: ${kind}`,
    )
    t.is(await forwards(t.context, vip), answered.includes('forwarded'), `${vip}: ${kind}`)
  }
  t.is(await agent.end(), 0)
  for (const [vip] of TABLE) segment.ip('client', `neighbour flush to ${vip}`)
  const closed = await Promise.all(TABLE.map(([vip]) => ask(t.context, vip)))
  t.deepEqual(closed.flat(), [])
  for (const vip of ['192.0.2.100', '2001:db8::100']) t.false(await forwards(t.context, vip))
})
