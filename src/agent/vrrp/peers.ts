import type { Turn } from '../state.ts'
import type { Heard } from './router.ts'
import type { InstanceState } from './state.ts'

/** Routers remembered of each instance; a network with more has other trouble. */
export const PEERS_MAX = 8

/** Remembers when and what another router last said. */
export function notePeer(turn: Turn, instance: InstanceState, heard: Heard): void {
  const known = instance.peers.find(peer => peer.address === heard.source)
  if (known !== undefined) {
    known.priority = heard.priority
    known.interval_us = heard.interval
    known.lastAt = turn.at
    known.adverts += 1
    return
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
