import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Status } from '../../src/agent/control/status-types.ts'
import { parseAddress } from '../../src/agent/wire/address.ts'
import { encodeGratuitousArp } from '../../src/agent/wire/arp.ts'
import { toHex } from '../../src/agent/wire/bytes.ts'
import { parseMac } from '../../src/agent/wire/ethernet.ts'
import type { Ipv4 } from '../../src/agent/wire/ipv4.ts'
import { arpClaim } from '../../src/lab/capture.ts'
import { arrangePair } from './arrange.ts'
import { nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

const VIP = '192.0.2.100'
const VIRTUAL_MAC = '00:00:5e:00:01:0a'
const FRAMES = fileURLToPath(new URL('../support/frames.pl', import.meta.url))
const STRANGER = parseMac('52:54:00:00:00:99') ?? []

const configOf = (name: string, host: number, priority: number, vip: string) =>
  nodeConfig({ name, address: `192.0.2.${host}/24`, priority, vips: [vip] })

const netns = onSegment(segment => {
  arrangePair(segment)
  segment.machine('stranger', '192.0.2.66/24')
})

async function statusOf({ segment, programs }: SegmentContext, machine: string): Promise<Status> {
  const words = ['directorctl', 'status', '--json', '--socket', segment.socket(machine)]
  return JSON.parse(await segment.run(machine, [programs.agent, ...words]))
}

const front = (status: Status) => status.instances[0]

/** The stranger sends so many frames, so many in a second. */
const send = (
  { segment }: SegmentContext,
  count: number,
  rate: number,
  frames: readonly Uint8Array[],
) => segment.run('stranger', ['perl', FRAMES, 'front', `${count}`, `${rate}`, ...frames.map(toHex)])

const claimOf = (address: string) => encodeGratuitousArp(STRANGER, parseAddress(address) as Ipv4)

netns.serial(
  'a third host claims the VIP: alarms on both, one announcement, nobody moves',
  async t => {
    const { segment, programs } = t.context
    const lb1 = segment.agent(programs, 'lb1', configOf('lb1', 11, 200, `${VIP}/24`))
    await lb1.saw(/front active/)
    const lb2 = segment.agent(programs, 'lb2', configOf('lb2', 12, 100, `${VIP}/24`))
    await lb2.saw(/front backup/)
    // Its two rounds of announcements are over.
    await new Promise(resolve => setTimeout(resolve, 2_300))
    const frames = await segment.capture(programs, 'lb1')
    const quiet = await segment.capture(programs, 'lb2')
    await send(t.context, 3, 10, [claimOf(VIP)])
    const said = /alarm: front address_conflict address=192.0.2.100 mac=52:54:00:00:00:99/
    await lb1.saw(said)
    await lb2.saw(said)
    const [status1, status2] = [await statusOf(t.context, 'lb1'), await statusOf(t.context, 'lb2')]
    const conflict = { address: VIP, mac: '52:54:00:00:00:99', claims: 3 }
    t.like(front(status1), { state: 'active', conflicts: [conflict] })
    t.like(front(status2), { state: 'backup', conflicts: [{ ...conflict, answered_age_s: null }] })
    t.like(front(status1)?.counters, { conflicts_heard: 3, conflicts_answered: 1 })
    t.like(front(status2)?.counters, { conflicts_heard: 3, conflicts_answered: 0 })
    t.true(status1.problems.some(({ code }) => code === 'address_conflict'))
    const claims = frames().flatMap(frame => arpClaim(frame) ?? [])
    t.deepEqual(
      claims.filter(({ isGratuitous }) => isGratuitous).map(({ address, mac }) => [address, mac]),
      [[VIP, VIRTUAL_MAC]],
    )
    t.deepEqual(
      quiet().flatMap(frame => arpClaim(frame) ?? []),
      [],
    )
  },
)

netns.serial('a stranger that has the VIP is found by the question before a takeover', async t => {
  const { segment, programs } = t.context
  segment.ip('stranger', `address add ${VIP}/32 dev front`)
  const lb1 = segment.agent(programs, 'lb1', configOf('lb1', 11, 200, `${VIP}/24`))
  await lb1.saw(/alarm: front address_conflict address=192.0.2.100/)
  await lb1.saw(/front active/)
  t.is(front(await statusOf(t.context, 'lb1'))?.counters.probes_sent, 1)
})

netns.serial('of the peer that serves the VIP an answer comes, and it is no conflict', async t => {
  const { segment, programs } = t.context
  const lb1 = segment.agent(programs, 'lb1', configOf('lb1', 11, 200, `${VIP}/24`))
  await lb1.saw(/front active/)
  const lb2 = segment.agent(programs, 'lb2', configOf('lb2', 12, 100, `${VIP}/24`))
  await lb2.saw(/front backup/)
  // A switch that filters multicast: adverts and nothing else.
  segment.ip('client', 'link set lb2 type bridge_slave mcast_flood off')
  await lb2.saw(/warning: front vip_answered address=192.0.2.100 mac=00:00:5e:00:01:0a/)
  t.deepEqual(front(await statusOf(t.context, 'lb2'))?.conflicts, [])
  // With VRRP alone the RFC decides.
  await lb2.saw(/front active \(down_timer_expired\)/)
})

netns.serial('a VIP of IPv6 that a third host claims is defended', async t => {
  const { segment, programs } = t.context
  const six = { name: 'front6', interface: 'front', addresses: ['fe80::100/64'] }
  const config = configOf('lb1', 11, 200, `${VIP}/24`)
  const [plain] = config.vrrp.instances
  if (plain === undefined) throw new Error('the config has an instance')
  const vrrp = { ...config.vrrp, instances: [{ ...plain, ...six }] }
  const groups = [{ ...config.vrrp.groups[0], instances: ['front6'] }] as typeof vrrp.groups
  const lb1 = segment.agent(programs, 'lb1', { ...config, vrrp: { ...vrrp, groups } })
  await lb1.saw(/front6 active/, 10)
  // The stranger has the address without asking, and says so.
  segment.ip('stranger', 'link set front down')
  await segment.run('stranger', ['sysctl', '-w', 'net.ipv6.conf.front.ndisc_notify=1'])
  segment.ip('stranger', 'link set front up')
  segment.ip('stranger', 'address add fe80::100/64 dev front nodad')
  segment.ip('stranger', 'link set front address 52:54:00:00:00:98')
  await lb1.saw(/alarm: front6 address_conflict address=fe80::100 mac=/)
  t.true((front(await statusOf(t.context, 'lb1'))?.counters.conflicts_answered ?? 0) >= 1)
})

netns.serial('thousands of ARPs a second of others do not wake the agent', async t => {
  const { segment, programs } = t.context
  const lb1 = segment.agent(programs, 'lb1', configOf('lb1', 11, 200, `${VIP}/24`))
  await lb1.saw(/front active/)
  await new Promise(resolve => setTimeout(resolve, 2_300))
  const noise = ['192.0.2.99', '192.0.2.101', '192.0.2.66', '10.9.8.7'].map(claimOf)
  const quiet = await wakesDuring(lb1.child.pid ?? 0, () => send(t.context, 0, 5_000, noise))
  const noisy = await wakesDuring(lb1.child.pid ?? 0, () => send(t.context, 10_000, 5_000, noise))
  t.true(noisy < 2_000, `${quiet} wakes of the agent without, ${noisy} with 10,000 frames`)
  const flood = await wakesDuring(lb1.child.pid ?? 0, () =>
    send(t.context, 10_000, 5_000, [claimOf(VIP)]),
  )
  t.true(flood < 2_000, `${flood} wakes with 10,000 claims of the VIP`)
  const status = await statusOf(t.context, 'lb1')
  t.true((status.host?.neighbour_floods ?? 0) > 0)
  t.true((front(status)?.counters.conflicts_heard ?? 0) < 2_000)
  t.is(front(status)?.state, 'active')
})

// How often a program was put to sleep: its loop turns once for each.
async function wakesDuring(pid: number, act: () => Promise<unknown>): Promise<number> {
  const read = () =>
    Number(
      /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
    )
  const before = read()
  await act()
  return read() - before
}
