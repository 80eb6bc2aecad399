import type { InterfaceName, LinkEvent } from '../machine.ts'
import { decodeMessages } from '../wire/netlink.ts'
import {
  decodeLinkAddress,
  IFA_F_SECONDARY,
  isMovingAddress,
  isUnsettled,
  type LinkAddress,
  RTM_DELADDR,
} from '../wire/netlink-address.ts'
import {
  decodeLink,
  IFF_LOWER_UP,
  IFF_UP,
  type Link,
  OPER_DOWN,
  OPER_UNKNOWN,
  OPER_UP,
  RTM_DELLINK,
} from '../wire/netlink-link.ts'
import { decodeAddress, decodeMac } from '../wire/text-address.ts'
import { DIRECTOR_PROTOCOL } from './own-mac-vips.ts'
import { readAddresses, readLinks } from './read-network.ts'
import { andThen, done, type Talk } from './talk.ts'

/** RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR: what the monitor's socket is bound to. */
export const MONITOR_GROUPS = 0x111

/** The links and addresses of this network namespace, kept up to date in place. */
export interface NetworkView {
  /** By index. */
  readonly links: Map<number, Link>
  /**
   * In the kernel's order, by link index, without the VIPs that this agent has added; the key is of
   * no concern outside.
   */
  readonly addresses: Map<number, Map<string, LinkAddress>>
}

/** Reads everything: at the start, and whenever the monitor has lost messages (ENOBUFS). */
export const readView = (): Talk<NetworkView> =>
  andThen(readLinks(), links =>
    andThen(readAddresses(0, 4), ipv4 =>
      andThen(readAddresses(0, 6), ipv6 => {
        const view: NetworkView = { links: new Map(), addresses: new Map() }
        for (const link of links) view.links.set(link.index, link)
        for (const address of [...ipv4, ...ipv6]) addAddress(view, address)
        return done(view)
      }),
    ),
  )

/** Takes one datagram of the monitor; gives the indexes of the links that it spoke of. */
export function noteChanges(view: NetworkView, datagram: Uint8Array): ReadonlySet<number> {
  const touched = new Set<number>()
  if (isMovingAddress(datagram, DIRECTOR_PROTOCOL)) return touched
  for (const message of decodeMessages(datagram.slice())) {
    const link = decodeLink(message)
    if (link !== undefined) {
      touched.add(link.index)
      if (message.type !== RTM_DELLINK) {
        view.links.set(link.index, link)
      } else {
        view.links.delete(link.index)
        view.addresses.delete(link.index)
      }
    }
    const address = decodeLinkAddress(message)
    if (address !== undefined && !isMoving(address)) {
      touched.add(address.index)
      if (message.type === RTM_DELADDR) removeAddress(view, address)
      else addAddress(view, address)
    }
  }
  return touched
}

/** What the core is told of an interface; `index` undefined: there is no such link (any more). */
export function linkEvent(
  view: NetworkView,
  name: InterfaceName,
  index: number | undefined,
): LinkEvent {
  const link = index === undefined ? undefined : view.links.get(index)
  if (link === undefined) return { kind: 'link', interface: name, up: false, mac: '' }
  const primary = findAddress(
    view,
    link.index,
    ({ address, flags }) => address.length === 4 && (flags & IFA_F_SECONDARY) === 0,
  )
  const linkLocal = findAddress(view, link.index, each => isLinkLocal(each) && !isUnsettled(each))
  return {
    kind: 'link',
    interface: name,
    up: isUp(link),
    mac: decodeMac(link.mac),
    ...(primary === undefined ? {} : { address: decodeAddress(primary.address) }),
    ...(linkLocal === undefined ? {} : { address6: decodeAddress(linkLocal.address) }),
  }
}

function findAddress(
  view: NetworkView,
  index: number,
  isWanted: (address: LinkAddress) => boolean,
): LinkAddress | undefined {
  for (const address of view.addresses.get(index)?.values() ?? []) {
    if (isWanted(address)) return address
  }
  return undefined
}

/** Do two events say the same? */
export const isSameLinkEvent = (left: LinkEvent, right: LinkEvent): boolean =>
  left.up === right.up &&
  left.mac === right.mac &&
  left.address === right.address &&
  left.address6 === right.address6

const isLinkLocal = ({ address }: LinkAddress): boolean =>
  address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80 && address.length === 16

// With carrier the state is "down" only until the kernel follows it, up to a second later
// (net/core/link_watch.c). The other states hold a link back: dormant, testing, lower layer down.
const OPEN_STATES = [OPER_UP, OPER_UNKNOWN, OPER_DOWN]

/** Administratively up, with carrier, and not held back by what is below or beside it. */
export const isUp = (link: Link): boolean =>
  (link.flags & IFF_UP) !== 0 &&
  (link.flags & IFF_LOWER_UP) !== 0 &&
  OPEN_STATES.includes(link.operState)

/** One that is there already keeps its place: only its flags are new. */
function addAddress(view: NetworkView, address: LinkAddress): void {
  if (isMoving(address)) return
  const known = view.addresses.get(address.index)
  if (known === undefined) view.addresses.set(address.index, new Map([[keyOf(address), address]]))
  else known.set(keyOf(address), address)
}

// A VIP that this agent put beside the interface's own addresses is nothing to send from.
const isMoving = ({ protocol }: LinkAddress): boolean => protocol === DIRECTOR_PROTOCOL

function removeAddress(view: NetworkView, address: LinkAddress): void {
  view.addresses.get(address.index)?.delete(keyOf(address))
}

// The kernel has an address with a length once on a link. A link may have thousands.
const keyOf = ({ address, prefixLength }: LinkAddress): string =>
  `${address.join()}/${prefixLength}`
