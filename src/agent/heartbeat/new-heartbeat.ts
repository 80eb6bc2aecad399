/** The heartbeat of a node that has heard nothing yet. */

import type { HeartbeatPath, NodeConfig } from '../../model/node-config.ts'
import type { Life } from '../life.ts'
import type { LineCounters } from '../line-counters.ts'
import { after, type Duration, type Instant, microseconds, milliseconds } from '../units.ts'
import { fromHex, readU32 } from '../wire/bytes.ts'
import { BOOT_BYTES } from '../wire/heartbeat.ts'
import { ascii, clusterId, helloKeys, hkdf } from './derive.ts'
import { STUFFED_BYTES_MAX } from './hear.ts'
import { deadTime, LOOK_INTERVAL } from './paths.ts'
import { lineTime } from './send.ts'
import type { HeartbeatState, Identity, PathState } from './state.ts'

/** The majors of this version of the protocol. */
export const MAJOR_MIN = 1
export const MAJOR_MAX = 1
/** A frame with three paths and one group, delimiters included. */
const FRAME_BYTES = 74

const DEFAULT_BAUD = 115_200
const NO_LINE: LineCounters = { overrun: 0, buffer_overrun: 0, framing: 0, parity: 0, breaks: 0 }

/** @returns undefined for a node without a heartbeat */
export function newHeartbeat(
  config: NodeConfig,
  at: Instant,
  life: Life,
): HeartbeatState | undefined {
  const { heartbeat } = config
  if (heartbeat === undefined) return undefined
  const entropy = hkdf(life.hash, life.entropy, new Uint8Array(32), ascii('nonces'))
  return {
    interval: milliseconds(heartbeat.interval_ms),
    identity: newIdentity(config, heartbeat, life),
    paths: heartbeat.paths.map((path, index) => newPath(config, path, index, at)),
    own: { entropy, draws: 0, fresh: undefined, answered: undefined },
    peer: {
      session: undefined,
      sessions: 0,
      boot: undefined,
      agent: '',
      verified: undefined,
      report: undefined,
      reportedAt: undefined,
      stranger: undefined,
    },
    late: { length: microseconds(0), until: at },
    backAt: undefined,
  }
}

function newIdentity(
  config: NodeConfig,
  heartbeat: NonNullable<NodeConfig['heartbeat']>,
  life: Life,
): Identity {
  const { hash, versions } = life
  const who = {
    cluster: clusterId(hash, config.cluster),
    node: config.node.id,
    peer: heartbeat.peer.id,
  }
  const keys = heartbeat.keys.map(({ id, key }) =>
    helloKeys(hash, id, fromHex(key) ?? new Uint8Array(32), who),
  )
  return {
    cluster: who.cluster,
    node: who.node,
    peer: who.peer,
    boot: hkdf(hash, life.entropy, new Uint8Array(32), ascii('boot')).slice(0, BOOT_BYTES),
    major_min: versions?.[0] ?? MAJOR_MIN,
    major_max: versions?.[1] ?? MAJOR_MAX,
    send_with: heartbeat.send_with,
    keys: Object.fromEntries(keys.map(entry => [entry.id, entry])),
    digest: shortDigest(config),
    agent: life.version,
  }
}

/** What the peer is told of a config, to compare it with its own. */
export const shortDigest = ({ shared_digest }: NodeConfig): number =>
  readU32(fromHex(shared_digest) ?? new Uint8Array(4), 0)

function newPath(
  config: NodeConfig,
  { name, kind }: HeartbeatPath,
  index: number,
  at: Instant,
): PathState {
  const baud = config.serial.heartbeat?.baud ?? DEFAULT_BAUD
  const frame = kind === 'serial' ? lineTime(FRAME_BYTES, baud) : microseconds(0)
  const own = milliseconds(config.heartbeat?.interval_ms ?? 0)
  // A slow line is never more than a quarter full.
  const interval = Math.max(own, 4 * frame) as Duration
  const dead = deadTime(milliseconds(config.heartbeat?.dead_ms ?? 0), interval, frame)
  return {
    name,
    index,
    kind,
    baud,
    interval,
    dead,
    open: false,
    errno: 0,
    partial: new Uint8Array(STUFFED_BYTES_MAX),
    partial_length: 0,
    overflowing: false,
    freeAt: at,
    owes: false,
    owesHello: undefined,
    answerAt: at,
    doubtAt: at,
    hasAnswered: false,
    nextAt: at,
    top: 0,
    window_low: 0,
    window_high: 0,
    lastAt: undefined,
    judgedAt: at,
    isAlive: false,
    byteAt: undefined,
    rtt: undefined,
    trouble: 'none',
    troubleAt: at,
    lookAt: after(at, LOOK_INTERVAL),
    unsent: 0,
    counters: { sent: 0, accepted: 0, lost: 0, skipped: 0, bytes: 0 },
    discards: {},
    line: NO_LINE,
    lookedLine: NO_LINE,
    recent: { frames: 0, noise: 0, text: 0, bytes: 0 },
  }
}
