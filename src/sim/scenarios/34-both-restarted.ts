import { bothRestarted } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 34,
  title: 'both agents are restarted at once: one owns again after hold and Active_Down',
  faults: bothRestarted(20, 20.5),
  expect: [
    { at: atSecond(20.4), owner: undefined },
    { at: atSecond(25.75), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
