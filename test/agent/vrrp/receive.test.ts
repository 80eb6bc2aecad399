import test, { type ExecutionContext } from 'ava'
import { parseAddress } from '../../../src/agent/wire/address.ts'
import { addWords, checksumOf } from '../../../src/agent/wire/checksum.ts'
import { type Advert, VRRP_GROUP, VRRP_GROUP_6 } from '../../../src/agent/wire/vrrp.ts'
import { encodeAdvertPacket } from '../../../src/agent/wire/vrrp-packet.ts'
import { type PairOptions, pairConfigs } from '../../../src/sim/pair.ts'
import { effort } from '../../support/effort.ts'
import { fc } from '../../support/fast-check.ts'
import { newRig, type Rig, saidIn } from '../../support/rig.ts'

const at = (text: string) => parseAddress(text) ?? 0
const PEER = at('192.0.2.12')
const PEER6 = at('fe80::12')

const advert4: Advert = {
  version: 3,
  vrid: 10,
  priority: 100,
  interval_cs: 100,
  addresses: [at('192.0.2.100')],
}
const advert6: Advert = { ...advert4, addresses: [at('fe80::100'), at('2001:db8::100')] }

interface Sent {
  readonly advert?: Partial<Advert>
  readonly source?: string
  readonly destination?: string
  /** What is done to the packet afterwards; the message's checksum is then put right. */
  readonly change?: (packet: Uint8Array) => void
}

function packet4({ advert, source, destination, change }: Sent = {}): Uint8Array {
  const ends = {
    source: source === undefined ? PEER : at(source),
    destination: destination === undefined ? VRRP_GROUP : at(destination),
  }
  const packet = encodeAdvertPacket({ ...advert4, ...advert }, ends, 'message')
  if (change === undefined) return packet
  change(packet)
  packet.set([0, 0], 26)
  const sum = checksumOf(addWords(0, packet, 20, packet.length))
  packet.set([sum >> 8, sum & 255], 26)
  return packet
}

function packet6({ advert, source, destination, change }: Sent = {}): Uint8Array {
  const ends = {
    source: source === undefined ? PEER6 : at(source),
    destination: destination === undefined ? VRRP_GROUP_6 : at(destination),
  }
  const packet = encodeAdvertPacket({ ...advert6, ...advert }, ends, 'message')
  change?.(packet)
  return packet
}

const rigOf = (pair: PairOptions) => newRig(pairConfigs(pair)[0]).toBackup()

const receive = (rig: Rig, packet: Uint8Array) =>
  rig.step({ kind: 'advert', interface: 'front', packet })

const heardBy = (rig: Rig) =>
  rig.state.instances.reduce((sum, { counters }) => sum + counters.adverts_received, 0)

/** The packet is discarded by the check, counted, and said once. */
function refuses(t: ExecutionContext, pair: PairOptions, check: string, packet: Uint8Array): void {
  const rig = rigOf(pair)
  const effects = receive(rig, packet)
  t.deepEqual(rig.state.interfaces[0]?.discards, { [check]: 1 })
  t.is(heardBy(rig), 0)
  const [note] = effects.filter(effect => effect.kind === 'note')
  t.is(note?.reason, 'advert_discarded')
  t.is(note?.facts?.check, check)
  t.is(note?.level, check === 'R4' ? 'info' : 'warning')
  t.deepEqual(saidIn(receive(rig, packet)), [])
  rig.pass(60_000)
  t.deepEqual(
    saidIn(receive(rig, packet)).filter(line => line.endsWith('discarded')),
    ['front advert_discarded'],
  )
  t.is(rig.state.interfaces[0]?.discards[check], 3)
}

function accepts(t: ExecutionContext, pair: PairOptions, packet: Uint8Array): Rig {
  const rig = rigOf(pair)
  receive(rig, packet)
  t.deepEqual(rig.state.interfaces[0]?.discards, {})
  t.is(heardBy(rig), 1)
  return rig
}

const poke = (offset: number, value: number) => (packet: Uint8Array) => {
  packet[offset] = value
}

const slowest = () => packet4({ advert: { interval_cs: 4095 } })
const every = (interval_cs: number) => packet4({ advert: { version: 2, interval_cs } })
const globalFirst = () => packet6({ advert: { addresses: [...advert6.addresses].reverse() } })
const authenticated = (type: number) => packet4({ advert: { version: 2 }, change: poke(24, type) })

