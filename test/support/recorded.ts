import { encodeRecord } from '../../src/agent/control/record.ts'
import { lifeOf } from '../../src/sim/node.ts'
import type { World } from '../../src/sim/world.ts'

/** What one node of a simulated run was told, and what it did, a line each. */
export function recorder(name: string) {
  const events: string[] = []
  const effects: string[] = []
  const trace: World['trace'] = (node, event, said) => {
    if (node.name !== name) return
    const { config, queue } = node
    const { version, entropy, held } = lifeOf(node)
    const begin = { kind: 'begin', at: queue.now(), config, version, entropy, held }
    events.push(encodeRecord(event === 'begin' ? begin : event))
    effects.push(encodeRecord(said))
  }
  return { events, effects, trace }
}
