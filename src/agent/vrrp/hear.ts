/** An advertisement that passed the receive checks: the rules of the state and what they ask. */

import { item } from '../never.ts'
import type { Reason } from '../reasons.ts'
import { note, type Turn } from '../state.ts'
import { between, centiseconds, type Instant, seconds } from '../units.ts'
import { type Address, formatAddress, isAbove } from '../wire/address.ts'
import { ADDRESSES_MAX, type DecodedAdvert } from '../wire/vrrp.ts'
import { announceAgain } from './announce.ts'
import { hastenGroup, yieldGroup } from './group.ts'
import { isOfPeer } from './of-peer.ts'
import { onAdvert } from './on-advert.ts'
import { notePeer } from './peers.ts'
import { applyRules, type Heard } from './router.ts'
import { sendAdvert } from './send.ts'
import { completeStandby } from './standby.ts'
import type { InstanceState } from './state.ts'
import { isTakeoverIgnored } from './takeover.ts'

/** The same warning about the same instance is given at most this often. */
const WARNING_GAP = seconds(60)

/**
 * Takes an advertisement for an instance.
 *
 * @returns whether it says more to the arbitration than the one before
 */
export function hear(
  turn: Turn,
  instance: InstanceState,
  source: Address,
  advert: DecodedAdvert,
): boolean {
  const heard = { source, priority: advert.priority, interval: centiseconds(advert.interval_cs) }
  instance.counters.adverts_received += 1
  if (advert.form === 'pseudo_header') instance.counters.pseudo_header_checksums += 1
  const { standby } = item(turn.state.groups, instance.group)
  const wasFollowing = instance.router.downAt !== undefined && standby !== 'handing_over'
  const isKnown = notePeer(turn, instance, heard)
  comparePeer(turn, instance, heard)
  compareAddresses(turn, instance, source, advert)
  compareSettings(turn, instance, heard)
  if (isKept(turn, instance, heard)) {
    answerClaim(turn, instance, heard)
    return true
  }
  const { id, moves } = applyRules(onAdvert, instance.router, heard, turn.at)
  if (id === 'B5') onActiveHeard(turn, instance, heard)
  if (advert.priority === 0) instance.counters.priority_zero_received += 1
  for (const move of moves) {
    if (move === 'advertise') sendAdvert(turn, instance)
    else if (move === 'announce') answerClaim(turn, instance, heard)
    else if (move === 'released') onReleased(turn, instance, heard)
    else if (move === 'yield') onBetter(turn, instance, heard)
  }
  // Nobody takes over from where nothing was begun yet: that somebody is there is known.
  return !(isKnown && ((id === 'B5' && wasFollowing) || id === 'S0'))
}

// Guarded and active: who is no peer of ours cannot take the VIPs, whatever its priority; the peer
// itself is judged by the arbitration while a path is alive.
function isKept({ state }: Turn, instance: InstanceState, heard: Heard): boolean {
  const group = item(state.groups, instance.group)
  if (!group.guarded || group.role !== 'active' || heard.priority === 0) return false
  const { priority, address } = instance.router
  const isBetter =
    heard.priority > priority || (heard.priority === priority && isAbove(heard.source, address))
  return isBetter && (group.keeps || !isOfPeer(instance, heard.source))
}

// While this member hears the active router and another has long been deaf, its path is in trouble.
function onActiveHeard(turn: Turn, instance: InstanceState, heard: Heard): void {
  instance.following = { address: heard.source, priority: heard.priority }
  instance.releasedBy = undefined
  instance.silentAt = undefined
  const group = item(turn.state.groups, instance.group)
  completeStandby(turn, group, heard)
  for (const index of group.members) {
    const member = item(turn.state.instances, index)
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
    peer: formatAddress(heard.source),
    peer_priority: heard.priority,
    priority: instance.router.priority,
  }
  yieldGroup(turn, item(turn.state.groups, instance.group), { reason, facts })
}

// Another router believes to be active: it must learn better, and so must the switches and hosts.
function answerClaim(turn: Turn, instance: InstanceState, heard: Heard): void {
  if (instance.vips.is !== 'open') return
  const facts = { peer: formatAddress(heard.source), peer_priority: heard.priority }
  warn(turn, instance, 'second_active_heard', facts)
  const group = item(turn.state.groups, instance.group)
  if (isTakeoverIgnored(group, instance, heard, turn.at)) {
    const evidence = { instance: instance.name, ...facts }
    yieldGroup(turn, group, { reason: 'takeover_ignored', facts: evidence })
    return
  }
  announceAgain(turn, instance)
}

// Whoever else uses the VRID makes a virtual router of its own with the same virtual MAC.
function comparePeer(turn: Turn, instance: InstanceState, heard: Heard): void {
  const { peer } = instance
  if (peer === undefined || heard.source === peer) return
  const facts = { peer: formatAddress(heard.source), peer_priority: heard.priority }
  instance.counters.foreign_adverts += 1
  warn(turn, instance, 'foreign_router_heard', { ...facts, expected: formatAddress(peer) }, 'alarm')
}

// R12: a difference is said and counted, the advert still counts.
function compareAddresses(
  turn: Turn,
  instance: InstanceState,
  source: Address,
  advert: DecodedAdvert,
): void {
  const own = instance.addresses
  const length = Math.min(instance.listed, ADDRESSES_MAX)
  let same = advert.addresses.length === length
  for (let index = 0; same && index < length; index += 1) {
    same = advert.addresses[index] === own[index]
  }
  if (same) return
  instance.counters.address_list_differs += 1
  warn(turn, instance, 'address_list_differs', { peer: formatAddress(source) })
}

// 7.1 wants these logged; neither is a reason to discard (R11, and R13 by erratum 8298).
function compareSettings(turn: Turn, instance: InstanceState, heard: Heard): void {
  const { own_interval, priority } = instance.router
  if (heard.interval !== own_interval) {
    const [interval_us, own_us] = [heard.interval, own_interval]
    const peer = formatAddress(heard.source)
    warn(turn, instance, 'advert_interval_differs', { peer, interval_us, own_us })
  }
  if (heard.priority === 255 && priority < 255) {
    warn(turn, instance, 'address_owner_heard', { peer: formatAddress(heard.source) })
  }
}

function warn(
  turn: Turn,
  instance: InstanceState,
  reason: Reason,
  facts: Readonly<Record<string, string | number>>,
  level: 'warning' | 'alarm' = 'warning',
): void {
  const last: Instant | undefined = instance.warnedAt[reason]
  if (last !== undefined && between(last, turn.at) < WARNING_GAP) return
  instance.warnedAt[reason] = turn.at
  note(turn, level, reason, instance.name, facts)
}
