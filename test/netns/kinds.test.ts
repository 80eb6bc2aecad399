import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeConfig, VrrpInstanceConfig } from '../../src/model/node-config.ts'
import { nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

// Every kind of instance at once, between two agents: both families, unicast, an owner, groups at
// home on different nodes, VIPs that answer for services alone.

const netns = onSegment(segment => {
  for (const [machine, host] of [
    ['lb1', 11],
    ['lb2', 12],
  ] as const) {
    segment.machine(machine, `192.0.2.${host}/24`)
    // As the boot does where the cluster file names a link-local address: no other one.
    segment.ip(machine, 'link set front addrgenmode none')
    segment.ip(machine, 'link set front down')
    segment.ip(machine, 'link set front up')
    segment.ip(machine, `-6 address add fe80::${host}/64 dev front nodad`)
    segment.ip(machine, `-6 address add 2001:db8::${host}/64 dev front nodad`)
  }
  segment.ip('client', '-6 address add 2001:db8::fe/64 dev br0 nodad')
})

function configOf(id: 1 | 2): NodeConfig {
  const peer = 13 - id
  const config = nodeConfig({
    name: `lb${id}`,
    address: `192.0.2.1${id}/24`,
    priority: 100,
    vips: [],
  })
  const [plain] = config.vrrp.instances
  const instance = (
    name: string,
    vrid: number,
    addresses: readonly string[],
    more: Partial<VrrpInstanceConfig> = {},
  ) => {
    const family = addresses[0]?.includes(':') ? `fe80::1${peer - 10}` : `192.0.2.1${peer - 10}`
    const base = { ...(plain as VrrpInstanceConfig), advert_interval_ms: 200, peer: family }
    return { ...base, name, vrid, addresses, ...more }
  }
  const home = { priority: id === 1 ? 200 : 100 }
  const away = { priority: id === 1 ? 100 : 200 }
  const owned = { priority: id === 1 ? 100 : 255 }
  const group = (name: string, ...instances: readonly string[]) => {
    return { name, instances, failback: 'automatic' as const, failback_delay_ms: 0 }
  }
  return {
    ...config,
    vrrp: {
      startup_hold_ms: 300,
      instances: [
        instance('front', 10, ['192.0.2.100/24'], { ...home, accept: false }),
        instance('front6', 10, ['fe80::100/64', '2001:db8::100/64'], { ...home, accept: false }),
        instance('uni', 20, ['192.0.2.120/24'], { ...away, unicast: true }),
        instance('uni6', 20, ['fe80::120/64', '2001:db8::120/64'], { ...away, unicast: true }),
        instance('own', 30, ['192.0.2.130/24'], owned),
      ],
      groups: [
        group('service', 'front', 'front6'),
        group('uni', 'uni', 'uni6'),
        group('own', 'own'),
      ],
    },
  }
}

const VIPS = ['192.0.2.100', '2001:db8::100', '192.0.2.120', '2001:db8::120', '192.0.2.130']

/** Which of the VIPs answer to three echo requests. */
async function echoing({ segment, programs }: SegmentContext): Promise<readonly string[]> {
  const said = await Promise.all(
    VIPS.map(vip =>
      segment.run('client', [...programs.ping, '-n', '-c', '3', '-i', '0.2', '-W', '1', vip]),
    ),
  )
  return VIPS.filter((_, at) => /bytes from/.test(said[at] ?? ''))
}

/** The VIPs whose neighbour entry is a virtual MAC. */
function resolved({ segment }: SegmentContext): readonly string[] {
  const table = segment.ip('client', 'neighbour show')
  return VIPS.filter(vip => new RegExp(`^${vip} .*lladdr 00:00:5e:00:0`, 'm').test(table))
}

netns.serial('each kind of instance is active where it is at home, and moves away', async t => {
  const { segment, programs } = t.context
  const lb1 = segment.agent(programs, 'lb1', configOf(1))
  const lb2 = segment.agent(programs, 'lb2', configOf(2))
  await lb1.saw(/front6 active/)
  for (const name of ['uni', 'uni6', 'own']) await lb2.saw(new RegExp(`: ${name} active`))
  await lb2.saw(/own active \(address_owner\)/)
  await sleep(500)
  const [held1, held2] = ['lb1', 'lb2'].map(machine =>
    [
      ...segment
        .ip(machine, '-d -o link show type macvlan')
        .matchAll(/(vr\S+?)@(?!.*protodown on)/g),
    ]
      .map(([, name = '']) => name.replace(/\.\d+$/, ''))
      .sort(),
  )
  t.deepEqual(held1, ['vr4.10', 'vr6.10'])
  t.deepEqual(held2, ['vr4.20', 'vr4.30', 'vr6.20'])

  // Without accept mode a VIP is found by its neighbours and answers nobody.
  t.deepEqual(await echoing(t.context), VIPS.slice(2))
  t.deepEqual(resolved(t.context), VIPS)

  await lb2.end('SIGKILL')
  for (const name of ['uni', 'uni6', 'own']) await lb1.saw(new RegExp(`: ${name} active`))
  t.deepEqual(await echoing(t.context), VIPS.slice(2))

  // The owner takes its own back at once, the others after Active_Down; nobody waits for a hold.
  const back = segment.agent(programs, 'lb2', configOf(2))
  await back.saw(/own active \(address_owner\)/)
  await lb1.saw(/own backup \(higher_priority\)/)
  await lb1.saw(/uni6 backup \(higher_priority\)/)
  t.is(await back.end(), 0)
  await lb1.saw(/own active \(peer_released\)/)
  t.false(
    lb1.lines().some(line => /discarded/.test(line)),
    lb1.lines().join('\n'),
  )
})

netns.serial('a closed VIP of IPv6 answers nobody, not even who knows its MAC', async t => {
  const { segment, programs } = t.context
  const config = configOf(1)
  const vrrp = { ...config.vrrp, startup_hold_ms: 60_000 }
  const agent = segment.agent(programs, 'lb1', { ...config, vrrp })
  await agent.saw(/listening/)
  const count = async (vip: string) => {
    const words = ['-n', '-c', '3', '-i', '0.2', '-W', '1', vip]
    const said = await segment.run('client', [...programs.ping, ...words])
    return said.split('\n').filter(line => /bytes from/.test(line)).length
  }
  t.is(await count('2001:db8::120'), 0)
  t.deepEqual(resolved(t.context), [])
  segment.floodAll()
  const pin = 'lladdr 00:00:5e:00:02:14 dev br0 nud permanent'
  segment.ip('client', `-6 neighbour replace 2001:db8::120 ${pin}`)
  t.is(await count('2001:db8::120'), 0)
  const table = segment.ip('lb1', '-6 address show dev front')
  t.notRegex(table, /tentative|dadfailed/)
})
