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
import type { SimNode } from '../node.ts'

export const verified: Checker = {
  id: 'V1',
  onEffects(world, node, _event, effects) {
    for (const effect of effects) {
      if (effect.kind !== 'send' && effect.kind !== 'send_to') continue
      if (effect.kind === 'send' && isQuestion(effect.frame)) continue
      const sent = readSent(effect)
      const instance = meantBy(node, effect, sent)
      const isOpen = instance !== undefined && node.kernel.open.has(instance.name)
      const { priority } = sent
      if (isOpen !== (priority === 0)) continue
      const what =
        priority === undefined ? 'an announcement' : `an advert with priority ${priority}`
      const held = isOpen ? 'open' : 'closed'
      violate(world, 'V1', `${node.name} sent ${what} for ${instance?.name}, which is ${held}`)
    }
  },
}

type Sending = Extract<Effect, { kind: 'send' | 'send_to' }>
type Sent = ReturnType<typeof readSent>

/** The instance for which something is sent. */
function meantBy(node: SimNode, effect: Sending, sent: Sent): VrrpInstanceConfig | undefined {
  for (const instance of node.config.vrrp.instances) {
    if (instance.interface !== effect.interface) continue
    if (instance.name.endsWith('6') !== sent.isIpv6) continue
    const isNamed = instance.virtual_mac !== false || sent.priority !== undefined
    const isMeant =
      isNamed || effect.kind === 'send_to'
        ? instance.vrid === sent.vrid
        : hasVip(instance, vipIn(effect.frame, sent.isIpv6))
    if (isMeant) return instance
  }
  return undefined
}

const hasVip = ({ addresses, more_addresses = [] }: VrrpInstanceConfig, vip: string): boolean =>
  [...addresses, ...more_addresses].some(prefix => prefix.startsWith(`${vip}/`))

/** Whom gratuitous ARP or a neighbour advertisement announces: its MAC address says nothing. */
function vipIn(frame: Uint8Array, isIpv6: boolean): string {
  const at = isIpv6 ? ETHERNET_HEADER + IPV6_HEADER + 8 : ETHERNET_HEADER + 24
  return decodeAddress(frame.subarray(at, at + (isIpv6 ? 16 : 4)))
}

/** Of an advert its priority; gratuitous ARP and neighbour advertisements have none. */
export function readSent(effect: Sending) {
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
