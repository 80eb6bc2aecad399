/** What a swarm has been through, so that a reader sees how broad it was. */

import type { Case } from './case.ts'
import type { Fault } from './faults.ts'

export interface Tally {
  schedules: number
  /** By kind, without what heals. */
  readonly faults: Record<string, number>
}

/** Nothing yet. */
export const newTally = (): Tally => ({ schedules: 0, faults: {} })

/** Counts a schedule with the faults before its healing. */
export function count(tally: Tally, { faults, healed_at }: Case): void {
  tally.schedules += 1
  const isFault = ({ at }: Fault) => healed_at === undefined || at < healed_at
  for (const { kind } of faults.filter(isFault)) {
    tally.faults[kind] = (tally.faults[kind] ?? 0) + 1
  }
}

/** Adds what was counted elsewhere. */
export function add(tally: Tally, more: Tally): void {
  tally.schedules += more.schedules
  for (const [kind, times] of Object.entries(more.faults)) {
    tally.faults[kind] = (tally.faults[kind] ?? 0) + times
  }
}

/** As `1,234 faults: blocked 200, kill 100 ...`, the most frequent kind first. */
export function renderFaults({ faults }: Tally): string {
  const kinds = Object.entries(faults).sort(([, left], [, right]) => right - left)
  const all = kinds.reduce((sum, [, times]) => sum + times, 0)
  return `${withCommas(all)} faults: ${kinds.map(([kind, times]) => `${kind} ${withCommas(times)}`).join(', ')}`
}

const withCommas = (value: number) => value.toLocaleString('en-US')
