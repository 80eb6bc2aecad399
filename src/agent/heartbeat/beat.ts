/** The rhythm of the heartbeat: one frame for all paths at each tick, and at once on a change. */

import { nextBeat } from '../rhythm.ts'
import { offer, type Soonest } from '../soonest.ts'
import type { DirectorState, Turn } from '../state.ts'
import { after, between, type Duration, type Instant, isDue, seconds } from '../units.ts'
import { encodeCobs } from '../wire/cobs.ts'
import { BEAT, BODY_AT, beginFrame, endFrame } from '../wire/heartbeat.ts'
import { writeGroup, writeNode, writePath, writePathCount } from '../wire/heartbeat-body.ts'
import { REMEMBERED } from './admit.ts'
import { judgePath, lookAtPath } from './paths.ts'
import { groupReport, headerNow, nodeReport, pathReport } from './report.ts'
import { sendStuffed } from './send.ts'
import { isHelloDue, repeatHello, sendOwedHello } from './session.ts'
import type { HeartbeatState, Session } from './state.ts'

const LATE_SHOWN = seconds(5)

/** Runs what is due: judges paths, sends what is to be sent. @returns whether a path changed */
export function wakeHeartbeat(turn: Turn): boolean {
  const { heartbeat } = turn.state
  if (heartbeat === undefined) return false
  let isNews = false
  for (const path of heartbeat.paths) {
    isNews = judgePath(turn, path) || isNews
    lookAtPath(turn, path)
  }
  sendDue(turn, heartbeat, false)
  return isNews
}

/** Whether there will be a beat. */
export function hasOpenPath(heartbeat: HeartbeatState | undefined): boolean {
  for (const { open } of heartbeat?.paths ?? []) if (open) return true
  return false
}

/** Whether a loop that was late by this has missed what the peer said. */
export function isLongAway({ paths }: HeartbeatState, length: Duration): boolean {
  for (const { dead } of paths) if (2 * length > dead) return true
  return false
}

/**
 * Before anything else is done in a turn, which may send and so begin the rhythm anew: whether the
 * loop comes late to it.
 *
 * @returns whether it was away for so long that it missed what the peer said
 */
export function noteLate(turn: Turn): boolean {
  const { heartbeat } = turn.state
  if (heartbeat === undefined) return false
  let next: Instant | undefined
  for (const { open, nextAt } of heartbeat.paths) {
    if (open && (next === undefined || nextAt < next)) next = nextAt
  }
  if (next === undefined || !isDue(next, turn.at)) return false
  const length = between(next, turn.at)
  const isBack = isLongAway(heartbeat, length)
  if (isBack) heartbeat.backAt = turn.at
  if (length > heartbeat.late.length || isDue(heartbeat.late.until, turn.at)) {
    heartbeat.late = { length, until: after(turn.at, LATE_SHOWN) }
  }
  return isBack
}

/** Says the present state on every path at once: something changed that the peer waits for. */
export function beatNow(turn: Turn): void {
  const { heartbeat } = turn.state
  if (heartbeat?.peer.session !== undefined) sendDue(turn, heartbeat, true)
}

/** Offers when frames go out: that one does changes nothing for anybody here. */
export function offerBeats({ heartbeat }: DirectorState, first: Soonest): void {
  if (heartbeat === undefined) return
  for (const { open, owes, freeAt, nextAt, name } of heartbeat.paths) {
    if (open) offer(first, owes && freeAt < nextAt ? freeAt : nextAt, 'beat', name)
  }
}

function sendDue(turn: Turn, heartbeat: HeartbeatState, isNews: boolean): void {
  let bytes: Uint8Array | undefined
  for (const path of heartbeat.paths) {
    if (!path.open) continue
    const isDueNow = isNews || isDue(path.nextAt, turn.at)
    if (!isDueNow && !(path.owes && isDue(path.freeAt, turn.at))) continue
    if (isDueNow) path.nextAt = nextBeat(turn.state, turn.at, path.interval)
    const { session } = heartbeat.peer
    // What a busy line owes is then the frame: two HELLOs in a row would keep it off for ever.
    if (path.owesHello !== undefined) sendOwedHello(turn, path, path.owesHello)
    else if (isHelloDue(heartbeat) && (session === undefined || isDueNow)) repeatHello(turn, path)
    if (session === undefined) continue
    bytes ??= nextFrame(turn, heartbeat, session)
    sendStuffed(turn, path, bytes)
  }
}

function nextFrame(turn: Turn, heartbeat: HeartbeatState, session: Session): Uint8Array {
  const { state, at } = turn
  session.seq += 1
  session.sent[session.seq % REMEMBERED] = { seq: session.seq, at }
  const { major, tag, seq } = session
  const frame = beginFrame(headerNow(state, { type: BEAT, major, tag, seq }))
  let end = writeNode(frame, BODY_AT, nodeReport(state, at))
  end = writePathCount(frame, end, heartbeat.paths.length)
  for (const path of heartbeat.paths) end = writePath(frame, end, pathReport(path, at))
  for (const { index } of state.groups) end = writeGroup(frame, end, groupReport(state, index, at))
  return encodeCobs(endFrame(end, signed => state.hash.hmac(session.sendKey, signed)))
}
