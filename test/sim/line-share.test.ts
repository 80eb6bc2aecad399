import test from 'ava'
import { microseconds } from '../../src/agent/units.ts'
import { runCase } from '../../src/sim/case.ts'
import { guarded } from '../../src/sim/pair.ts'
import { atSecond } from '../../src/sim/scenario.ts'

// HELLO has 108 bytes and more, a BEAT with one group has less.
const HELLO_BYTES_MIN = 90
const FROM_S = 10
const UNTIL_S = 40

const lines = [
  { baud: 115_200, share_max: 0.03 },
  { baud: 38_400, share_max: 0.09 },
  // Here a frame leaves at four times its own length.
  { baud: 9_600, share_max: 0.25 },
]

for (const { baud, share_max } of lines) {
  test(`a quiet line of ${baud} baud carries BEATs alone, and has room left`, t => {
    const counts = { hello: 0, beat: 0, bytes: 0 }
    const quiet = { seed: 1, faults: [], overlap_max: microseconds(0), until: atSecond(UNTIL_S) }
    const pair = { ...guarded, baud, paths: ['line'] as const }
    const verdict = runCase({ ...quiet, pair }, (node, _event, effects) => {
      if (node.queue.now() < atSecond(FROM_S)) return
      for (const effect of effects) {
        if (effect.kind !== 'beat') continue
        counts.bytes += effect.bytes.length
        counts[effect.bytes.length >= HELLO_BYTES_MIN ? 'hello' : 'beat'] += 1
      }
    })
    t.is(verdict.kind, 'held')
    t.is(counts.hello, 0)
    t.true(counts.beat > 2 * (UNTIL_S - FROM_S), `${counts.beat}`)
    const share = (counts.bytes * 10) / baud / (UNTIL_S - FROM_S) / 2
    t.true(share <= share_max, `${share}`)
  })
}
