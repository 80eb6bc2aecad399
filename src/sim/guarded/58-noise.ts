import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 58,
  title: 'one byte of a thousand on the line is wrong, and bursts come from nowhere: nobody moves',
  // Of four frames in a row all are lost once in some hundred runs, of eight never.
  pair: { ...guarded, dead_ms: 2_000 },
  faults: [
    { at: atSecond(20), kind: 'line', from: 'lb1', noise: 0.001 },
    { at: atSecond(20), kind: 'line', from: 'lb2', noise: 0.001 },
    ...repeated({ kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' }, [20, 59]),
  ],
  expect: [
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  neverSays: ['lb1 path_lost line', 'lb2 path_lost line'],
  check: ({ nodes }) => {
    const { crc_bad = 0, cobs_bad = 0 } = nodes[1]?.state?.heartbeat?.paths[0]?.discards ?? {}
    return crc_bad > 0 && cobs_bad > 0 ? undefined : `${crc_bad} crc_bad, ${cobs_bad} cobs_bad`
  },
}