// Each check: the packet that it refuses, and the nearest one that it lets through.
const both: PairOptions = { family: 'both' }
const old: PairOptions = { version: 2 }
const unicast: PairOptions = { family: 'both', unicast: true }
const toUs = { destination: '192.0.2.11' }
const cases: readonly (readonly [string, string, PairOptions, Uint8Array, Uint8Array])[] = [
  ['R1', 'a message shorter than its addresses', {}, packet4({ change: poke(23, 2) }), packet4()],
  ['R2', 'version 2 where 3 is spoken', {}, packet4({ advert: { version: 2 } }), packet4()],
  ['R2', 'version 3 where 2 is spoken', old, packet4(), packet4({ advert: { version: 2 } })],
  ['R3', 'another type', {}, packet4({ change: poke(20, 0x32) }), packet4()],
  ['R4', 'another VRID', {}, packet4({ advert: { vrid: 11 } }), packet4()],
  ['R4', 'a VRID of the other family', {}, packet6(), packet4()],
  ['R5', 'a damaged message', {}, damaged(packet4()), packet4()],
  ['R5', 'IPv6 from an address that it was not summed with', both, moved(packet6()), packet6()],
  ['R6', 'a TTL of 254', {}, packet4({ change: poke(8, 254) }), packet4({ change: poke(8, 255) })],
  ['R6', 'a hop limit of 254', both, packet6({ change: poke(7, 254) }), packet6()],
  ['R7', 'no address', {}, packet4({ advert: { addresses: [] } }), packet4()],
  ['R8', 'an interval of 0', {}, packet4({ advert: { interval_cs: 0 } }), slowest()],
  ['R9', 'a first address that is not link-local', both, globalFirst(), packet6()],
  ['R11', 'authentication', old, authenticated(1), authenticated(0)],
  ['R11', 'another interval of version 2', old, every(200), every(100)],
  ['R14', 'our own address', {}, packet4({ source: '192.0.2.11' }), packet4()],
  ['R14', 'our own address of IPv6', both, packet6({ source: 'fe80::11' }), packet6()],
  ['R15', 'unicast where multicast is spoken', {}, packet4(toUs), packet4()],
  ['R15', 'multicast where unicast is spoken', unicast, packet4(), packet4(toUs)],
  [
    'R15',
    'unicast of a stranger',
    unicast,
    packet4({ ...toUs, source: '192.0.2.13' }),
    packet4(toUs),
  ],
  ['R16', 'another protocol', {}, packet4({ change: poke(9, 17) }), withOptions()],
  ['R16', 'another version of IP', {}, packet4({ change: poke(0, 0x75) }), packet4()],
]

function damaged(packet: Uint8Array): Uint8Array {
  packet[22] = 101
  return packet
}

function moved(packet: Uint8Array): Uint8Array {
  packet[23] = 0x13
  return packet
}

// R16: a header with four bytes of options is stepped over.
function withOptions(): Uint8Array {
  const plain = packet4()
  const packet = new Uint8Array(plain.length + 4)
  packet.set(plain.subarray(0, 20))
  packet.set([1, 1, 1, 0], 20)
  packet.set(plain.subarray(20), 24)
  packet[0] = 0x46
  packet[3] = packet.length
  return packet
}

for (const [check, what, pair, wrong, right] of cases) {
  test(`${check} refuses ${what}, and lets the nearest right one through`, t => {
    refuses(t, pair, check, wrong)
    accepts(t, pair, right)
  })
}

test('R10: the reserved bits are ignored, and R1: so is what the link padded', t => {
  accepts(t, {}, packet4({ change: packet => packet.set([(packet[24] ?? 0) | 0xf0], 24) }))
  const padded = new Uint8Array(46)
  padded.set(packet4())
  accepts(t, {}, padded)
})

test('R11: another interval of version 3 is said and adopted, from 10 ms to 40.95 s', t => {
  for (const interval_cs of [1, 4095]) {
    const rig = accepts(t, {}, packet4({ advert: { interval_cs, priority: 250 } }))
    t.is(Number(rig.state.instances[0]?.router.interval), interval_cs * 10_000)
    t.truthy(rig.state.instances[0]?.warnedAt.advert_interval_differs)
  }
})

test('R12 and R13: other addresses and a second owner are said, and the advert counts', t => {
  const addresses = [at('192.0.2.101')]
  const rig = accepts(t, {}, packet4({ advert: { addresses, priority: 255 } }))
  const [instance] = rig.state.instances
  t.is(instance?.counters.address_list_differs, 1)
  t.truthy(instance?.warnedAt.address_list_differs)
  t.truthy(instance?.warnedAt.address_owner_heard)
})

test('a router that is neither of the pair is an alarm, and takes part in the election', t => {
  const rig = rigOf({})
  const effects = receive(rig, packet4({ source: '192.0.2.99', advert: { priority: 250 } }))
  const [note] = effects.filter(effect => effect.kind === 'note')
  t.like(note, { level: 'alarm', reason: 'foreign_router_heard', subject: 'front' })
  t.is(rig.state.instances[0]?.counters.foreign_adverts, 1)
  t.is(rig.state.instances[0]?.following?.priority, 250)
  t.is(accepts(t, {}, packet4()).state.instances[0]?.counters.foreign_adverts, 0)
})

test('whatever comes in is discarded and counted by a check, or heard; nothing throws', t => {
  const seeds = [packet4(), packet6(), packet4({ advert: { version: 2 } }), withOptions()]
  const change = fc.tuple(fc.nat(120), fc.nat(255))
  const packet = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }), fc.nat(120))
      .map(([seed, changes, length]) => {
        const bytes = Uint8Array.from(seed)
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value
        return length < 100 ? bytes : bytes.subarray(0, length - 80)
      }),
  )
  const pairs: readonly PairOptions[] = [both, old, unicast]
  const rigs = pairs.map(rigOf)
  const sum = (counts: Readonly<Record<string, number>> = {}) =>
    Object.values(counts).reduce((total, count) => total + count, 0)
  let taken = 0
  fc.assert(
    fc.property(packet, bytes => {
      taken += 1
      for (const rig of rigs) {
        receive(rig, bytes)
        t.is(sum(rig.state.interfaces[0]?.discards) + heardBy(rig), taken)
      }
    }),
    { numRuns: effort(1_000, 100_000) },
  )
})
