/** `directorctl explain` for a person. */

import type { Explanation, Explanations } from './explain.ts'
import { duration } from './layout.ts'
import type { Facts } from './status-types.ts'

/** A paragraph for each instance; ends with a line feed. */
export const renderExplanations = ({ instances }: Explanations): string =>
  instances.map(instance => `${paragraph(instance).join('\n')}\n`).join('\n')

/** ` peer=192.0.2.11 priority=200`, as on the console; empty without facts. */
export const evidence = (facts: Facts): string =>
  Object.entries(facts)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('')

function paragraph(instance: Explanation): readonly string[] {
  const { name, group, state, since_s, priority, reason, text, facts } = instance
  return [
    `${name} of ${group}: ${state} for ${duration(since_s)}, priority ${priority}`,
    `  because     ${text}`,
    `  reason      ${reason}${evidence(facts)}`,
    ...waitingLines(instance),
    `  next        ${nextLine(instance)}`,
    ...peerLines(instance),
    ...transitionLines(instance),
  ]
}

function waitingLines({ waiting_for, standby }: Explanation): readonly string[] {
  const waits = waiting_for === null ? [] : [`  waits for   ${waiting_for}`]
  return standby === null ? waits : [...waits, `  standby     ${standby}, until directorctl join`]
}

function nextLine({ next }: Explanation): string {
  if (next === null) return 'no timer runs: it waits for an event'
  return `in ${duration(Math.max(next.in_s, 0))}, ${next.timer}: ${next.text}`
}

function peerLines({ peers }: Explanation): readonly string[] {
  if (peers.length === 0) return ['  peers       no other router was heard since the agent started']
  return peers.map(({ address, priority, age_s, adverts }) => {
    const said = priority === 0 ? 'gave up with priority 0' : `said priority ${priority}`
    return `  peer        ${address} ${said}, ${duration(age_s)} ago (${adverts} adverts)`
  })
}

function transitionLines({ transitions }: Explanation): readonly string[] {
  return transitions.map(({ age_s, from, to, reason, facts }) => {
    const when = `${duration(age_s)} ago`.padEnd(11)
    return `  ${when} ${from} -> ${to}, ${reason}${evidence(facts)}`
  })
}
