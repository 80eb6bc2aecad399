/** A third host on a segment, with addresses that are not its own. */

import { parseAddress } from '../agent/wire/address.ts'
import { parseMac } from '../agent/wire/ethernet.ts'
import type { FaultAction } from './faults.ts'
import { askedFor, claimFrame } from './neighbours.ts'
import type { Wire } from './wire.ts'

/** Its MAC address, as a squatter. */
export const STRANGER = '52:54:00:00:00:99'

/** Claims an address once, or has it from now on. */
export function actAsStranger(
  wire: Wire | undefined,
  fault: Extract<FaultAction, { kind: 'claim' | 'squat' }>,
): void {
  const address = parseAddress(fault.address)
  if (wire === undefined || address === undefined) return
  const claims = claimFrame(address, parseMac(fault.kind === 'claim' ? fault.mac : STRANGER) ?? [])
  if (fault.kind === 'claim') {
    wire.send('stranger', claims, 'arp')
    return
  }
  wire.attach('stranger', frame => {
    if (fault.present && askedFor(frame) === address) wire.send('stranger', claims, 'arp')
  })
}
