import type { NodeConfig } from '../../model/node-config.ts'
import type { InterfaceName } from '../machine.ts'
import { after, type Instant, isDue, seconds } from '../units.ts'
import { type Address, type Family, familyOf, parseAddress } from '../wire/address.ts'
import { neighbourFilter } from '../wire/neighbour-filter.ts'
import { EAGAIN } from './errno.ts'
import type { Timed } from './loop.ts'
import { POLL_IN, type Watcher } from './poll.ts'

/** An interface is not listened to any more in a second that has brought so many. */
const PACKETS_A_SECOND_MAX = 32
const WINDOW = seconds(1)
/** ARP is 28 bytes; a neighbour advertisement 72 with its header, and options may follow. */
const PACKET_BYTES_MAX = 512

/** Who else has a VIP, on all interfaces. */
export interface Neighbours extends Timed {
  /** Seconds in which so much came that the rest was not read. */
  readonly floods: () => number
  /** Listens for the VIPs of another config. @returns 0, or -errno: it goes on as before */
  follow(config: NodeConfig): number
}

/**
 * Listens for ARP and neighbour advertisements of our VIPs on every interface that has some.
 *
 * @returns -errno: a socket cannot be opened
 */
export function openNeighbours(
  config: NodeConfig,
  links: ReadonlyMap<InterfaceName, { readonly index: number }>,
  watcher: Watcher,
  receive: (name: InterfaceName, packet: Uint8Array) => void,
): Neighbours | number {
  const open = (of: NodeConfig) => openEars(of, links, watcher, receive)
  const first = open(config)
  if (typeof first === 'number') return first
  let ears = first
  let floods = 0
  const flooded = () => ears.reduce((sum, ear) => sum + ear.floods(), floods)
  return {
    floods: flooded,
    follow(other) {
      const next = open(other)
      if (typeof next === 'number') return next
      floods = flooded()
      for (const ear of ears) ear.close()
      ears = next
      return 0
    },
    expire(at) {
      for (const ear of ears) ear.expire(at)
    },
    nextDeadline: () => {
      const times = ears.flatMap(ear => ear.nextDeadline() ?? [])
      return times.length === 0 ? undefined : (Math.min(...times) as Instant)
    },
  }
}

interface Ear extends Timed {
  readonly floods: () => number
  close(): void
}

/** All of them, or -errno and none. */
function openEars(
  config: NodeConfig,
  links: ReadonlyMap<InterfaceName, { readonly index: number }>,
  watcher: Watcher,
  receive: (name: InterfaceName, packet: Uint8Array) => void,
): readonly Ear[] | number {
  const ears: Ear[] = []
  for (const [name, { index }] of links) {
    for (const [family, filter] of filtersOf(config, name)) {
      const fd = host.neighbourSocket(name, index, family === 6 ? 1 : 0, filter)
      if (fd < 0) {
        for (const ear of ears) ear.close()
        return fd
      }
      ears.push(openEar(fd, family, watcher, packet => receive(name, packet)))
    }
  }
  return ears
}

function openEar(
  fd: number,
  family: Family,
  watcher: Watcher,
  receive: (packet: Uint8Array) => void,
): Ear {
  const buffer = new Uint8Array(PACKET_BYTES_MAX)
  const read = family === 6 ? host.recvIpv6 : host.recv
  let began = host.now()
  let count = 0
  let floods = 0
  let deafUntil: Instant | undefined
  const listen = () => {
    if (isDue(after(began, WINDOW), host.now())) {
      began = host.now()
      count = 0
    }
    for (; count < PACKETS_A_SECOND_MAX; count += 1) {
      const length = read(fd, buffer)
      if (length === -EAGAIN) return
      if (length > 0) receive(buffer.slice(0, length))
    }
    watcher.forget(fd)
    floods += 1
    deafUntil = after(began, WINDOW)
  }
  watcher.watch(fd, POLL_IN, listen)
  return {
    floods: () => floods,
    close() {
      watcher.forget(fd)
      host.close(fd)
    },
    expire(at) {
      if (deafUntil === undefined || !isDue(deafUntil, at)) return
      deafUntil = undefined
      watcher.watch(fd, POLL_IN, listen)
    },
    nextDeadline: () => deafUntil,
  }
}

function filtersOf(
  config: NodeConfig,
  name: InterfaceName,
): readonly (readonly [Family, Uint8Array])[] {
  const instances = config.vrrp.instances
    .filter(each => each.interface === name)
    .map(({ vrid, addresses, more_addresses = [], virtual_mac }) => ({
      vrids: virtual_mac === false ? [] : [vrid],
      addresses: [...addresses, ...more_addresses].flatMap(text => parseAddress(text) ?? []),
    }))
  return ([4, 6] as const).flatMap(family => {
    const those = instances.filter(({ addresses }) => familyOf(addresses[0] ?? 0) === family)
    if (those.length === 0) return []
    const asked: readonly Address[] = those.flatMap(({ addresses }) => addresses.slice(0, 1))
    const addresses = those.flatMap(each => each.addresses)
    const vrids = those.flatMap(each => each.vrids)
    return [[family, neighbourFilter(family, { addresses, vrids, asked })] as const]
  })
}
