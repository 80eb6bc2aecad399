import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 58,
  title: 'one byte of a thousand on the line is wrong, and bursts come from nowhere: nobody moves',
  pair: guarded,
  faults: [
    { at: atSecond(20), kind: 'line', from: 'lb1', noise: 0.001 },
    { at: atSecond(20), kind: 'line', from: 'lb2', noise: 0.001 },
    { at: atSecond(20), kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' },
    { at: atSecond(21), kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' },
    { at: atSecond(22), kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' },
    { at: atSecond(23), kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' },
    { at: atSecond(24), kind: 'inject', node: 'lb2', hex: '00fe7f8013000055aa00ff' },
  ],
  expect: [
    { at: atSecond(40), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
