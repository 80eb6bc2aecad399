import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 52,
  title: 'the announcement of a takeover is lost: the refresh makes it known within its time',
  pair: { ...guarded, announce: { repeat: 1, rate_per_s: 3_200, refresh_s: 5 } },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(20), kind: 'lose', node: 'lb2', path: 'front', count: 3 },
  ],
  host: {},
  expect: [
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(28.7), owner: 'lb2' },
  ],
  check: ({ host }) => {
    const learned = host?.learned.get('192.0.2.100')
    const isRefreshed = learned?.node === 'lb2' && learned.at > atSecond(27)
    return isRefreshed ? undefined : JSON.stringify(learned)
  },
}
