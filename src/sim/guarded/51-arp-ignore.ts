import { seconds } from '../../agent/units.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 51,
  title: 'someone sets arp_ignore back on the backup: the audit puts it right within its round',
  pair: guarded,
  faults: [{ at: atSecond(20), kind: 'arp_ignore_reset', node: 'lb2' }],
  // Each of two devices is looked at every four seconds; until then the backup answers ARP.
  overlap_max: seconds(4),
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(24.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
