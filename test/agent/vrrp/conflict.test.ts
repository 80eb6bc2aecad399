import test from 'ava'
import type { Status } from '../../../src/agent/control/status-types.ts'
import type { Effect } from '../../../src/agent/machine.ts'
import { instant } from '../../../src/agent/units.ts'
import { parseAddress } from '../../../src/agent/wire/address.ts'
import { encodeGratuitousArp } from '../../../src/agent/wire/arp.ts'
import { parseMac, virtualMac } from '../../../src/agent/wire/ethernet.ts'
import type { Ipv6 } from '../../../src/agent/wire/ipv6.ts'
import { encodeUnsolicitedNeighbour } from '../../../src/agent/wire/neighbour.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { answerIn, newRig, type Rig, saidIn, sentIn } from '../../support/rig.ts'

const STRANGER = parseMac('52:54:00:00:00:99') ?? []
const VIP = '192.0.2.100'

/** Somebody says that a VIP is at his MAC address. */
function claim(rig: Rig, mac: readonly number[] = STRANGER, address = VIP): readonly Effect[] {
  const parsed = parseAddress(address)
  const frame =
    typeof parsed === 'number'
      ? encodeGratuitousArp(mac, parsed)
      : encodeUnsolicitedNeighbour(mac, parsed as Ipv6)
  return rig.step({ kind: 'neighbour', interface: 'front', packet: frame.subarray(14) })
}

const conflictsIn = (rig: Rig) =>
  (answerIn(rig.ask({ command: 'status' })) as Status).instances[0]?.conflicts

const counted = (rig: Rig) => {
  const { conflicts_heard, conflicts_answered } = rig.state.instances[0]?.counters ?? {}
  return [conflicts_heard, conflicts_answered]
}

const ownMac = (rig: Rig) => parseMac(rig.state.interfaces[0]?.mac ?? '') ?? []

test('C1: a backup ignores its own MAC address', t => {
  const rig = newRig().toBackup()
  t.deepEqual(claim(rig, ownMac(rig)), [])
  t.deepEqual(counted(rig), [0, 0])
})

test('C2: the virtual MAC address is where the active router has the VIP', t => {
  const rig = newRig().toBackup()
  t.deepEqual(claim(rig, virtualMac(10)), [], 'it was not asked for')
  rig.now = ((rig.state.instances[0]?.router.downAt ?? 0) - 200_000) as typeof rig.now
  t.true(sentIn(rig.step({ kind: 'wake' })).includes(`front probe ${VIP}`))
  t.deepEqual(saidIn(claim(rig, virtualMac(10))), ['front vip_answered'])
  t.deepEqual(claim(rig, virtualMac(10)), [], 'said once')
  t.deepEqual(counted(rig), [0, 0])
})

test('C3: a backup alarms for another MAC address, and announces nothing', t => {
  const rig = newRig().toBackup()
  const effects = claim(rig)
  t.deepEqual(saidIn(effects), ['front address_conflict'])
  t.deepEqual(sentIn(effects), [])
  t.deepEqual(claim(rig), [], 'said once')
  t.deepEqual(counted(rig), [2, 0])
  t.like(conflictsIn(rig)?.[0], { address: VIP, mac: '52:54:00:00:00:99', claims: 2 })
  t.is(rig.state.groups[0]?.role, 'backup')
})

test('C4: an active router ignores its own MAC address', t => {
  const rig = newRig().toActive()
  t.deepEqual(claim(rig, ownMac(rig)), [])
})

test('C5: an active router leaves the virtual MAC address to the adverts', t => {
  const rig = newRig().toActive()
  t.deepEqual(claim(rig, virtualMac(10)), [])
  t.deepEqual(saidIn(claim(rig, virtualMac(11))), ['front address_conflict'], 'of another VRID')
})

test('C6: an active router announces a VIP that somebody claims, and keeps it', t => {
  const rig = newRig().toActive()
  const effects = claim(rig)
  t.deepEqual(saidIn(effects), ['front address_conflict'])
  t.deepEqual(sentIn(effects), [`front arp ${VIP}`])
  t.deepEqual(counted(rig), [1, 1])
  t.is(rig.state.groups[0]?.role, 'active')
  const said = answerIn(rig.ask({ command: 'status' })) as Status
  t.like(said.problems[0], { level: 'alarm', code: 'address_conflict', subject: 'front' })
})

