import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { Family } from '../wire/address.ts'
import { virtualMac } from '../wire/ethernet.ts'
import type { Link } from '../wire/netlink-link.ts'
import { encodePrefix } from '../wire/text-address.ts'

/** The table, of the family netdev, that holds a chain for each VIP device. */
export const VIP_TABLE = 'director'

/** The macvlan that carries the VIPs of one instance. */
export interface VipDevice {
  readonly instance: string
  /** `vr4.<vrid>.<index of the parent>` or `vr6.`; its chain has the same name. */
  readonly name: string
  readonly parent: { readonly index: number; readonly name: string }
  /** 00:00:5e:00:01:VRID, for IPv6 00:00:5e:00:02:VRID, RFC 9568 7.3. */
  readonly mac: Uint8Array
  readonly family: Family
  /** Accept_Mode: false: what is sent to a VIP and is for no service is dropped. */
  readonly accept: boolean
  /** 4 or 16 bytes each, all of the family; see `heldLength`. */
  readonly addresses: readonly Uint8Array[]
}

/** A device that the kernel has made. */
export interface MadeVipDevice extends VipDevice {
  readonly index: number
}

/** The device of an instance; `parent` is the link that its interface is. */
export function vipDevice(
  instance: VrrpInstanceConfig,
  parent: { readonly index: number; readonly name: string },
): VipDevice {
  const vips = [...instance.addresses, ...(instance.more_addresses ?? [])]
  const addresses = vips.map(address => encodePrefix(address).address)
  const family = addresses[0]?.length === 16 ? 6 : 4
  return {
    instance: instance.name,
    name: `vr${family}.${instance.vrid}.${parent.index}`,
    parent: { index: parent.index, name: parent.name },
    mac: new Uint8Array(virtualMac(instance.vrid, family)),
    family,
    accept: takesAll(instance),
    addresses,
  }
}

/**
 * Whether what is for a VIP itself is taken: by Accept_Mode, and by the owner of the addresses
 * whatever that says, RFC 9568 6.4.3.
 */
export const takesAll = ({ accept, priority }: VrrpInstanceConfig): boolean =>
  accept || priority === 255

/**
 * The prefix length that the kernel holds a VIP with: it brings no route with it. A link-local one
 * does, since it is asked and answered on its own device.
 */
export function heldLength(address: Uint8Array): 32 | 64 | 128 {
  if (address.length === 4) return 32
  return address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80 ? 64 : 128
}

/** Is this link a VIP device, of this run or of one that was killed? */
export function isVipDevice(link: Link): boolean {
  const [prefix, vrid = '', parent = '', ...more] = link.name.split('.')
  return (
    link.kind === 'macvlan' &&
    (prefix === 'vr4' || prefix === 'vr6') &&
    isDecimal(vrid) &&
    isDecimal(parent) &&
    more.length === 0
  )
}

function isDecimal(content: string): boolean {
  for (const character of content) if (character < '0' || character > '9') return false
  return content !== ''
}
