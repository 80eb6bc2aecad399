import test from 'ava'
import { startExchange } from '../../../src/agent/kernel/ask.ts'
import { auditOwnMac } from '../../../src/agent/kernel/own-mac-audit.ts'
import {
  closingOwnMac,
  deleteOwnMac,
  openOwnMac,
  shutGates,
} from '../../../src/agent/kernel/own-mac-flip.ts'
import { prepareOwnMac, removeOwnMac } from '../../../src/agent/kernel/own-mac-prepare.ts'
import { ownMacVips } from '../../../src/agent/kernel/own-mac-vips.ts'
import type { Answer, Ask } from '../../../src/agent/kernel/talk.ts'
import { decodeMessages, type NetlinkMessage } from '../../../src/agent/wire/netlink.ts'
import { newAddress } from '../../../src/agent/wire/netlink-address.ts'
import { newClosedChain, setPolicy } from '../../../src/agent/wire/netlink-nftables.ts'
import type { VrrpInstanceConfig } from '../../../src/model/node-config.ts'
import { isAsFixture } from '../../support/netlink-fixture.ts'
import { answered, hold, MemoryFiles, withMessages } from '../../support/scripted-kernel.ts'

const RTM_NEWADDR = 20
const RTM_DELADDR = 21
const RTM_GETADDR = 22
const RTM_NEWROUTE = 24
const RTM_GETROUTE = 26
const GETCHAIN = 0xa04
const EEXIST = 17
const EADDRNOTAVAIL = 99
const ENETUNREACH = 101

const instance = (addresses: readonly string[]): VrrpInstanceConfig => ({
  ...{ name: 'front', interface: 'front', vrid: 10, priority: 200, advert_interval_ms: 1000 },
  ...{ addresses, version: 3, checksum: 'message', unicast: false, accept: true },
  virtual_mac: false,
})
const FRONT = { index: 2, name: 'front' }
const vips = ownMacVips(instance(['192.0.2.100/24', '192.0.2.101/24']), FRONT)
const vips6 = ownMacVips(instance(['fe80::100/64', '2001:db8::100/64']), FRONT)
const many = ownMacVips(
  instance(Array.from({ length: 130 }, (_, index) => `10.0.0.${index + 1}/16`)),
  FRONT,
)

const sysctls = () =>
  new MemoryFiles({
    '/proc/sys/net/ipv4/ip_forward': '1',
    '/proc/sys/net/ipv4/conf/all/rp_filter': '0',
    '/proc/sys/net/ipv4/conf/front/arp_ignore': '0',
    '/proc/sys/net/ipv4/conf/front/arp_announce': '2',
    '/proc/sys/net/ipv4/conf/front/rp_filter': '0',
  })

/** A kernel of one interface and one gate. A dump says what was added, as it was added. */
class OneInterface {
  readonly held = new Map<string, Uint8Array>()
  policy: 'accept' | 'drop' | 'none'
  /** Additions that it answers well and forgets. */
  forgets = false
  refuses = 0

  constructor(policy: 'accept' | 'drop' | 'none' = 'drop') {
    this.policy = policy
    const own = newAddress(2, new Uint8Array([192, 0, 2, 11]), 24)
    this.held.set(keyOf(own.payload), own.payload)
  }

  answer = (ask: Ask): Answer => {
    const [first, second] = ask.requests
    if (first?.type === RTM_GETADDR) {
      const messages = [...this.held.values()].filter(payload => payload[0] === first.payload[0])
      return withMessages(messages.map(payload => message(RTM_NEWADDR, payload)))
    }
    const isOfAddresses = [RTM_NEWADDR, RTM_DELADDR, RTM_GETROUTE].includes(first?.type ?? 0)
    if (isOfAddresses) return this.#change(ask)
    if (first?.type === GETCHAIN) {
      if (this.policy === 'none') return answered()
      const chain = newClosedChain('director', vips.name, 'front')
      const payload = chain.payload.slice()
      const at = Buffer.from(payload).indexOf(Buffer.from([8, 0, 5, 0]))
      payload[at + 7] = this.policy === 'accept' ? 1 : 0
      return withMessages([message(chain.type, payload)])
    }
    if (this.policy === 'none') return answered()
    for (const policy of ['accept', 'drop'] as const) {
      const { payload } = setPolicy('director', vips.name, policy)
      if (second && Buffer.from(second.payload).equals(Buffer.from(payload))) this.policy = policy
    }
    return answered()
  }

