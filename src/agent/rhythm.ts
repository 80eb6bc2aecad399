/**
 * What is to be done now and then is done with the beats, and these with the adverts, where little
 * has to be moved for it: each wake by itself costs a step of the director and a turn of the loop.
 */

import type { DirectorState } from './state.ts'
import { after, between, type Duration, type Instant, microseconds } from './units.ts'

/** A beat waits for an advert of ours for no more than this part of its interval. */
const ADVERT_PART = 16

/** When the next beat goes out: an interval after this one, or with the advert that follows. */
export function nextBeat({ instances }: DirectorState, at: Instant, interval: Duration): Instant {
  const wanted = after(at, interval)
  for (const { router } of instances) {
    const { advertAt, own_interval } = router
    if (advertAt === undefined) continue
    const wait = untilNext(advertAt, own_interval, wanted)
    if (ADVERT_PART * wait <= interval) return after(wanted, wait)
  }
  return wanted
}

/** With the last beat until `wanted`, if that is earlier by `most` at most; else at `wanted`. */
export function withBeatBefore(state: DirectorState, wanted: Instant, most: Duration): Instant {
  const path = nextOpen(state)
  if (path === undefined || wanted < path.nextAt) return wanted
  const early = between(path.nextAt, wanted) % path.interval
  return early > most ? wanted : after(wanted, microseconds(-early))
}

/**
 * With the first beat from `wanted` on, or nearer to it by `most`: then it is with one some other
 * time. At `wanted` itself where there is no beat before that.
 */
export function withBeatAfter(state: DirectorState, wanted: Instant, most: Duration): Instant {
  const path = nextOpen(state)
  if (path === undefined || wanted < path.nextAt) return wanted
  const late = untilNext(path.nextAt, path.interval, wanted)
  return after(wanted, late < most ? late : most)
}

// How long it is from `from` to what comes at a time and at each interval before and after it.
function untilNext(at: Instant, interval: Duration, from: Instant): Duration {
  const over = between(at, from) % interval
  return microseconds(over > 0 ? interval - over : -over)
}

// The path whose beat is next.
function nextOpen({ heartbeat }: DirectorState) {
  let next: NonNullable<typeof heartbeat>['paths'][number] | undefined
  for (const path of heartbeat?.paths ?? []) {
    if (path.open && (next === undefined || path.nextAt < next.nextAt)) next = path
  }
  return next
}
