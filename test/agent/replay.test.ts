import test from 'ava'
import { replay } from '../../src/agent/replay.ts'
import { plainHash } from '../../src/agent/wire/sha256.ts'
import { runSeed } from '../../src/sim/swarm.ts'
import { recorder } from '../support/recorded.ts'

test('a recorded run gives the same effects when it is replayed', t => {
  const { events, effects, trace } = recorder('lb2')
  runSeed(7, trace)
  t.true(events.length > 100)
  t.deepEqual(replay(events, plainHash), effects)
})

test('a line that is no event, or comes before a beginning, gives null', t => {
  t.deepEqual(replay(['nonsense', '{"kind":"wake","at":5}'], plainHash), ['null', 'null'])
})
