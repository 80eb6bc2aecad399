/** What came in on a path: frames between delimiters, checked in a fixed order. */

import type { HeardEvent } from '../machine.ts'
import type { Turn } from '../state.ts'
import { part } from '../wire/bytes.ts'
import { decodeCobs } from '../wire/cobs.ts'
import {
  BEAT,
  BODY_AT,
  bodyEndOf,
  bodyOf,
  decodeHeader,
  FRAME_BYTES_MAX,
  HELLO,
  type Header,
  isMac,
  seqOf,
  signedOf,
  tagOf,
} from '../wire/heartbeat.ts'
import { decodeBeat } from '../wire/heartbeat-body.ts'
import { decodeHello } from '../wire/heartbeat-hello.ts'
import { admitFrame, doubt, measure, meetStranger } from './admit.ts'
import type { DiscardReason } from './discards.ts'
import { isSame, takeHello } from './session.ts'
import type { HeartbeatState, PathState, PeerState } from './state.ts'

/** With the stuffing, without delimiters. */
export const STUFFED_BYTES_MAX = FRAME_BYTES_MAX + 2

/**
 * Takes the bytes that came in on a path.
 *
 * @returns whether the peer said something new
 */
export function hearBytes(turn: Turn, event: HeardEvent): boolean {
  const heartbeat = turn.state.heartbeat
  const path = heartbeat?.paths.find(({ name }) => name === event.path)
  if (path === undefined) return false
  const { bytes } = event
  path.counters.bytes += bytes.length
  path.recent.bytes += bytes.length
  path.byteAt = turn.at
  let isNews = false
  let from = 0
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, from)) {
    if (path.partial_length > 0 || path.overflowing) {
      isNews = endPartial(turn, path, part(bytes, from, at)) || isNews
    } else if (at > from) isNews = hearFrame(turn, path, part(bytes, from, at)) || isNews
    from = at + 1
  }
  if (from < bytes.length) keepPartial(path, bytes.subarray(from))
  // A datagram is whole by itself: what follows its last delimiter is no beginning of the next one.
  if (path.kind === 'udp' && path.partial_length > 0) {
    path.partial_length = 0
    discard(path, 'cobs_bad')
  }
  return isNews
}

function keepPartial(path: PathState, rest: Uint8Array): void {
  for (const byte of path.kind === 'serial' ? rest : []) if (isText(byte)) path.recent.text += 1
  if (path.overflowing) return
  if (path.partial_length + rest.length > STUFFED_BYTES_MAX) {
    path.overflowing = true
    path.partial_length = 0
    discard(path, 'oversize')
    return
  }
  path.partial.set(rest, path.partial_length)
  path.partial_length += rest.length
}

function endPartial(turn: Turn, path: PathState, rest: Uint8Array): boolean {
  keepPartial(path, rest)
  const { partial_length, overflowing } = path
  path.overflowing = false
  path.partial_length = 0
  if (overflowing || partial_length === 0) return false
  return hearFrame(turn, path, part(path.partial, 0, partial_length))
}

// Of the frame that is looked at; nothing of it is kept.
const decoded = new Uint8Array(STUFFED_BYTES_MAX)

/** One frame without its delimiters. @returns whether it says something new */
function hearFrame(turn: Turn, path: PathState, raw: Uint8Array): boolean {
  const { peer } = turn.state.heartbeat as HeartbeatState
  const { session, verified } = peer
  if (session !== undefined && verified !== undefined && isSame(raw, verified.raw)) {
    // The very bytes were verified when they came on another path.
    const refused = admitFrame(turn, path, session, verified.seq)
    return settle(turn, path, refused === undefined ? 'known' : refused)
  }
  const frame = decodeCobs(raw, decoded)
  if (frame === undefined) return settle(turn, path, 'cobs_bad')
  const header = decodeHeader(frame)
  if (typeof header === 'string') return settle(turn, path, header)
  return settle(turn, path, takeFrame(turn, path, header, { frame, raw }))
}

