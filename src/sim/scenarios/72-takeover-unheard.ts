import { milliseconds } from '../../agent/units.ts'
import { atSecond, type Scenario } from '../scenario.ts'

// VRRP alone cannot know beforehand that nobody hears us. One and a half intervals later it does.
export const scenario: Scenario = {
  row: 72,
  title: 'takeover while the active does not hear us: given up within two and a half intervals',
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(30), kind: 'power_on', node: 'lb1' },
    ...(['front', 'back'] as const).map(path => ({
      ...({ kind: 'one_way', from: 'lb1', to: 'lb2' } as const),
      ...{ at: atSecond(45), path, broken: true },
    })),
    { at: atSecond(50), kind: 'order', node: 'lb1', order: 'takeover' },
  ],
  overlap_max: milliseconds(2_500),
  expect: [
    { at: atSecond(49.9), owner: 'lb2' },
    { at: atSecond(52.6), owner: 'lb2' },
    { at: atSecond(100), owner: 'lb2' },
  ],
}
