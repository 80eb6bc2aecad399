import type { Figure, Topic } from './figure.ts'
import { compareTakeover, inSegment } from './ownership.ts'

const THOUSAND = 'takeover of 1,000 VIPs without virtual MAC'
const FOUR_THOUSAND = 'takeover of 4,000 VIPs without virtual MAC'

/**
 * A takeover where the VIPs are on the interface itself: both add each of them to the kernel. No
 * slower than keepalived without `use_vmac`.
 */
export const ownMac: Topic = {
  name: 'own-mac',
  figures: [THOUSAND, FOUR_THOUSAND],
  async measure() {
    const figures: Figure[] = []
    for (const [figure, count] of [
      [THOUSAND, 1_000],
      [FOUR_THOUSAND, 4_000],
    ] as const) {
      const { takeover } = await inSegment(context => compareTakeover(context, count, false))
      const peer = { name: 'keepalived', value: takeover.keepalived }
      figures.push({ issue: 4, figure, unit: 'ms', ours: takeover.ours, bar: peer.value, peer })
    }
    return figures
  },
}
