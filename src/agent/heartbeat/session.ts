/** Sessions: two nonces, each proved to be held by a peer that is alive now. */

import type { Turn } from '../state.ts'
import { note } from '../state.ts'
import { after, isDue, milliseconds } from '../units.ts'
import { toHex, writeU32 } from '../wire/bytes.ts'
import { encodeFrame, HELLO, NONCE_BYTES } from '../wire/heartbeat.ts'
import { encodeHello, type Hello } from '../wire/heartbeat-hello.ts'
import { joined, sessionKeys } from './derive.ts'
import { isAnyAlive } from './paths.ts'
import { headerNow } from './report.ts'
import { sendFrame } from './send.ts'
import type { HeartbeatState, HelloNonces, PathState, Session } from './state.ts'
import { resetWindow } from './window.ts'

/** A challenge is answered at most this often on a path. */
const HELLO_GAP = milliseconds(40)
const NOBODY = new Uint8Array(NONCE_BYTES)

/** What became of a HELLO: taken, or the reason why it was not. */
export type HelloOutcome = 'taken' | 'version_other' | 'echo_other'

/** Takes an authentic HELLO. What it proves depends on whose nonce it echoes. */
export function takeHello(turn: Turn, path: PathState, hello: Hello): HelloOutcome {
  const heartbeat = turn.state.heartbeat as HeartbeatState
  const { identity, own, peer } = heartbeat
  if (hello.major_max < identity.major_min || hello.major_min > identity.major_max) {
    return 'version_other'
  }
  const { session } = peer
  const isOfSession = session !== undefined && isSame(hello.nonce, session.theirs)
  const answers = !isSame(hello.echo, NOBODY)
  if (own.fresh !== undefined && isSame(hello.echo, own.fresh)) {
    establish(turn, hello)
    sendHello(turn, path)
    return 'taken'
  }
  const isOurs = session !== undefined && isSame(hello.echo, session.mine)
  if (answers && !isOurs) return 'echo_other'
  // Both nodes know both nonces: answers to answers would fill a slow line.
  if (isOfSession && isOurs) return 'taken'
  // A replayed HELLO comes so far; what it gets is an answer that only its sender could use.
  if (!isOfSession) own.answered = hello.nonce
  if (isDue(path.answerAt, turn.at)) {
    path.answerAt = after(turn.at, HELLO_GAP)
    if (isOfSession) sendHello(turn, path)
    else challenge(turn, path, hello.nonce)
  }
  return 'taken'
}

/** Asks the peer to prove that it is alive now; `known` is its nonce as far as one is known. */
export function challenge(turn: Turn, path: PathState, known: Uint8Array = NOBODY): void {
  const { own } = turn.state.heartbeat as HeartbeatState
  own.fresh ??= drawNonce(turn, known)
  send(turn, path, own.fresh, known)
}

/** Says to the peer which session we hold, or that we hold none. */
export function sendHello(turn: Turn, path: PathState): void {
  const { session } = (turn.state.heartbeat as HeartbeatState).peer
  if (session === undefined) challenge(turn, path)
  else send(turn, path, session.mine, session.theirs)
}

/** Whether the peer may not know of a session with us, or wait for an answer on another path. */
export function isHelloDue(heartbeat: HeartbeatState): boolean {
  const { session } = heartbeat.peer
  if (session === undefined || session.heard === 0) return true
  return heartbeat.own.answered !== undefined && !isAnyAlive(heartbeat)
}

/**
 * Sends a HELLO that nobody asked for. Every second one answers the peer's last nonce, which may
 * have come by a path that works one way only; the others do not depend on what was played again.
 */
export function repeatHello(turn: Turn, path: PathState): void {
  const { own } = turn.state.heartbeat as HeartbeatState
  path.hasAnswered = !path.hasAnswered && own.answered !== undefined
  if (path.hasAnswered) challenge(turn, path, own.answered)
  else sendHello(turn, path)
}

/** Sends the HELLO that a busy line kept back. */
export function sendOwedHello(turn: Turn, path: PathState, owed: HelloNonces): void {
  send(turn, path, owed.nonce, owed.echo)
}

function send(turn: Turn, path: PathState, nonce: Uint8Array, echo: Uint8Array): void {
  const { state } = turn
  const { identity } = state.heartbeat as HeartbeatState
  const { major_min, major_max, boot, agent } = identity
  const body = encodeHello({ nonce, echo, boot, major_min, major_max, agent })
  const out = headerNow(state, { type: HELLO, major: major_max, tag: 0, seq: 0 })
  const key = identity.keys[identity.send_with]?.hello ?? NOBODY
  const frame = encodeFrame(out, body, signed => state.hash.hmac(key, signed))
  path.owesHello = sendFrame(turn, path, frame) ? undefined : { nonce, echo }
}

// The time and the peer's nonce go in: a copy of this machine in the same state draws another one.
function drawNonce(turn: Turn, known: Uint8Array): Uint8Array {
  const { own } = turn.state.heartbeat as HeartbeatState
  own.draws += 1
  const when = new Uint8Array(12)
  writeU32(when, 0, own.draws)
  writeU32(when, 4, Math.floor(turn.at / 0x1_0000_0000))
  writeU32(when, 8, turn.at)
  return turn.state.hash.hmac(own.entropy, joined(when, known)).subarray(0, NONCE_BYTES)
}

function establish(turn: Turn, hello: Hello): void {
  const { state, at } = turn
  const heartbeat = state.heartbeat as HeartbeatState
  const { identity, own, peer } = heartbeat
  const mine = own.fresh as Uint8Array
  const major = Math.min(hello.major_max, identity.major_max)
  const nonces = { mine, theirs: hello.nonce, major }
  const { tag, sendKey, receiveKeys } = sessionKeys(state.hash, identity, nonces, hello.boot)
  const session: Session = {
    mine,
    theirs: hello.nonce,
    tag,
    major,
    sendKey,
    receiveKeys,
    since: at,
    seq: 0,
    heard: 0,
    firsts: [],
    sent: [],
  }
  own.fresh = undefined
  own.answered = undefined
  const isRestart = peer.boot !== undefined && !isSame(peer.boot, hello.boot)
  peer.session = session
  peer.sessions += 1
  peer.boot = hello.boot
  peer.agent = hello.agent
  // What unverified frames said holds until the first frame of the session says better.
  peer.verified = undefined
  for (const path of heartbeat.paths) resetWindow(path)
  for (const path of heartbeat.paths) path.nextAt = at
  const facts = {
    peer_boot: toHex(hello.boot),
    agent: hello.agent,
    session: peer.sessions,
    isRestart,
  }
  note(turn, 'info', 'heartbeat_session', state.config.heartbeat?.peer.name ?? '', facts)
}

/** Whether two nonces or boot ids are the same. */
export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false
  return true
}