  #change({ requests }: Ask): Answer {
    if (this.refuses > 0) return answered(this.refuses)
    const messages: NetlinkMessage[] = []
    const errors = requests.flatMap(({ type, payload }, request) => {
      if (type === RTM_GETROUTE) {
        const answer = this.#route(payload)
        if (answer !== undefined) messages.push(answer)
        return answer === undefined ? { request, errno: ENETUNREACH } : []
      }
      const key = keyOf(payload)
      const known = this.held.has(key)
      if (type === RTM_DELADDR) {
        return this.held.delete(key) ? [] : { request, errno: EADDRNOTAVAIL }
      }
      if (!this.forgets) this.held.set(key, payload)
      return known ? { request, errno: EEXIST } : []
    })
    return { errno: errors[0]?.errno ?? 0, errors, messages }
  }

  /** To an address of its own, to a neighbour of IPv4, or nowhere. */
  #route(payload: Uint8Array): NetlinkMessage | undefined {
    const address = Buffer.from(payload.subarray(16, payload[0] === 2 ? 20 : 32)).toString('hex')
    const isLocal = [...this.held.keys()].some(key => key.endsWith(address))
    if (!isLocal && payload[0] !== 2) return undefined
    const route = new Uint8Array(12)
    route[7] = isLocal ? 2 : 1
    return message(RTM_NEWROUTE, route)
  }
}

const message = (type: number, payload: Uint8Array) => ({
  ...{ type, flags: 0, sequence: 1, port: 0, payload },
})
// struct ifaddrmsg, then IFA_LOCAL as the first attribute.
const keyOf = (payload: Uint8Array) =>
  Buffer.from(payload.subarray(0, payload[0] === 2 ? 16 : 28))
    .toString('hex')
    .replace(/^(....)..../, '$1')

const isWanted = () => true
const kindsOf = (asks: readonly Ask[]) =>
  asks.map(({ requests }) => requests.map(({ type }) => type))

test('VIPs go to the kernel in one datagram, and only its last request is acknowledged', t => {
  const [piece] = vips.pieces
  const [piece6] = vips6.pieces
  if (!piece || !piece6) return t.fail()
  t.true(isAsFixture('own-mac-add', 'route', startExchange(piece.adding, 1).datagram))
  t.true(isAsFixture('own-mac-add-ipv6', 'route', startExchange(piece6.adding, 1).datagram))
  t.true(isAsFixture('own-mac-ask', 'route', startExchange(piece.asking, 1).datagram))
  t.true(isAsFixture('own-mac-ask-ipv6', 'route', startExchange(piece6.asking, 1).datagram))
  t.true(isAsFixture('own-mac-delete-ipv6', 'route', startExchange(piece6.deleting, 1).datagram))
})

test('thousands go in pieces, numbered anew each time they are sent', t => {
  t.deepEqual(
    many.pieces.map(({ addresses }) => addresses.length),
    [64, 64, 2],
  )
  const [piece] = many.pieces
  if (piece === undefined) return t.fail()
  for (const first of [7, 0xffff_fff0]) {
    const sent = decodeMessages(startExchange(piece.adding, first).datagram)
    t.deepEqual(
      sent.map(({ sequence }) => sequence),
      Array.from({ length: 64 }, (_, at) => (first + at) >>> 0),
    )
    t.is(sent.filter(({ flags }) => (flags & 4) !== 0).length, 1)
  }
})

test('opening adds every VIP, then lets them in, then reads both back', t => {
  const kernel = new OneInterface()
  const { end, asks } = hold(openOwnMac([vips], isWanted), kernel.answer)
  t.is(end.kind, 'done')
  t.is(kernel.policy, 'accept')
  t.deepEqual(kindsOf(asks), [[20, 20], [16, 0xa03, 17], [26, 26], [GETCHAIN]])
  // A VIP that is there already is no failure.
  t.is(hold(openOwnMac([vips], isWanted), kernel.answer).end.kind, 'done')
})

