import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 60,
  title: 'a console writes on the line: nothing of it is taken, nobody moves',
  pair: guarded,
  faults: [
    {
      at: atSecond(20.0),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.1),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.2),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.3),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.4),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.5),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.6),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.7),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.8),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
    {
      at: atSecond(20.9),
      kind: 'inject',
      node: 'lb2',
      hex: '5b20202031322e3334353637385d2075736220312d313a206e6577206465766963650d0a',
    },
  ],
  expect: [
    { at: atSecond(30), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
}
