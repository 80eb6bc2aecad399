/** Numbers of frames, and frames that fit no session. */

import type { Turn } from '../state.ts'
import { after, between, isDue, microseconds } from '../units.ts'
import type { Header } from '../wire/heartbeat.ts'
import { type Beat, decodeAge } from '../wire/heartbeat-body.ts'
import type { DiscardReason } from './discards.ts'
import { challenge, sendHello } from './session.ts'
import type { HeartbeatState, PathState, Session } from './state.ts'
import { admit } from './window.ts'

/** The numbers of the last frames that are remembered with their times. */
export const REMEMBERED = 32
/** A challenge because of frames that fit no session, at most this often. */
const DOUBT_GAP = microseconds(200_000)

/** Whether the number is new here and not long known from elsewhere. */
export function admitFrame(
  turn: Turn,
  path: PathState,
  session: Session,
  seq: number,
): DiscardReason | undefined {
  const first = session.firsts[seq % REMEMBERED]
  const isFirst = seq > session.heard
  if (!isFirst) {
    const isOld = first === undefined || first.seq !== seq
    if (session.heard - seq >= REMEMBERED) return refuse(turn, path, 'replayed')
    if (!isOld && 2 * between(first.at, turn.at) > path.dead) return refuse(turn, path, 'late')
  }
  if (!admit(path, seq)) return refuse(turn, path, 'replayed')
  if (isFirst) {
    session.heard = seq
    session.firsts[seq % REMEMBERED] = { seq, at: turn.at }
  }
  return undefined
}

// A node that was put back into an older state goes on with numbers that we have heard: it must
// prove itself anew. While the peer is heard elsewhere it is only somebody who repeats it.
function refuse(turn: Turn, path: PathState, reason: 'replayed' | 'late'): DiscardReason {
  const { paths, peer, interval } = turn.state.heartbeat as HeartbeatState
  const isHeard = paths.some(
    ({ lastAt }) => lastAt !== undefined && between(lastAt, turn.at) <= 2 * interval,
  )
  if (!isHeard) doubt(turn, path, peer.session?.theirs)
  return reason
}

/** Asks the peer to prove itself, at a bounded rate on each path: some may work one way only. */
export function doubt(turn: Turn, path: PathState, known: Uint8Array | undefined): void {
  if (!isDue(path.doubtAt, turn.at)) return
  path.doubtAt = after(turn.at, DOUBT_GAP)
  if (known !== undefined) challenge(turn, path, known)
  else sendHello(turn, path)
}

/** The header alone is read: what it says can hold us back and nothing else. */
export function meetStranger(
  turn: Turn,
  path: PathState,
  header: Header,
  reason: DiscardReason,
): DiscardReason {
  const { peer } = turn.state.heartbeat as HeartbeatState
  const { stranger } = peer
  const isActive = path.kind === 'serial' && header.role === 'active'
  peer.stranger = {
    why: reason === 'version_other' ? 'incompatible' : 'unauthenticated',
    role: header.role,
    major: header.major,
    at: turn.at,
    firstAt: stranger?.firstAt ?? turn.at,
    activeAt: isActive ? turn.at : stranger?.activeAt,
  }
  return reason
}

/** The peer says which of our numbers it heard last on each path, and how long ago. */
export function measure(turn: Turn, session: Session, beat: Beat, on: PathState): void {
  const { paths } = turn.state.heartbeat as HeartbeatState
  const report = beat.paths[on.index]
  if (report === undefined || paths.length !== beat.paths.length) return
  const sent = session.sent[report.seq % REMEMBERED]
  if (sent === undefined || (sent.seq & 0xff) !== report.seq) return
  const held = microseconds(decodeAge(report.age) * 1_000)
  const rtt = between(after(sent.at, held), turn.at)
  if (rtt >= 0) on.rtt = rtt
}
