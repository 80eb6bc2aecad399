import { forgedFrame } from '../forge.ts'
import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 61,
  title: 'the active is dead and unverified frames say active for ever: held for hold_ms_max alone',
  pair: { ...guarded, hold_ms_max: 10_000 },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    ...repeated({ kind: 'inject', node: 'lb2', hex: forgedFrame('active') }, [20, 60], 0.25),
  ],
  expect: [
    { at: atSecond(19.9), owner: 'lb1' },
    // Active_Down, then the hold.
    { at: atSecond(32.5), owner: undefined },
    { at: atSecond(32.8), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb2 stranger_active service'],
}
