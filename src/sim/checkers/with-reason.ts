/** I3: no VIP is opened or closed without a recorded change of role that says why. */

import { REASONS } from '../../agent/reasons.ts'
import { type Checker, violate } from '../checker.ts'
import type { SimNode } from '../node.ts'

export const withReason: Checker = {
  id: 'I3',
  onEffects(world, node, event, effects) {
    if (event === 'begin') return
    for (const effect of effects) {
      if (effect.kind !== 'flip') continue
      const why = explain(node, effect.instance, effect.to, event.at)
      if (why !== undefined) violate(world, 'I3', `${node.name} ${effect.instance}: ${why}`)
    }
  },
}

function explain(node: SimNode, name: string, to: string, at: number): string | undefined {
  const instance = node.state?.instances.find(other => other.name === name)
  const last = instance?.history.at(-1)
  if (last === undefined) return to === 'open' ? 'opened without any change of role' : undefined
  if (!(last.reason in REASONS)) return `the reason ${last.reason} is not in the list`
  if (to === 'open' && last.to !== 'active') return `opened as ${last.to}`
  if (to === 'open' && last.at !== at) return 'opened without a change of role'
  if (to === 'open' || last.to !== 'active') return undefined
  // After a stall it may yield and take over again in one step.
  const hasYielded = instance?.history.some(each => each.at === at && each.to !== 'active')
  return hasYielded ? undefined : 'closed while active'
}
