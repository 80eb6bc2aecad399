import type { Turn } from '../state.ts'
import { after, between, type Instant, microseconds } from '../units.ts'
import { formatAddress } from '../wire/address.ts'
import type { Heard } from './router.ts'
import type { InstanceState, Peer } from './state.ts'
import { activeDownInterval } from './timers.ts'

/** Routers remembered of each instance; a network with more has other trouble. */
export const PEERS_MAX = 8

/**
 * Remembers when and what another router last said.
 *
 * @returns whether it is what was known of it until now
 */
export function notePeer(turn: Turn, instance: InstanceState, heard: Heard): boolean {
  const known = instance.peers.find(peer => peer.address === heard.source)
  if (known !== undefined) {
    const isSame = known.priority === heard.priority && known.interval_us === heard.interval
    const wasKnown = isSame && countsAsActive(instance, known, turn.at)
    known.priority = heard.priority
    known.interval_us = heard.interval
    known.lastAt = turn.at
    known.adverts += 1
    return wasKnown
  }
  if (instance.peers.length >= PEERS_MAX) dropOldest(instance)
  instance.peers.push({
    address: heard.source,
    priority: heard.priority,
    interval_us: heard.interval,
    firstAt: turn.at,
    lastAt: turn.at,
    adverts: 1,
  })
  return false
}

/** The other router heard last; undefined: none since the start. */
export function lastHeard(instance: InstanceState): Peer | undefined {
  let last: Peer | undefined
  for (const peer of instance.peers)
    if (last === undefined || peer.lastAt > last.lastAt) last = peer
  return last
}

/** What the other router said last, and how long ago, as the evidence of a decision. */
export function lastWord(
  instance: InstanceState,
  at: Instant,
): Readonly<Record<string, string | number>> {
  const peer = lastHeard(instance)
  if (peer === undefined) return {}
  const { address, priority, lastAt } = peer
  return {
    peer: formatAddress(address),
    peer_priority: priority,
    heard_us_ago: between(lastAt, at),
  }
}

/** Routers whose last advert still counts: active, and heard within our Active_Down_Interval. */
export const activePeers = (instance: InstanceState, at: Instant): readonly Peer[] =>
  instance.peers.filter(peer => countsAsActive(instance, peer, at))

/** Whether the last advert of one still counts. */
export const countsAsActive = (instance: InstanceState, peer: Peer, at: Instant): boolean =>
  peer.priority !== 0 && at <= activeUntil(instance, peer)

/** How long the last advert of one counts, unless it gave up. */
export function activeUntil({ router }: InstanceState, { interval_us, lastAt }: Peer): Instant {
  const interval = microseconds(interval_us)
  return after(lastAt, activeDownInterval(router.priority, interval, router.version))
}

function dropOldest(instance: InstanceState): void {
  let oldest = 0
  instance.peers.forEach((peer, index) => {
    const other = instance.peers[oldest]
    if (other !== undefined && peer.lastAt < other.lastAt) oldest = index
  })
  instance.peers.splice(oldest, 1)
  instance.counters.peers_dropped += 1
}
