import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 53,
  title: 'the switch drops announcements above 600 a second: at 500 all 1,000 VIPs are known',
  pair: { ...guarded, vips: 1_000, announce: { repeat: 1, rate_per_s: 500 } },
  faults: [{ at: atSecond(20), kind: 'power_off', node: 'lb1' }],
  host: { announcements_per_s_max: 600 },
  expect: [
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(25.7), owner: 'lb2' },
  ],
  check: ({ host }) => {
    const known = [...(host?.learned.values() ?? [])].filter(({ node }) => node === 'lb2').length
    return known === 1_000 && host?.dropped === 0
      ? undefined
      : `${known} VIPs are known at lb2, ${host?.dropped} announcements were dropped`
  },
}
