import test from 'ava'
import { encodeRecord } from '../../src/agent/control/record.ts'
import { replay } from '../../src/agent/replay.ts'
import { plainHash } from '../../src/agent/wire/sha256.ts'
import { lifeOf } from '../../src/sim/node.ts'
import { runSeed } from '../../src/sim/swarm.ts'

test('a recorded run gives the same effects when it is replayed', t => {
  const events: string[] = []
  const effects: string[] = []
  runSeed(7, (node, event, said) => {
    if (node.name !== 'lb2') return
    const { config, queue } = node
    const { version, entropy, held } = lifeOf(node)
    const begin = { kind: 'begin', at: queue.now(), config, version, entropy, held }
    events.push(encodeRecord(event === 'begin' ? begin : event))
    effects.push(encodeRecord(said))
  })
  t.true(events.length > 100)
  t.deepEqual(replay(events, plainHash), effects)
})

test('a line that is no event, or comes before a beginning, gives null', t => {
  t.deepEqual(replay(['nonsense', '{"kind":"wake","at":5}'], plainHash), ['null', 'null'])
})
