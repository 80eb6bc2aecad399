import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 46,
  title: 'a foreign router with our VRID and a higher priority wins, as RFC 9568 has it',
  faults: [20, 21, 22, 23, 24].map(second => ({
    at: atSecond(second),
    kind: 'foreign_advert' as const,
    path: 'front',
    vrid: 10,
    priority: 250,
  })),
  expect: [
    { at: atSecond(20.1), owner: undefined },
    { at: atSecond(24.9), owner: undefined },
    { at: atSecond(27.3), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
