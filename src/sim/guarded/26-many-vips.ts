import { longestGap } from '../host.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

export const scenario: Scenario = {
  row: 26,
  title: 'a takeover of 4,000 VIPs: adverts stay on time, all are announced within two seconds',
  pair: { ...guarded, vips: 4_000 },
  faults: [{ at: atSecond(20), kind: 'power_off', node: 'lb1' }],
  host: {},
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(25.62), owner: 'lb2' },
  ],
  check: inTime,
}

/** Of a takeover by lb2 two seconds ago: what came late. */
export function inTime({ host }: World): string | undefined {
  if (host === undefined) return 'nobody listened'
  const known = [...host.learned.values()].filter(({ node }) => node === 'lb2').length
  if (known !== 4_000) return `${known} VIPs are known to be at lb2`
  const gap = longestGap(host, 'lb2', 10, atSecond(20))
  return gap > 1_050_000 || gap === 0 ? `${gap} us between two adverts` : undefined
}
