/** A packet of protocol 112: the receive checks in the order of RFC 9568 section 7.1. */

import { item } from '../never.ts'
import type { Reason } from '../reasons.ts'
import { note, type Turn } from '../state.ts'
import { between, centiseconds, type Instant, seconds } from '../units.ts'
import { decodeIpv4, formatIpv4, type Ipv4, type Ipv4Refusal, PROTOCOL_VRRP } from '../wire/ipv4.ts'
import {
  ADDRESSES_MAX,
  type AdvertRefusal,
  type DecodedAdvert,
  decodeAdvert,
  VRRP_GROUP,
} from '../wire/vrrp.ts'
import { announceAgain } from './announce.ts'
import { hastenGroup, membersOf, yieldGroup } from './group.ts'
import { onAdvert } from './on-advert.ts'
import { notePeer } from './peers.ts'
import { applyRules, type Heard } from './router.ts'
import { sendAdvert } from './send.ts'
import type { InstanceState, InterfaceState } from './state.ts'

/** The same warning about the same instance is given at most this often. */
const WARNING_GAP = seconds(60)

/** The receive checks that discard; each has a counter of this name. */
export type ReceiveCheck = Ipv4Refusal | AdvertRefusal | 'R4' | 'R6' | 'R14' | 'R15'

/** Takes a whole IPv4 packet that came in on an interface. */
export function receive(turn: Turn, link: InterfaceState, packet: Uint8Array): void {
  const admitted = admit(link, packet)
  if (typeof admitted === 'string') {
    link.discards[admitted] = (link.discards[admitted] ?? 0) + 1
    return
  }
  const { index, source, advert } = admitted
  hear(turn, item(turn.state.instances, index), source, advert)
}

interface Admitted {
  /** Of the instance. */
  readonly index: number
  readonly source: Ipv4
  readonly advert: DecodedAdvert
}

function admit(link: InterfaceState, packet: Uint8Array): Admitted | ReceiveCheck {
  const ip = decodeIpv4(packet)
  if (typeof ip === 'string') return ip
  if (ip.protocol !== PROTOCOL_VRRP) return 'R16'
  if (ip.source === link.address) return 'R14'
  if (ip.ttl !== 255) return 'R6'
  if (ip.destination !== VRRP_GROUP) return 'R15'
  const advert = decodeAdvert(ip.payload, ip.source, ip.destination)
  if (typeof advert === 'string') return advert
  const index = link.instances[advert.vrid]
  return index === undefined ? 'R4' : { index, source: ip.source, advert }
}

function hear(turn: Turn, instance: InstanceState, source: Ipv4, advert: DecodedAdvert): void {
  const heard = { source, priority: advert.priority, interval: centiseconds(advert.interval_cs) }
  instance.counters.adverts_received += 1
  if (advert.form === 'pseudo_header') instance.counters.pseudo_header_checksums += 1
  notePeer(turn, instance, heard)
  compareAddresses(turn, instance, source, advert)
  const [rule, router, moves] = applyRules(onAdvert, instance.router, heard, turn.at)
  instance.router = router
  if (rule === 'B5') onActiveHeard(turn, instance, heard)
  if (advert.priority === 0) instance.counters.priority_zero_received += 1
  for (const move of moves) {
    if (move === 'advertise') sendAdvert(turn, instance)
    else if (move === 'announce') answerClaim(turn, instance, heard)
    else if (move === 'released') onReleased(turn, instance, heard)
    else if (move === 'yield') onBetter(turn, instance, heard)
  }
}

// While this member hears the active router and another has long been deaf, its path is in trouble.
function onActiveHeard(turn: Turn, instance: InstanceState, heard: Heard): void {
  instance.following = { address: heard.source, priority: heard.priority }
  instance.releasedBy = undefined
  instance.silentAt = undefined
  const group = item(turn.state.groups, instance.group)
  for (const member of membersOf(turn, group)) {
    const { silentAt, router } = member
    if (silentAt === undefined || between(silentAt, turn.at) < router.interval) continue
    warn(turn, member, 'silence_held_by_group', { hearing: instance.name })
  }
}

function onReleased(turn: Turn, instance: InstanceState, heard: Heard): void {
  instance.releasedBy = heard.source
  if (instance.following?.address !== heard.source) return
  hastenGroup(turn, item(turn.state.groups, instance.group), instance)
}

function onBetter(turn: Turn, instance: InstanceState, heard: Heard): void {
  const reason = heard.priority > instance.router.priority ? 'higher_priority' : 'higher_address'
  const facts = {
    instance: instance.name,
    peer: formatIpv4(heard.source),
    peer_priority: heard.priority,
    priority: instance.router.priority,
  }
  yieldGroup(turn, item(turn.state.groups, instance.group), { reason, facts })
}

// Another router believes to be active: it must learn better, and so must the switches and hosts.
function answerClaim(turn: Turn, instance: InstanceState, heard: Heard): void {
  if (instance.vips.is !== 'open') return
  announceAgain(turn, instance)
  warn(turn, instance, 'second_active_heard', {
    peer: formatIpv4(heard.source),
    peer_priority: heard.priority,
  })
}

// R12: a difference is said and counted, the advert still counts.
function compareAddresses(
  turn: Turn,
  instance: InstanceState,
  source: Ipv4,
  advert: DecodedAdvert,
): void {
  const own = instance.addresses
  const length = Math.min(own.length, ADDRESSES_MAX)
  let same = advert.addresses.length === length
  for (let index = 0; same && index < length; index += 1) {
    same = advert.addresses[index] === own[index]
  }
  if (same) return
  instance.counters.address_list_differs += 1
  warn(turn, instance, 'address_list_differs', { peer: formatIpv4(source) })
}

function warn(
  turn: Turn,
  instance: InstanceState,
  reason: Reason,
  facts: Readonly<Record<string, string | number>>,
): void {
  const last: Instant | undefined = instance.warnedAt[reason]
  if (last !== undefined && between(last, turn.at) < WARNING_GAP) return
  instance.warnedAt[reason] = turn.at
  note(turn, 'warning', reason, instance.name, facts)
}
