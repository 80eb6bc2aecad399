import type { InterfaceConfig } from '../../model/node-config.ts'
import type { Link } from '../wire/netlink-link.ts'
import { decodeMac } from '../wire/text-address.ts'
import { andThen, done, type FileAnswer, forEach, type Talk } from './talk.ts'

/** Which kernel interface an interface of node.json is. */
export type Found =
  | { readonly kind: 'found'; readonly link: Link }
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous'; readonly links: readonly Link[] }

/** Links above or over others, which have an address of those. */
const STACKED = new Set(['bond', 'bridge', 'ipvlan', 'macvlan', 'macvtap', 'team', 'vlan', 'vrf'])

/** True for what may be a NIC; what stands on one has its address. */
export function isDevice({ kind }: Link): boolean {
  return !STACKED.has(kind ?? '')
}

/**
 * Finds an interface by its match. A MAC or a PCI address never means a stacked link.
 *
 * @param devicePaths the target of /sys/class/net/NAME by link name
 */
export function findInterface(
  config: Pick<InterfaceConfig, 'name' | 'match'>,
  links: readonly Link[],
  devicePaths: ReadonlyMap<string, string>,
): Found {
  const { match } = config
  if ('name' in match) {
    // At boot the interface was renamed, so it may have its new name already.
    const named = (name: string) => links.filter(link => link.name === name)
    const own = named(match.name)
    return oneOf(own.length === 0 ? named(config.name) : own)
  }
  const devices = links.filter(isDevice)
  if ('pci' in match) {
    const wanted = match.pci.toLowerCase()
    return oneOf(devices.filter(link => pciAddress(devicePaths.get(link.name)) === wanted))
  }
  const wanted = match.mac.toLowerCase()
  const made = devices.filter(link => link.permanentMac && decodeMac(link.permanentMac) === wanted)
  return oneOf(made.length > 0 ? made : devices.filter(link => decodeMac(link.mac) === wanted))
}

/** The targets of /sys/class/net/NAME, by name; a link without one is left out. */
export function readDevicePaths(links: readonly Link[]): Talk<ReadonlyMap<string, string>> {
  const read = (link: Link): Talk<readonly [string, string | undefined]> => ({
    kind: 'file',
    file: { kind: 'read_link', path: `/sys/class/net/${link.name}` },
    next: (got: FileAnswer) => done([link.name, got.names?.[0]] as const),
  })
  return andThen(forEach(links, read), pairs => {
    const paths = new Map<string, string>()
    for (const [name, path] of pairs) if (path !== undefined) paths.set(name, path)
    return done(paths)
  })
}

/**
 * The PCI address that a path of /sys goes through, as `0000:00:03.0`: the last one, since the
 * bridges above the device come before it. Behind it may come for example `virtio0`.
 */
export function pciAddress(path: string | undefined): string | undefined {
  const parts = path?.split('/') ?? []
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at] ?? ''
    if (isPciAddress(part)) return part.toLowerCase()
  }
  return undefined
}

// DDDD:BB:DD.F, the domain with four or more digits.
function isPciAddress(part: string): boolean {
  const [domain = '', bus = '', rest = '', ...more] = part.split(':')
  const [slot = '', unit = '', ...others] = rest.split('.')
  return (
    more.length === 0 &&
    others.length === 0 &&
    domain.length >= 4 &&
    bus.length === 2 &&
    slot.length === 2 &&
    unit.length === 1 &&
    isHex(domain + bus + slot + unit)
  )
}

function isHex(content: string): boolean {
  for (const digit of content.toLowerCase()) {
    if (!'0123456789abcdef'.includes(digit)) return false
  }
  return true
}

function oneOf(links: readonly Link[]): Found {
  const [link, ...more] = links
  if (link === undefined) return { kind: 'absent' }
  return more.length === 0 ? { kind: 'found', link } : { kind: 'ambiguous', links }
}
