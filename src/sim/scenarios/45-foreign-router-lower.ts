import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 45,
  title: 'a foreign router with our VRID and a lower priority is answered and named',
  faults: repeated({ kind: 'foreign_advert', path: 'front', vrid: 10, priority: 50 }, [20, 21]),
  expect: [
    { at: atSecond(20.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: world => {
    const warned = world.nodes[0]?.state?.instances[0]?.warnedAt.second_active_heard
    return warned === undefined ? 'the foreign router was not named' : undefined
  },
}