type Outcome = DiscardReason | 'news' | 'known' | 'hello'

function settle(turn: Turn, path: PathState, outcome: Outcome): boolean {
  if (outcome === 'news' || outcome === 'known') {
    path.lastAt = turn.at
    path.counters.accepted += 1
    path.recent.frames += 1
    return outcome === 'news'
  }
  if (outcome !== 'hello') discard(path, outcome)
  return false
}

interface Decoded {
  readonly frame: Uint8Array
  readonly raw: Uint8Array
}

function takeFrame(turn: Turn, path: PathState, header: Header, decoded: Decoded): Outcome {
  const { identity } = turn.state.heartbeat as HeartbeatState
  if (header.cluster !== identity.cluster) return 'cluster_other'
  if (header.node === identity.node) return 'node_own'
  if (header.node !== identity.peer) return 'node_other'
  if (header.type === HELLO) return onHello(turn, path, header, decoded.frame)
  return header.type === BEAT ? onBeat(turn, path, header, decoded) : 'type_unknown'
}

function onHello(turn: Turn, path: PathState, header: Header, frame: Uint8Array): Outcome {
  const { identity } = turn.state.heartbeat as HeartbeatState
  const key = identity.keys[header.key]?.peer_hello
  if (key === undefined) return meetStranger(turn, path, header, 'key_unknown')
  if (!isMac(frame, turn.state.hash.hmac(key, signedOf(frame)))) {
    return meetStranger(turn, path, header, 'mac_bad')
  }
  const hello = decodeHello(bodyOf(frame))
  if (hello === undefined) return 'content_bad'
  const outcome = takeHello(turn, path, hello)
  if (outcome === 'taken') return 'hello'
  return outcome === 'version_other' ? meetStranger(turn, path, header, outcome) : outcome
}

function onBeat(turn: Turn, path: PathState, header: Header, { frame, raw }: Decoded): Outcome {
  const { identity, peer } = turn.state.heartbeat as HeartbeatState
  const { session } = peer
  if (header.major < identity.major_min || header.major > identity.major_max) {
    return meetStranger(turn, path, header, 'version_other')
  }
  if (identity.keys[header.key] === undefined) {
    return meetStranger(turn, path, header, 'key_unknown')
  }
  if (session === undefined || tagOf(frame) !== session.tag) {
    doubt(turn, path, undefined)
    return meetStranger(turn, path, header, 'session_unknown')
  }
  const key = session.receiveKeys[header.key]
  if (key === undefined || !isMac(frame, turn.state.hash.hmac(key, signedOf(frame)))) {
    return meetStranger(turn, path, header, 'mac_bad')
  }
  const beat = decodeBeat(frame, BODY_AT, bodyEndOf(frame))
  if (beat === undefined) return 'content_bad'
  const seq = seqOf(frame)
  const isNewest = seq > session.heard
  const refused = admitFrame(turn, path, session, seq)
  if (refused !== undefined) return refused
  if (!isNewest) return 'known'
  remember(peer, raw, seq)
  measure(turn, session, beat, path)
  peer.report = beat
  peer.reportedAt = turn.at
  peer.stranger = undefined
  return 'news'
}

// In the same bytes as the one before, which is of the same length nearly always.
function remember(peer: PeerState, raw: Uint8Array, seq: number): void {
  const { verified } = peer
  if (verified?.raw.length !== raw.length) {
    peer.verified = { raw: raw.slice(), seq }
    return
  }
  verified.raw.set(raw)
  verified.seq = seq
}

/** Counts a frame that is not taken. */
export function discard(path: PathState, reason: DiscardReason): void {
  path.discards[reason] = (path.discards[reason] ?? 0) + 1
  if (NOISE.includes(reason)) path.recent.noise += 1
}

const NOISE: readonly DiscardReason[] = ['oversize', 'cobs_bad', 'size_bad', 'crc_bad']

const isText = (byte: number) => (byte >= 32 && byte < 127) || byte === 10 || byte === 13
