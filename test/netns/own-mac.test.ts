import { setTimeout as sleep } from 'node:timers/promises'
import { toHex } from '../../src/agent/wire/bytes.ts'
import { advertOf } from '../../src/lab/capture.ts'
import { addClientIpv6, addTwoFamilies } from './arrange.ts'
import { nodeConfig, type Running } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

// VIPs on the interface itself, with its own MAC address: `virtual_mac: false`.

const VIP = '192.0.2.100'
const MORE = '192.0.2.101'
const VIP_6 = '2001:db8::100'

const netns = onSegment(segment => {
  addTwoFamilies(segment, 'lb1', 11)
  addTwoFamilies(segment, 'lb2', 12)
  addClientIpv6(segment)
})

/** A node whose group has an IPv4 and an IPv6 instance, neither with a virtual MAC. */
function configOf(name: 'lb1' | 'lb2', advert_interval_ms = 100) {
  const host = name === 'lb1' ? 11 : 12
  const config = nodeConfig({
    ...{ name, address: `192.0.2.${host}/24`, priority: name === 'lb1' ? 200 : 100 },
    ...{ vips: [`${VIP}/24`], advert_interval_ms },
    instance: { virtual_mac: false, more_addresses: [`${MORE}/24`] },
  })
  const [front] = config.vrrp.instances
  if (front === undefined) throw new Error('a node has an instance')
  const front6 = {
    ...{ ...front, name: 'front6', more_addresses: [] },
    addresses: ['fe80::100/64', `${VIP_6}/64`],
  }
  const [all] = config.vrrp.groups
  const groups = all === undefined ? [] : [{ ...all, instances: ['front', 'front6'] }]
  return { ...config, vrrp: { ...config.vrrp, instances: [front, front6], groups } }
}

async function startPair(
  { segment, programs }: SegmentContext,
  advert_interval_ms?: number,
): Promise<readonly [Running, Running]> {
  const lb1 = segment.agent(programs, 'lb1', configOf('lb1', advert_interval_ms))
  await lb1.saw(/listening/)
  const lb2 = segment.agent(programs, 'lb2', configOf('lb2', advert_interval_ms))
  await lb1.saw(/front6 active/, 10)
  await lb1.saw(/front active/)
  await lb2.saw(/front6 backup/)
  return [lb1, lb2]
}

