/** Somebody on an interface, behind a switch: learns from announcements, and notes the adverts. */

import type { Instant } from '../agent/units.ts'
import { formatAddress } from '../agent/wire/address.ts'
import { arpSender } from '../agent/wire/arp.ts'
import { ETHERNET_HEADER } from '../agent/wire/ethernet.ts'
import { IPV4_HEADER, PROTOCOL_VRRP } from '../agent/wire/ipv4.ts'
import { decodeNeighbour } from '../agent/wire/neighbour.ts'
import type { World } from './world.ts'

export interface HostLimits {
  /** The switch drops announcements above so many in a second; absent: none. */
  readonly announcements_per_s_max?: number
}

export interface Host {
  /** Who announced an address last, and when. */
  readonly learned: Map<string, { readonly node: string; readonly at: Instant }>
  /** Adverts of IPv4 with a priority above 0, as they came. */
  readonly adverts: { readonly node: string; readonly vrid: number; readonly at: Instant }[]
  /** Announcements that the switch dropped. */
  dropped: number
}

/** Puts a host on the wire of an interface. */
export function newHost(world: World, path: string, limits: HostLimits): Host {
  const { announcements_per_s_max: limit = Number.POSITIVE_INFINITY } = limits
  const host: Host = { learned: new Map(), adverts: [], dropped: 0 }
  let second = 0
  let count = 0
  world.wires.get(path)?.attach('host', (frame, cargo, node) => {
    if (cargo !== 'frame') return
    const at = world.queue.now()
    const address = arpSender(frame) ?? decodeNeighbour(frame)?.target
    if (address === undefined) {
      const vrid = vridOf(frame)
      if (vrid !== undefined) host.adverts.push({ node, vrid, at })
      return
    }
    if (Math.floor(at / 1_000_000) !== second) count = 0
    second = Math.floor(at / 1_000_000)
    count += 1
    if (count > limit) host.dropped += 1
    else host.learned.set(formatAddress(address), { node, at })
  })
  return host
}

/** The longest time between two adverts of a node for a VRID, from a time on; in microseconds. */
export function longestGap({ adverts }: Host, node: string, vrid: number, from: Instant): number {
  const times = adverts
    .filter(advert => advert.node === node && advert.vrid === vrid && advert.at >= from)
    .map(({ at }) => at)
  return Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)))
}

function vridOf(frame: Uint8Array): number | undefined {
  if (frame[12] !== 0x08 || frame[ETHERNET_HEADER + 9] !== PROTOCOL_VRRP) return undefined
  const message = ETHERNET_HEADER + IPV4_HEADER
  return frame[message + 2] === 0 ? undefined : frame[message + 1]
}