test('C7: a VIP is announced for that at most every 10 s, and once more after the last claim', t => {
  const rig = newRig().toActive()
  const start = rig.now
  t.deepEqual(sentIn(claim(rig)), [`front arp ${VIP}`])
  // Adverts go on; without a wake the loop would count as stalled.
  const runUntil = (ms: number) => {
    const arps: string[] = []
    while (rig.now < start + ms * 1_000) {
      arps.push(...sentIn(rig.settle(rig.pass(100).step({ kind: 'wake' }))))
    }
    return arps.filter(line => line.startsWith('front arp'))
  }
  runUntil(4_000)
  t.deepEqual(sentIn(claim(rig)), [])
  t.deepEqual(runUntil(9_900), [])
  t.deepEqual(runUntil(10_000), [`front arp ${VIP}`])
  t.deepEqual(counted(rig), [2, 2])
  t.deepEqual(runUntil(20_000), [], 'nobody claims it any more')
  t.deepEqual(sentIn(claim(rig)), [`front arp ${VIP}`], 'a whole interval later at once')
})

test('another machine with the same VIP is told apart, and shares the limit', t => {
  const rig = newRig().toActive()
  claim(rig)
  const effects = claim(rig, [2, 0, 0, 0, 0, 1])
  t.deepEqual(saidIn(effects), ['front address_conflict'])
  t.deepEqual(sentIn(effects), [])
  t.is(conflictsIn(rig)?.length, 2)
})

test('a conflict is over a minute after the last claim', t => {
  const rig = newRig().toBackup()
  claim(rig)
  const at = rig.state.instances[0]?.conflictAt
  t.is(at, instant(rig.now + 60_000_000))
  rig.now = at ?? rig.now
  for (const instance of rig.state.instances) instance.router = { ...instance.router, downAt: at }
  t.true(saidIn(rig.step({ kind: 'wake' })).includes('front address_conflict_over'))
  t.deepEqual(conflictsIn(rig), [])
})

test('no more than eight conflicts are kept, and what is dropped is counted', t => {
  const rig = newRig().toBackup()
  for (let last = 1; last <= 10; last += 1) claim(rig, [2, 0, 0, 0, 0, last])
  t.deepEqual(
    conflictsIn(rig)?.map(({ mac }) => mac.slice(-2)),
    ['03', '04', '05', '06', '07', '08', '09', '0a'],
  )
  t.is(rig.state.instances[0]?.counters.conflicts_dropped, 2)
})

test('a VIP of IPv6 is defended by a neighbour advertisement', t => {
  const [config] = pairConfigs({ family: 'ipv6' })
  const rig = newRig(config).toActive()
  const before = rig.state.instances[0]?.counters.neighbours_sent ?? 0
  t.deepEqual(saidIn(claim(rig, STRANGER, '2001:db8::100')), ['front6 address_conflict'])
  t.is(rig.state.instances[0]?.counters.neighbours_sent, before + 1)
})

test('what is no VIP of the interface, and what cannot be read, is nothing', t => {
  const rig = newRig().toActive()
  t.deepEqual(claim(rig, STRANGER, '192.0.2.101'), [])
  t.deepEqual(claim(rig, STRANGER, '10.77.0.1'), [], 'a VIP of another interface')
  for (const length of [0, 1, 27]) {
    const packet = new Uint8Array(length).fill(0x60)
    t.deepEqual(rig.step({ kind: 'neighbour', interface: 'front', packet }), [])
  }
  t.deepEqual(counted(rig), [0, 0])
})

test('it is asked once before the timer runs out, and not at all while adverts come', t => {
  const rig = newRig().toBackup()
  for (let heard = 0; heard < 5; heard += 1) {
    for (const instance of ['front', 'back']) rig.hear({ instance, priority: 254 })
    rig.pass(1_000)
    rig.step({ kind: 'wake' })
  }
  t.is(rig.state.instances[0]?.counters.probes_sent, 0)
  const downAt = rig.state.instances[0]?.router.downAt ?? 0
  rig.now = (downAt - 200_001) as typeof rig.now
  t.deepEqual(sentIn(rig.step({ kind: 'wake' })), [])
  rig.now = (downAt - 200_000) as typeof rig.now
  t.deepEqual(sentIn(rig.step({ kind: 'wake' })), [`front probe ${VIP}`, 'back probe 10.77.0.1'])
  rig.now = (downAt - 1) as typeof rig.now
  t.deepEqual(sentIn(rig.step({ kind: 'wake' })), [])
  rig.now = downAt as typeof rig.now
  rig.settle(rig.step({ kind: 'wake' }))
  t.is(rig.state.groups[0]?.role, 'active')
})
