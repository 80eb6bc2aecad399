import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 4,
  title: 'the kernel of the active hangs: the backup owns within Active_Down, the watchdog reboots',
  pair: guarded,
  // A kernel that hangs answers nothing; its watchdog starts it anew after ten seconds at most.
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(30), kind: 'power_on', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    { at: atSecond(23.62), owner: 'lb2' },
    { at: atSecond(29.9), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb2 path_lost line', 'lb2 path_found line'],
}
