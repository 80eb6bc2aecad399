import type { DirectorState } from '../state.ts'
import type { Instant } from '../units.ts'

export function statusOf(state: DirectorState, at: Instant) {
  return { schema: 1, node: state.config.node, phase: state.phase, at }
}
