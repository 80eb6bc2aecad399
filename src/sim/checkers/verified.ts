/** V1: nothing is announced that the kernel was not seen to hold. */

import type { Effect } from '../../agent/machine.ts'
import { readU8, readU16 } from '../../agent/wire/bytes.ts'
import { ETHERNET_HEADER, ETHERTYPE_ARP } from '../../agent/wire/ethernet.ts'
import { IPV4_HEADER, PROTOCOL_VRRP } from '../../agent/wire/ipv4.ts'
import { IPV6_HEADER } from '../../agent/wire/ipv6.ts'
import { decodeAddress } from '../../agent/wire/text-address.ts'
import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import { type Checker, violate } from '../checker.ts'
import { isQuestion } from '../neighbours.ts'

export const verified: Checker = {
  id: 'V1',
  onEffects(world, node, _event, effects) {
    for (const effect of effects) {
      if (effect.kind !== 'send' && effect.kind !== 'send_to') continue
      if (effect.kind === 'send' && isQuestion(effect.frame)) continue
      const { vrid, isIpv6, priority } = readSent(effect)
      const isMeant = (other: VrrpInstanceConfig) =>
        other.virtual_mac === false && priority === undefined && effect.kind === 'send'
          ? hasVip(other, vipIn(effect.frame, isIpv6))
          : other.vrid === vrid
      const instance = node.config.vrrp.instances.find(
        other =>
          isMeant(other) &&
          other.interface === effect.interface &&
          other.name.endsWith('6') === isIpv6,
      )
      const isOpen = instance !== undefined && node.kernel.open.has(instance.name)
      const what =
        priority === undefined ? 'an announcement' : `an advert with priority ${priority}`
      if (isOpen === (priority === 0)) {
        const held = isOpen ? 'open' : 'closed'
        violate(world, 'V1', `${node.name} sent ${what} for ${instance?.name}, which is ${held}`)
      }
    }
  },
}

const hasVip = ({ addresses, more_addresses = [] }: VrrpInstanceConfig, vip: string): boolean =>
  [...addresses, ...more_addresses].some(prefix => prefix.startsWith(`${vip}/`))

/** Whom gratuitous ARP or a neighbour advertisement announces: its MAC address says nothing. */
function vipIn(frame: Uint8Array, isIpv6: boolean): string {
  const at = isIpv6 ? ETHERNET_HEADER + IPV6_HEADER + 8 : ETHERNET_HEADER + 24
  return decodeAddress(frame.subarray(at, at + (isIpv6 ? 16 : 4)))
}

/** Of an advert its priority; gratuitous ARP and neighbour advertisements have none. */
export function readSent(effect: Extract<Effect, { kind: 'send' | 'send_to' }>) {
  const isFrame = effect.kind === 'send'
  const bytes = isFrame ? effect.frame : effect.packet
  const ip = isFrame ? ETHERNET_HEADER : 0
  if (isFrame && readU16(bytes, 12) === ETHERTYPE_ARP) {
    return { vrid: readU8(bytes, 11), isIpv6: false, priority: undefined }
  }
  const isIpv6 = readU8(bytes, ip) >>> 4 === 6
  if (isIpv6 && readU8(bytes, ip + 6) !== PROTOCOL_VRRP) {
    return { vrid: readU8(bytes, 11), isIpv6, priority: undefined }
  }
  const message = ip + (isIpv6 ? IPV6_HEADER : IPV4_HEADER)
  return { vrid: readU8(bytes, message + 1), isIpv6, priority: readU8(bytes, message + 2) }
}
