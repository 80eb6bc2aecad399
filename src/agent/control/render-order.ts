import type { GroupRuling, OrderAnswer } from './order.ts'
import { evidence } from './render-explain.ts'

const BEGUN: Readonly<Record<OrderAnswer['order'], string>> = {
  standby: 'standby begun',
  takeover: 'takeover begun',
  join: 'joined',
  hold: 'held',
}

/** The answer to an order for a person; ends with a line feed. */
export const renderOrder = ({ order, groups }: OrderAnswer): string =>
  `${groups.flatMap(ruling => lines(order, ruling)).join('\n')}\n`

function lines(order: OrderAnswer['order'], ruling: GroupRuling): readonly string[] {
  const { group, outcome, reason, text, facts, remedy, state } = ruling
  const what = outcome === 'begun' ? BEGUN[order] : outcome
  const first = `${group}: ${what}, it is ${state} now`
  const why = [`  because: ${text}`, `  reason:  ${reason}${evidence(facts)}`]
  return remedy === null ? [first, ...why] : [first, ...why, `  to do:   ${remedy}`]
}
