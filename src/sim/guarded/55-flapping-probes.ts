import { guarded } from '../pair.ts'
import { alternating } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

const ADDRESS = '10.77.0.21'

export const scenario: Scenario = {
  row: 55,
  title: 'the probes of a real server flap: it stays in its service, and no group moves',
  pair: guarded,
  // Faster than two failures in a row: every second probe fails.
  faults: alternating(
    [
      { kind: 'real_server', address: ADDRESS, up: false },
      { kind: 'real_server', address: ADDRESS, up: true },
    ],
    20,
    2,
    10,
  ),
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(70), owner: 'lb1' },
  ],
  neverSays: ['lb1 real_server_down web 10.77.0.21:80', 'lb1 service_down web'],
  check: ({ nodes }) => {
    const taken = nodes.map(node => node.state?.instances[0]?.counters.became_active)
    return taken.join() === '1,0' ? undefined : `became active ${taken} times`
  },
}
