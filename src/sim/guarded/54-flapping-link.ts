import { guarded } from '../pair.ts'
import { alternating } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

const [node, path] = ['lb1', 'front'] as const

export const scenario: Scenario = {
  row: 54,
  title: 'the front link of the active flaps once a second: one move, then nothing',
  pair: guarded,
  faults: alternating(
    [
      { kind: 'carrier', node, path, up: false },
      { kind: 'carrier', node, path, up: true },
    ],
    20,
    0.5,
    10,
  ),
  expect: [
    { at: atSecond(20.2), owner: 'lb2' },
    { at: atSecond(25), owner: 'lb2' },
    { at: atSecond(60), owner: 'lb2' },
  ],
  says: ['lb1 link_down front'],
  check: ({ nodes }) => {
    const taken = nodes.map(each => each.state?.instances[0]?.counters.became_active)
    return taken.join() === '1,1' ? undefined : `became active ${taken} times`
  },
}
