import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { addClientIpv6, addTwoFamilies } from './arrange.ts'
import { nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

// Routes, policy rules and blocks that follow ownership, as the kernel holds them.

const VIP = '192.0.2.100'

const netns = onSegment(segment => {
  addTwoFamilies(segment, 'lb1', 11)
  addTwoFamilies(segment, 'lb2', 12)
  addClientIpv6(segment)
  // The router before the pair sends the blocks to the VIPs.
  segment.ip('client', `route add 203.0.113.0/24 via ${VIP}`)
  segment.ip('client', '-6 route add 2001:db8:5::/64 via 2001:db8::100')
})

function configOf(name: 'lb1' | 'lb2', virtual_mac: boolean): NodeConfig {
  const host = name === 'lb1' ? 11 : 12
  const mac = virtual_mac ? {} : { virtual_mac }
  const config = nodeConfig({
    ...{ name, address: `192.0.2.${host}/24`, priority: name === 'lb1' ? 200 : 100 },
    vips: [`${VIP}/24`],
    instance: {
      ...mac,
      blocks: ['203.0.113.0/24'],
      routes: [
        { to: '0.0.0.0/0', via: '192.0.2.254', table: 100, source: VIP },
        { to: '198.51.100.0/24', table: 1000 },
      ],
      rules: [{ from: `${VIP}/32`, table: 100, preference: 10_000 }],
    },
  })
  const [front] = config.vrrp.instances
  const [all] = config.vrrp.groups
  if (front === undefined || all === undefined) throw new Error('a node has an instance')
  const front6 = {
    ...front,
    name: 'front6',
    addresses: ['fe80::100/64', '2001:db8::100/64'],
    blocks: ['2001:db8:5::/64'],
    routes: [{ to: '::/0', via: '2001:db8::fe', table: 100 }],
    rules: [{ to: '2001:db8:7::/64', table: 100, preference: 10_001 }],
  }
  const groups = [{ ...all, instances: ['front', 'front6'] }]
  return { ...config, vrrp: { ...config.vrrp, instances: [front, front6], groups } }
}

/** What a machine's kernel holds that says that the agent made it. */
function heldBy({ segment }: SegmentContext, machine: string): readonly string[] {
  const said = [4, 6].flatMap(family =>
    [
      segment.ip(machine, `-${family} route show table all proto 209`),
      segment.ip(machine, `-${family} rule show`),
    ].flatMap(text => text.split('\n')),
  )
  return said
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(line => line !== '' && !/^(0|32766|32767): /.test(line))
    .map(line => line.replace(/ (proto \S+|metric \d+|pref medium|scope \S+)/g, ''))
    .toSorted()
}

const ALL = [
  '10000: from 192.0.2.100 lookup 100',
  '10001: from all to 2001:db8:7::/64 lookup 100',
  '198.51.100.0/24 dev front table 1000',
  'default via 192.0.2.254 dev front table 100 src 192.0.2.100',
  'default via 2001:db8::fe dev front table 100',
  'local 2001:db8:5::/64 dev lo table local',
  'local 203.0.113.0/24 dev lo table local',
]

async function answers({ segment, programs }: SegmentContext, address: string): Promise<number> {
  const words = ['-n', '-c', '5', '-i', '0.02', '-W', '0.3', address]
  const said = await segment.run('client', [...programs.ping, ...words])
  return said.split('\n').filter(line => /bytes from/.test(line)).length
}

for (const isVirtual of [true, false]) {
  const kind = isVirtual ? 'a virtual MAC' : "the interface's own MAC"
  netns.serial(`routes, rules and blocks are where the VIPs are, with ${kind}`, async t => {
    const { segment, programs } = t.context
    const lb1 = segment.agent(programs, 'lb1', configOf('lb1', isVirtual))
    await lb1.saw(/listening/)
    t.deepEqual(heldBy(t.context, 'lb1'), [])
    const lb2 = segment.agent(programs, 'lb2', configOf('lb2', isVirtual))
    await lb1.saw(/front6 active/, 10)
    await lb1.saw(/front active/)
    await lb2.saw(/front6 backup/)
    t.deepEqual(heldBy(t.context, 'lb1'), ALL)
    t.deepEqual(heldBy(t.context, 'lb2'), [])
    for (const address of ['203.0.113.77', '2001:db8:5::77']) {
      t.is(await answers(t.context, address), 5, address)
    }

    // Someone else changes them: they are put right.
    segment.ip('lb1', 'route del table 100 default')
    segment.ip('lb2', 'rule add from 192.0.2.100 lookup 100 pref 10000 protocol 209')
    await lb1.saw(/alarm: 1 routes or rules of front were repaired/, 10)
    await lb2.saw(/alarm: 1 routes or rules of front were repaired/, 10)
    t.deepEqual(heldBy(t.context, 'lb1'), ALL)
    t.deepEqual(heldBy(t.context, 'lb2'), [])

    // Killed: nothing is left, and the next life starts without it as well.
    await lb1.end('SIGKILL')
    await lb2.saw(/front6 active/)
    await lb2.saw(/front active/)
    await sleep(200)
    t.deepEqual(heldBy(t.context, 'lb1'), [])
    t.deepEqual(heldBy(t.context, 'lb2'), ALL)
    t.is(await answers(t.context, '203.0.113.77'), 5)
    segment.ip('lb1', 'route add 198.51.100.128/25 dev front table 77 proto 209')
    const next = segment.agent(programs, 'lb1', configOf('lb1', isVirtual))
    await next.saw(/front6 backup/)
    t.deepEqual(heldBy(t.context, 'lb1'), [])

    t.is(await lb2.end(), 0)
    await next.saw(/front6 active/)
    await next.saw(/front active/)
    t.deepEqual(heldBy(t.context, 'lb2'), [])
    t.deepEqual(heldBy(t.context, 'lb1'), ALL)
    t.is(await next.end(), 0)
    t.deepEqual(heldBy(t.context, 'lb1'), [])
  })
}
