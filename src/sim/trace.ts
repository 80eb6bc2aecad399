import { consoleLine } from '../agent/control/console-line.ts'
import type { Effect, Event } from '../agent/machine.ts'
import type { SimNode } from './node.ts'

/** One step as a line for a person; undefined: nothing in it that a person would look for. */
export function traceLine(
  node: SimNode,
  event: Event | 'begin',
  effects: readonly Effect[],
): string | undefined {
  const said = effects.flatMap(describe)
  if (said.length === 0) return undefined
  const at = (node.queue.now() / 1_000_000).toFixed(6).padStart(11)
  return `[${at}] ${node.name} ${event === 'begin' ? event : event.kind}: ${said.join('; ')}`
}

function describe(effect: Effect): readonly string[] {
  if (effect.kind === 'note') return [consoleLine(effect)]
  if (effect.kind === 'flip') return [`${effect.instance} to be ${effect.to}`]
  return effect.kind === 'exit' ? [`exit ${effect.code}`] : []
}