/** The VIPs that a machine's kernel holds on its interface, sorted. */
function heldBy({ segment }: SegmentContext, machine: string): readonly string[] {
  const found = segment.ip(machine, '-o address show dev front').matchAll(/inet6? (\S+)/g)
  return [...found]
    .map(([, prefix = '']) => prefix)
    .filter(prefix => /[.:]10[01]\//.test(prefix))
    .toSorted()
}

const ALL = [`${MORE}/32`, `${VIP}/32`, `${VIP_6}/128`, 'fe80::100/64'].toSorted()

const macOf = ({ segment }: SegmentContext, machine: string) =>
  /link\/ether (\S+)/.exec(segment.ip(machine, 'link show front'))?.[1] ?? ''

/** How many of five questions a VIP answers, the neighbour asked for each time. */
async function answers({ segment, programs }: SegmentContext, vip: string): Promise<number> {
  segment.ip('client', 'neighbour flush dev br0')
  const said = await segment.run('client', [
    ...programs.ping,
    ...['-n', '-c', '5', '-i', '0.02', '-W', '0.3', vip],
  ])
  return said.split('\n').filter(line => /bytes from/.test(line)).length
}

/** The same for whoever believes for ever that the VIP is at a machine. */
async function answersAt(context: SegmentContext, machine: string, vip: string): Promise<number> {
  const { segment, programs } = context
  segment.ip(
    'client',
    `neighbour replace ${vip} dev br0 lladdr ${macOf(context, machine)} nud permanent`,
  )
  const said = await segment.run('client', [
    ...programs.ping,
    ...['-n', '-c', '5', '-i', '0.02', '-W', '0.3', vip],
  ])
  segment.ip('client', `neighbour del ${vip} dev br0`)
  return said.split('\n').filter(line => /bytes from/.test(line)).length
}

netns.serial('the VIPs are on the active node alone, and move with the group', async t => {
  const { segment, programs } = t.context
  const sent = await segment.capture(programs, 'lb1')
  const [lb1, lb2] = await startPair(t.context)
  t.deepEqual(heldBy(t.context, 'lb1'), ALL)
  t.deepEqual(heldBy(t.context, 'lb2'), [])
  for (const vip of [VIP, MORE, VIP_6]) {
    t.is(await answers(t.context, vip), 5, vip)
    t.is(await answersAt(t.context, 'lb2', vip), 0, `${vip} at the backup`)
  }
  const adverts = sent().filter(frame => advertOf(frame) !== undefined)
  t.true(adverts.length > 5)
  for (const { bytes } of adverts) {
    t.is(toHex(bytes.subarray(6, 12)), macOf(t.context, 'lb1').replaceAll(':', ''))
  }
  // What someone else takes away or puts there is put right.
  segment.ip('lb1', `address delete ${MORE}/32 dev front`)
  segment.ip('lb2', `address add ${VIP}/32 dev front`)
  for (const each of [lb1, lb2]) await each.saw(/alarm: vo4\.10\.\d+: 1 values were repaired/, 10)
  t.deepEqual(heldBy(t.context, 'lb1'), ALL)
  t.deepEqual(heldBy(t.context, 'lb2'), [])
  t.is(await lb1.end(), 0)
  await lb2.saw(/front active \(peer_released\)/)
  await lb2.saw(/front6 active/)
  t.deepEqual(heldBy(t.context, 'lb1'), [])
  t.deepEqual(heldBy(t.context, 'lb2'), ALL)
  for (const vip of [VIP, MORE, VIP_6]) t.is(await answers(t.context, vip), 5, vip)
  t.is(await lb2.end(), 0)
  t.deepEqual(heldBy(t.context, 'lb2'), [])
})

netns.serial('an agent that is killed or stopped loses its VIPs, both ways', async t => {
  const { segment } = t.context
  const [lb1, lb2] = await startPair(t.context, 1_000)
  lb1.child.kill('SIGSTOP')
  await sleep(1_900)
  t.deepEqual(heldBy(t.context, 'lb1'), [])
  t.is(await answersAt(t.context, 'lb1', VIP), 0)
  await lb2.saw(/front active/)
  lb1.child.kill('SIGCONT')
  await lb1.saw(/front backup \(loop_stalled\)/)
  await lb2.end('SIGKILL')
  await sleep(200)
  t.deepEqual(heldBy(t.context, 'lb2'), [])
  t.is(await answersAt(t.context, 'lb2', VIP_6), 0)
  t.true(segment.ip('lb2', 'address show dev front').includes('192.0.2.12/24'))
  await lb1.end()
})

netns.serial('without accept mode a VIP is found by its neighbours and answers nobody', async t => {
  const { segment, programs } = t.context
  const config = configOf('lb1')
  const instances = config.vrrp.instances.map(each => ({ ...each, accept: false }))
  const vrrp = { ...config.vrrp, instances }
  const agent = segment.agent(programs, 'lb1', { ...config, vrrp })
  await agent.saw(/front6 active/, 10)
  await agent.saw(/front active/)
  for (const vip of [VIP, VIP_6]) {
    t.is(await answers(t.context, vip), 0, vip)
    const entry = segment.ip('client', `neighbour show ${vip} dev br0`)
    t.true(entry.includes(macOf(t.context, 'lb1')), `${vip}: ${entry}`)
  }
  // The interface's own addresses are nobody's VIPs.
  for (const own of ['192.0.2.11', '2001:db8::11']) t.is(await answers(t.context, own), 5, own)
  t.is(await agent.end(), 0)
})
