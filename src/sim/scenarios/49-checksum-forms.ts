import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 49,
  title: 'a peer that sums with the pseudo-header is heard like any other',
  off: ['lb2'],
  faults: Array.from({ length: 40 }, (_, second) => ({
    at: atSecond(second),
    kind: 'foreign_advert' as const,
    path: second % 2 === 0 ? 'front' : 'back',
    vrid: second % 2 === 0 ? 10 : 20,
    priority: 250,
    pseudo_header: true,
  })),
  expect: [
    { at: atSecond(39), owner: undefined },
    { at: atSecond(43.5), owner: 'lb1' },
  ],
  check: world => {
    const counters = world.nodes[0]?.state?.instances[0]?.counters
    return counters?.pseudo_header_checksums === 20 ? undefined : JSON.stringify(counters)
  },
}
