/** V1: nothing is announced that the kernel was not seen to hold. */

import { readU8, readU16 } from '../../agent/wire/bytes.ts'
import { ETHERTYPE_ARP } from '../../agent/wire/ethernet.ts'
import { type Checker, violate } from '../checker.ts'

const PRIORITY = 14 + 20 + 2

export const verified: Checker = {
  id: 'V1',
  onStep(world, node, _event, effects) {
    for (const effect of effects) {
      if (effect.kind !== 'send') continue
      const isArp = readU16(effect.frame, 12) === ETHERTYPE_ARP
      const priority = isArp ? undefined : readU8(effect.frame, PRIORITY)
      const vrid = readU8(effect.frame, 11)
      const instance = node.config.vrrp.instances.find(
        other => other.vrid === vrid && other.interface === effect.interface,
      )
      const isOpen = instance !== undefined && node.kernel.open.has(instance.name)
      const what = isArp ? 'gratuitous ARP' : `an advert with priority ${priority}`
      if (isOpen === (priority === 0)) {
        const held = isOpen ? 'open' : 'closed'
        violate(world, 'V1', `${node.name} sent ${what} for ${instance?.name}, which is ${held}`)
      }
    }
  },
}
