/** Faults that come again and again. */

import type { Fault, FaultAction } from './faults.ts'
import { atSecond } from './scenario.ts'

/** The same, every `every_s` seconds from one second on up to another, both included. */
export const repeated = (
  action: FaultAction,
  [from_s, to_s]: readonly [number, number],
  every_s = 1,
): readonly Fault[] =>
  Array.from({ length: Math.round((to_s - from_s) / every_s) + 1 }, (_, index) => ({
    ...action,
    at: atSecond(from_s + index * every_s),
  }))

/** One thing and its contrary by turns, `half_s` seconds each, `times` times. */
export const alternating = (
  [on, off]: readonly [FaultAction, FaultAction],
  from_s: number,
  half_s: number,
  times: number,
): readonly Fault[] =>
  Array.from({ length: times }, (_, index) => [
    { ...on, at: atSecond(from_s + 2 * index * half_s) },
    { ...off, at: atSecond(from_s + (2 * index + 1) * half_s) },
  ]).flat()

/** Both agents are stopped at a second, and start again at another. */
export const bothRestarted = (stop_s: number, start_s: number): readonly Fault[] =>
  (['lb1', 'lb2'] as const).flatMap(node => [
    { at: atSecond(stop_s), kind: 'stop' as const, node },
    { at: atSecond(start_s), kind: 'start' as const, node },
  ])
