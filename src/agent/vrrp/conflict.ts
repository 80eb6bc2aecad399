/** Address conflicts by ARP and neighbour discovery: who claims our VIPs. */

import type { NeighbourEvent } from '../machine.ts'
import { note, type Turn } from '../state.ts'
import { after, between, type Instant, isDue, seconds } from '../units.ts'
import { type Address, formatAddress } from '../wire/address.ts'
import { decodeArpPacket } from '../wire/arp.ts'
import { formatMac, virtualMac } from '../wire/ethernet.ts'
import { decodeNeighbourPacket } from '../wire/neighbour.ts'
import { announceOne } from './announce.ts'
import { DEFEND_INTERVAL, judgeNeighbour } from './on-neighbour.ts'
import { onAnswer } from './probe.ts'
import type { Conflict, InstanceState, InterfaceState } from './state.ts'

/** Conflicts remembered of each instance. */
export const CONFLICTS_MAX = 8
/** A conflict is over when nobody has claimed the VIP for so long. */
export const CONFLICT_OVER = seconds(60)

/** Takes an ARP packet or a neighbour advertisement whose sender has one of our VIPs. */
export function hearNeighbour(turn: Turn, { interface: name, packet }: NeighbourEvent): void {
  const index = turn.state.interfaces.findIndex(other => other.name === name)
  const link = turn.state.interfaces[index]
  const claimed = claimOf(packet)
  if (link === undefined || claimed === undefined) return
  const { address, mac } = claimed
  for (const instance of turn.state.instances) {
    if (instance.interface !== index || !instance.addresses.includes(address)) continue
    onClaimed(turn, link, instance, address, mac)
  }
}

/** When a conflict of an instance is to be looked at again, it is. */
export function wakeConflicts(turn: Turn, instance: InstanceState): void {
  if (instance.conflictAt === undefined || !isDue(instance.conflictAt, turn.at)) return
  for (const conflict of [...instance.conflicts]) {
    if (isOver(conflict, turn.at)) endConflict(turn, instance, conflict)
    else if (conflict.againAt !== undefined && isDue(conflict.againAt, turn.at)) {
      defend(turn, instance, conflict)
    }
  }
  instance.conflictAt = nextLook(instance)
}

function claimOf(packet: Uint8Array) {
  if ((packet[0] ?? 0) >>> 4 === 6) {
    const found = decodeNeighbourPacket(packet)
    return found === undefined ? undefined : { address: found.target, mac: found.mac }
  }
  const found = decodeArpPacket(packet)
  return found === undefined ? undefined : { address: found.sender, mac: found.sender_mac }
}

function onClaimed(
  turn: Turn,
  link: InterfaceState,
  instance: InstanceState,
  address: Address,
  mac: string,
): void {
  const known = instance.conflicts.find(each => each.address === address && each.mac === mac)
  const defendedAt = instance.conflicts.reduce<Instant | undefined>(
    (last, each) => (each.address === address ? latest(last, each.defendedAt) : last),
    undefined,
  )
  const move = judgeNeighbour(instance.router.role, {
    isOwn: mac === link.mac,
    isRouter: isOfRouter(instance, mac),
    since_defence: defendedAt === undefined ? undefined : between(defendedAt, turn.at),
  })
  if (move === 'ignore') return
  if (move === 'answer') {
    onAnswer(turn, instance, mac)
    return
  }
  const conflict = known ?? beginConflict(turn, instance, address, mac)
  conflict.lastAt = turn.at
  conflict.count += 1
  instance.counters.conflicts_heard += 1
  if (move === 'defend') defend(turn, instance, conflict)
  else if (move === 'later' && defendedAt !== undefined) {
    conflict.againAt ??= after(defendedAt, DEFEND_INTERVAL)
  }
  instance.conflictAt = nextLook(instance)
}

const latest = (left: Instant | undefined, right: Instant | undefined) =>
  left === undefined || (right !== undefined && right > left) ? right : left

// Without a virtual MAC address the VIP is where the other node is, while it is not here.
function isOfRouter({ vrid, family, onOwnMac, router }: InstanceState, mac: string): boolean {
  if (onOwnMac) return router.role !== 'active'
  return mac === formatMac(Uint8Array.from(virtualMac(vrid, family)), 0)
}

function beginConflict(
  turn: Turn,
  instance: InstanceState,
  address: Address,
  mac: string,
): Conflict {
  if (instance.conflicts.length >= CONFLICTS_MAX) {
    instance.conflicts.shift()
    instance.counters.conflicts_dropped += 1
  }
  const times = { firstAt: turn.at, lastAt: turn.at, defendedAt: undefined, againAt: undefined }
  const conflict: Conflict = { address, mac, count: 0, ...times }
  instance.conflicts.push(conflict)
  note(turn, 'alarm', 'address_conflict', instance.name, { address: formatAddress(address), mac })
  return conflict
}

function endConflict(turn: Turn, instance: InstanceState, conflict: Conflict): void {
  instance.conflicts = instance.conflicts.filter(each => each !== conflict)
  const facts = { address: formatAddress(conflict.address), mac: conflict.mac }
  note(turn, 'info', 'address_conflict_over', instance.name, {
    ...facts,
    claims: conflict.count,
  })
}

// What the pace leaves no room for now is announced as soon as it does.
function defend(turn: Turn, instance: InstanceState, conflict: Conflict): void {
  conflict.againAt = undefined
  const index = instance.addresses.indexOf(conflict.address)
  const sent = announceOne(turn, instance, index)
  if (sent === 'closed') return
  if (sent !== 'sent') {
    conflict.againAt = sent
    return
  }
  conflict.defendedAt = turn.at
  instance.counters.conflicts_answered += 1
}

const isOver = ({ lastAt }: Conflict, at: Instant) => isDue(after(lastAt, CONFLICT_OVER), at)

function nextLook(instance: InstanceState): Instant | undefined {
  let next: Instant | undefined
  for (const { lastAt, againAt } of instance.conflicts) {
    const over = after(lastAt, CONFLICT_OVER)
    const at = againAt !== undefined && againAt < over ? againAt : over
    if (next === undefined || at < next) next = at
  }
  return next
}
