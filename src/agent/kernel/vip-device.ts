import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { Link } from '../wire/netlink-link.ts'
import { encodePrefix } from '../wire/text-address.ts'

/** The table, of the family netdev, that holds a chain for each VIP device. */
export const VIP_TABLE = 'director'

/** The macvlan that carries the VIPs of one instance. */
export interface VipDevice {
  readonly instance: string
  /** `vr4.<vrid>.<index of the parent>`; its chain has the same name. */
  readonly name: string
  readonly parent: { readonly index: number; readonly name: string }
  /** 00:00:5e:00:01:VRID, RFC 9568 7.3. */
  readonly mac: Uint8Array
  /** 4 bytes each. The kernel holds them as /32: they bring no route with them. */
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
  return {
    instance: instance.name,
    name: `vr4.${instance.vrid}.${parent.index}`,
    parent: { index: parent.index, name: parent.name },
    mac: new Uint8Array([0x00, 0x00, 0x5e, 0x00, 0x01, instance.vrid]),
    addresses: instance.addresses.map(address => encodePrefix(address).address),
  }
}

/** Is this link a VIP device, of this run or of one that was killed? */
export function isVipDevice(link: Link): boolean {
  const [prefix, vrid = '', parent = '', ...more] = link.name.split('.')
  return (
    link.kind === 'macvlan' &&
    prefix === 'vr4' &&
    isDecimal(vrid) &&
    isDecimal(parent) &&
    more.length === 0
  )
}

function isDecimal(content: string): boolean {
  for (const character of content) if (character < '0' || character > '9') return false
  return content !== ''
}
