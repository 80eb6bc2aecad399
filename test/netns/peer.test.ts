import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { advertOf } from '../../src/lab/capture.ts'
import { requires } from '../support/requires.ts'
import { nodeConfig, openPrograms, type Programs, type Running, Segment } from './segment.ts'

interface Context {
  segment: Segment
  programs: Programs
}

const netns = requires<Context>('root', 'netns', 'mirror')
const VIP = '192.0.2.100'

netns.beforeEach(async t => {
  const segment = new Segment()
  segment.machine('lb1', '192.0.2.251/24')
  segment.machine('peer', '192.0.2.12/24')
  t.context = { segment, programs: await openPrograms(segment.folder) }
})

netns.afterEach.always(t => t.context.segment?.close())

/**
 * keepalived with one VRRPv3 instance, its log on standard error.
 *
 * Without `v3_checksum_as_v2` it sends and demands the checksum of RFC 5798 as it reads it, with a
 * pseudo-header; with it, that of RFC 9568.
 */
function startKeepalived(
  { segment, programs }: Context,
  priority: number,
  ...options: readonly string[]
): Running {
  const file = join(segment.folder, 'keepalived.conf')
  writeFileSync(
    file,
    `global_defs {
  vrrp_version 3
  vrrp_garp_master_repeat 1
  vrrp_garp_master_delay 1
}
vrrp_instance peer {
  state BACKUP
  interface front
  virtual_router_id 10
  priority ${priority}
  advert_int 0.1
  use_vmac
  ${options.join('\n  ')}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`,
  )
  const pid = (name: string) => join(segment.folder, `${name}.pid`)
  return segment.start('peer', [
    ...programs.keepalived,
    ...['--dont-fork', '--log-console', '--log-detail', '--vrrp', '--use-file', file],
    ...['--pid', pid('keepalived'), '--vrrp_pid', pid('vrrp')],
  ])
}

const agentWith = ({ segment, programs }: Context, priority: number): Running =>
  segment.agent(
    programs,
    'lb1',
    nodeConfig({ name: 'lb1', address: '192.0.2.251/24', priority, vips: [`${VIP}/24`] }),
  )

netns.serial('the first adverts are the golden packet, byte for byte', async t => {
  const { segment, programs } = t.context
  const frames = await segment.capture(programs, 'lb1')
  const config = nodeConfig({
    name: 'lb1',
    address: '192.0.2.251/24',
    priority: 200,
    vips: ['192.0.2.1/24', '192.0.2.2/24'],
    advert_interval_ms: 1000,
    startup_hold_ms: 0,
  })
  const agent = segment.agent(programs, 'lb1', config)
  await agent.saw(/front active/)
  await sleep(100)
  t.is(await agent.end(), 0)
  const adverts = frames().filter(frame => advertOf(frame) !== undefined)
  t.is(adverts.length, 2)
  const [first = '', last = ''] = adverts.map(({ bytes }) => Buffer.from(bytes).toString('hex'))
  // 01:00:5e:00:00:12 from the virtual MAC, TTL 255, protocol 112, TOS 0xc0.
  t.is(first.slice(0, 28), '01005e000012' + '00005e00010a' + '0800')
  t.is(first.slice(28, 32), '45c0')
  t.is(first.slice(44, 48), 'ff70')
  t.is(first.slice(52, 68), 'c00002fb' + 'e0000012')
  t.is(first.slice(68), '310ac8020064828ac0000201c0000202')
  t.is(last.slice(68), '310a000200644a8bc0000201c0000202')
})

netns.serial(
  'keepalived with the lower priority stays backup, and takes over after priority 0',
  async t => {
    const agent = agentWith(t.context, 200)
    await agent.saw(/front active/)
    const keepalived = startKeepalived(t.context, 100, 'v3_checksum_as_v2')
    await keepalived.saw(/Entering BACKUP STATE/)
    await sleep(1500)
    t.false(keepalived.lines().some(line => /MASTER STATE/.test(line)))
    t.false(agent.lines().some(line => /front backup \(higher/.test(line)))
    t.is(await agent.end(), 0)
    await keepalived.saw(/Entering MASTER STATE/)
  },
)

netns.serial(
  'an agent with the lower priority is backup to keepalived, and takes over from it',
  async t => {
    const keepalived = startKeepalived(t.context, 200)
    await keepalived.saw(/Entering MASTER STATE/)
    const agent = agentWith(t.context, 100)
    await agent.saw(/front backup/)
    await sleep(1500)
    t.false(agent.lines().some(line => /active/.test(line)))
    t.regex(replyIn(await askArp(t.context)), /00:00:5e:00:01:0a/i)
    keepalived.child.kill('SIGTERM')
    await agent.saw(/front active \(peer_released\)/)
    t.regex(replyIn(await askArp(t.context)), /00:00:5e:00:01:0a/i)
  },
)

const askArp = ({ segment, programs }: Context) =>
  segment.run('client', [...programs.arping, '-c', '1', '-w', '2', '-I', 'br0', VIP])

const replyIn = (said: string) => said.split('\n').find(line => /reply/.test(line)) ?? said
