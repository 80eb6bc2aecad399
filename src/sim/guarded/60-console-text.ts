import { guarded } from '../pair.ts'
import { repeated } from '../repeated.ts'
import { atSecond, type Scenario } from '../scenario.ts'

// "[   12.345678] usb 1-1: new device" and a line end.
const TEXT = '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a'

export const scenario: Scenario = {
  row: 60,
  title: 'a console writes on the line: nothing of it is taken, nobody moves',
  pair: guarded,
  faults: [
    ...repeated({ kind: 'inject', node: 'lb2', hex: TEXT }, [20, 21], 0.1),
    // Then the console alone.
    { at: atSecond(30), kind: 'line', from: 'lb1', cut: true },
    ...repeated({ kind: 'inject', node: 'lb2', hex: TEXT }, [30, 60], 0.1),
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: ({ nodes }) => {
    const path = nodes[1]?.state?.heartbeat?.paths[0]
    if ((path?.discards.oversize ?? 0) === 0) return 'nothing was counted'
    return path?.trouble === 'text' ? undefined : `the line counts as ${path?.trouble}`
  },
}
