/** All that a node knows of its peer by the heartbeat. Plain data. */

import type { LineCounters } from '../line-counters.ts'
import type { Duration, Instant } from '../units.ts'
import type { WireRole } from '../wire/heartbeat.ts'
import type { Beat } from '../wire/heartbeat-body.ts'
import type { DiscardReason } from './discards.ts'

export interface HeartbeatState {
  readonly interval: Duration
  readonly identity: Identity
  readonly paths: readonly PathState[]
  readonly own: OwnState
  readonly peer: PeerState
  /** How late the loop lately was, and until when that is reported. */
  late: { length: Duration; until: Instant }
  /** When the loop last went on after so long that paths died unread; undefined: it did not. */
  backAt: Instant | undefined
}

/** What never changes while the process lives, but for the digest. */
export interface Identity {
  readonly cluster: number
  readonly node: number
  readonly peer: number
  readonly boot: Uint8Array
  /** Majors that this node speaks. */
  readonly major_min: number
  readonly major_max: number
  readonly send_with: number
  /** By key id. */
  readonly keys: Readonly<Record<number, HeartbeatKeys>>
  /** Of the running config: a reload changes it. */
  digest: number
  readonly agent: string
}

export interface HeartbeatKeys {
  readonly id: number
  /** As it was given. */
  readonly key: Uint8Array
  /** For the HELLOs that this node sends, and for those of the peer. */
  readonly hello: Uint8Array
  readonly peer_hello: Uint8Array
}

/** What this node's own nonces come from. */
export interface OwnState {
  readonly entropy: Uint8Array
  draws: number
  /** Our outstanding challenge: whoever echoes it is alive now. */
  fresh: Uint8Array | undefined
  /** The last nonce of the peer, of no session of ours, that we answered. */
  answered: Uint8Array | undefined
}

export interface PeerState {
  session: Session | undefined
  /** Sessions proved since the start. */
  sessions: number
  boot: Uint8Array | undefined
  agent: string
  /** The newest verified frame as it came: its copies on other paths need no second look. */
  verified: { readonly raw: Uint8Array; seq: number } | undefined
  /** Of the newest frame. */
  report: Beat | undefined
  reportedAt: Instant | undefined
  stranger: Stranger | undefined
}

/** What the eternal header of frames said that could not be verified. */
export interface Stranger {
  readonly why: 'unauthenticated' | 'incompatible'
  readonly role: WireRole
  readonly major: number
  readonly at: Instant
  readonly firstAt: Instant
  /** When it last said on a serial line that it is active. */
  readonly activeAt: Instant | undefined
}

/** Two nonces that both nodes proved to hold. */
export interface Session {
  readonly mine: Uint8Array
  readonly theirs: Uint8Array
  readonly tag: number
  readonly major: number
  readonly sendKey: Uint8Array
  /** By key id. */
  readonly receiveKeys: Readonly<Record<number, Uint8Array>>
  readonly since: Instant
  /** Sequence number of the last frame sent. */
  seq: number
  /** The newest one heard on any path; 0: none yet. */
  heard: number
  /** When each of the newest sequence numbers was first heard, by its low bits. */
  readonly firsts: { seq: number; at: Instant }[]
  /** When each of our newest went out, by its low bits. */
  readonly sent: { seq: number; at: Instant }[]
}

/** What one HELLO says: a nonce of ours, and the peer's that it answers. */
export interface HelloNonces {
  readonly nonce: Uint8Array
  readonly echo: Uint8Array
}

export interface PathState {
  readonly name: string
  readonly index: number
  readonly kind: 'serial' | 'udp'
  readonly baud: number
  /** Frames leave at this interval or at ours, whichever is longer. */
  readonly interval: Duration
  readonly dead: Duration
  open: boolean
  errno: number
  /** The tail of what came in: a frame that is not whole yet. */
  partial: Uint8Array
  partial_length: number
  /** Too long already: thrown away up to the next delimiter. */
  overflowing: boolean
  /** The line is busy with a frame until then. */
  freeAt: Instant
  /** A newer frame is owed once the line is free. */
  owes: boolean
  /** So is a HELLO, which goes before it: without the answer there would be no session. */
  owesHello: HelloNonces | undefined
  /** Not before this is a HELLO answered here again. */
  answerAt: Instant
  /** Not before this is the peer asked here again to prove itself. */
  doubtAt: Instant
  /** Whether the last HELLO that nobody asked for was an answer. */
  hasAnswered: boolean
  nextAt: Instant
  /** Of the present session: the newest number heard here, and which of the 64 before it. */
  top: number
  window_low: number
  window_high: number
  /** The last frame that counted. */
  lastAt: Instant | undefined
  /** Since when the path is silent or alive; undefined: not judged yet. */
  judgedAt: Instant
  isAlive: boolean
  /** Any byte at all. */
  byteAt: Instant | undefined
  rtt: Duration | undefined
  trouble: Trouble
  troubleAt: Instant
  readonly counters: PathCounters
  readonly discards: Partial<Record<DiscardReason, number>>
  line: LineCounters
  unsent: number
  /** Since the last look at the line. */
  readonly recent: { frames: number; noise: number; text: number; bytes: number }
  lookedLine: LineCounters
  lookAt: Instant
}

/** What is wrong with a path, as far as its own counters tell. */
export type Trouble =
  | 'none'
  | 'closed' // the port is not there
  | 'no_signal' // not a byte comes in
  | 'wrong_speed' // nothing but framing errors
  | 'noise' // bytes that make no frame
  | 'text' // a console writes on the line
  | 'overrun' // bytes are lost here
  | 'looped' // our own frames come back
  | 'unverified' // whole frames that cannot be verified

export interface PathCounters {
  sent: number
  accepted: number
  /** Sequence numbers that never came on this path. */
  lost: number
  /** Frames left out because the line was still busy. */
  skipped: number
  bytes: number
}
