/** Whether each path is alive, and what is wrong with it. */

import type { PathEvent } from '../machine.ts'
import { offer, type Soonest } from '../soonest.ts'
import { type DirectorState, note, type Turn } from '../state.ts'
import {
  after,
  between,
  type Duration,
  type Instant,
  isDue,
  milliseconds,
  seconds,
} from '../units.ts'
import type { HeartbeatState, PathState, Trouble } from './state.ts'

/** How often a line is looked at for trouble: at the first beat from then on. */
export const LOOK_INTERVAL = seconds(2)
/** A frame at the largest, and its way. */
const LATENCY_MAX = milliseconds(200)

/** Silence that counts as the loss of a path: never below four frames or three frame times. */
export const deadTime = (configured: Duration, interval: Duration, frame: Duration): Duration =>
  Math.max(configured, 4 * interval, 3 * frame + LATENCY_MAX) as Duration

/** How the port is, as the shell says it. */
export function onPath(turn: Turn, event: PathEvent): void {
  const path = turn.state.heartbeat?.paths.find(({ name }) => name === event.path)
  if (path === undefined) return
  path.errno = event.errno
  path.unsent = event.unsent
  if (event.line !== undefined) path.line = event.line
  // A port that never opened is in trouble as well.
  if (!event.open) setTrouble(turn, path, 'closed')
  if (path.open === event.open) return
  path.open = event.open
  path.owesHello = undefined
  path.partial_length = 0
  path.overflowing = false
  path.nextAt = turn.at
  path.lookAt = after(turn.at, LOOK_INTERVAL)
  if (event.open && path.trouble === 'closed') setTrouble(turn, path, 'none')
}

/** When silence makes a path dead; undefined: it is not alive. */
const deadAt = ({ isAlive, lastAt, dead }: PathState): Instant | undefined =>
  isAlive && lastAt !== undefined ? after(lastAt, dead) : undefined

/** Whether the peer is heard on any path. */
export function isAnyAlive({ paths }: HeartbeatState): boolean {
  for (const { isAlive } of paths) if (isAlive) return true
  return false
}

/** Offers when a path falls silent. */
export function offerPathDeadlines({ heartbeat }: DirectorState, first: Soonest): void {
  if (heartbeat === undefined) return
  for (const path of heartbeat.paths) offer(first, deadAt(path), 'path_dead', path.name)
}

/** Judges every path. @returns whether one became alive or dead */
export function judgePaths(turn: Turn): boolean {
  let isNews = false
  for (const path of turn.state.heartbeat?.paths ?? []) isNews = judgePath(turn, path) || isNews
  return isNews
}

/** Judges one path. @returns whether it became alive or dead */
export function judgePath(turn: Turn, path: PathState): boolean {
  const { lastAt, dead, isAlive } = path
  const isHeard = lastAt !== undefined && between(lastAt, turn.at) < dead
  if (isHeard === isAlive) return false
  path.isAlive = isHeard
  path.judgedAt = turn.at
  if (isHeard) note(turn, 'info', 'path_found', path.name)
  else note(turn, 'alarm', 'path_lost', path.name, { trouble: path.trouble })
  return true
}

/** Looks at what came in since the last look, when it is time. */
export function lookAtPath(turn: Turn, path: PathState): void {
  if (!isDue(path.lookAt, turn.at)) return
  path.lookAt = after(turn.at, LOOK_INTERVAL)
  if (path.open) setTrouble(turn, path, troubleOf(turn, path))
  path.lookedLine = path.line
  const { recent } = path
  recent.frames = 0
  recent.noise = 0
  recent.text = 0
  recent.bytes = 0
}

/** A path judges others by: enough that one error is not noise. */
const NOISE_MIN = 3

function troubleOf(turn: Turn, path: PathState): Trouble {
  const { recent, line, lookedLine } = path
  const framing = line.framing - lookedLine.framing
  const overrun = line.overrun + line.buffer_overrun
  if (recent.frames === 0) {
    if (recent.bytes === 0) return 'no_signal'
    if (framing >= NOISE_MIN) return 'wrong_speed'
    if (countOf(path, 'node_own') > 0) return 'looped'
    if (2 * recent.text > recent.bytes) return 'text'
    const stranger = (turn.state.heartbeat as HeartbeatState).peer.stranger
    if (stranger !== undefined && between(stranger.at, turn.at) < path.dead) return 'unverified'
    return 'noise'
  }
  if (overrun > lookedLine.overrun + lookedLine.buffer_overrun) return 'overrun'
  return recent.noise >= NOISE_MIN || framing >= NOISE_MIN ? 'noise' : 'none'
}

const countOf = ({ discards }: PathState, reason: 'node_own') => discards[reason] ?? 0

function setTrouble(turn: Turn, path: PathState, trouble: Trouble): void {
  if (path.trouble === trouble) return
  path.trouble = trouble
  path.troubleAt = turn.at
  if (trouble === 'none') note(turn, 'info', 'path_well', path.name)
  else note(turn, 'warning', 'path_trouble', path.name, { trouble, errno: path.errno })
}