test('VIPs that the kernel forgets are not open', t => {
  const kernel = new OneInterface()
  kernel.forgets = true
  const { end } = hold(openOwnMac([vips], isWanted), kernel.answer)
  t.like(end, { failure: { errno: 5, step: 'open vo4.10.2: 0 of 2 VIPs are there' } })
})

test('what is to be closed meanwhile is not added any further', t => {
  const kernel = new OneInterface()
  let asked = 0
  const { end } = hold(
    openOwnMac([many], () => ++asked < 2),
    kernel.answer,
  )
  t.is(end.kind, 'done')
  t.is(kernel.held.size, 1 + 64)
  t.is(kernel.policy, 'drop')
})

test('closing shuts the gate at once, deletes, and reads back that they are gone', t => {
  const kernel = new OneInterface()
  hold(openOwnMac([vips], isWanted), kernel.answer)
  t.is(hold(shutGates([vips]), kernel.answer).end.kind, 'done')
  t.is(kernel.policy, 'drop')
  t.is(kernel.held.size, 3)
  t.is(hold(deleteOwnMac([vips]), kernel.answer).end.kind, 'done')
  t.is(kernel.held.size, 1)
  // What is gone already is no failure; what stays is one.
  t.is(hold(deleteOwnMac([vips]), kernel.answer).end.kind, 'done')
  kernel.policy = 'accept'
  hold(openOwnMac([vips], isWanted), kernel.answer)
  kernel.refuses = 1
  t.like(hold(deleteOwnMac([vips]), kernel.answer).end, { failure: { errno: 1 } })
})

test('a gate that is gone is no closed gate', t => {
  const { end } = hold(shutGates([vips]), new OneInterface('none').answer)
  t.like(end, { failure: { step: 'close vo4.10.2: its chain is gone' } })
})

test('an agent without its script leaves the gates to be shut first', t => {
  const sent = closingOwnMac([vips, vips6]).map(({ datagram }) =>
    decodeMessages(datagram).map(({ type }) => type),
  )
  const [one, both] = [
    [16, 0xa03, 17],
    [16, 0xa03, 0xa03, 17],
  ]
  t.deepEqual(sent, [both, one, one, [21, 21], [21, 21]])
})

test('VIPs of an earlier life are removed, and the address of the interface stays', t => {
  const kernel = new OneInterface()
  hold(openOwnMac([vips], isWanted), kernel.answer)
  // Whatever the configuration was then: they say themselves whose they are.
  t.is(hold(removeOwnMac([]), kernel.answer).end.kind, 'done')
  t.is(kernel.held.size, 1)
})

test('gates are made closed, with the sysctls under them', t => {
  const kernel = new OneInterface()
  const files = sysctls()
  t.is(hold(prepareOwnMac([vips]), kernel.answer, files).end.kind, 'done')
  t.deepEqual(files.written, ['/proc/sys/net/ipv4/conf/front/arp_ignore'])
  hold(openOwnMac([vips], isWanted), kernel.answer)
  t.like(hold(prepareOwnMac([vips]), kernel.answer, files).end, {
    failure: {
      step: 'close vo4.10.2: the policy is accept, expected drop; 2 VIPs are still there',
    },
  })
})

test('an audit puts back what someone deleted, and takes away what someone added', t => {
  const kernel = new OneInterface()
  const files = sysctls()
  hold(prepareOwnMac([vips]), kernel.answer, files)
  hold(openOwnMac([vips], isWanted), kernel.answer)
  const [key = ''] = [...kernel.held.keys()].slice(1)
  kernel.held.delete(key)
  t.like(hold(auditOwnMac(vips, 'open'), kernel.answer, files).end, { value: { repaired: 1 } })
  t.is(kernel.held.size, 3)
  hold(shutGates([vips]), kernel.answer)
  t.like(hold(auditOwnMac(vips, 'closed'), kernel.answer, files).end, { value: { repaired: 2 } })
  t.is(kernel.held.size, 1)
  kernel.policy = 'accept'
  t.like(hold(auditOwnMac(vips, 'closed'), kernel.answer, files).end, {
    failure: { step: 'close vo4.10.2: the policy is accept, expected drop' },
  })
})
