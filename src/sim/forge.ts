/** Frames of the heartbeat that nobody with the key has made. */

import { readU16, toHex } from '../agent/wire/bytes.ts'
import { encodeCobs } from '../agent/wire/cobs.ts'
import { BEAT, encodeFrame, type WireRole } from '../agent/wire/heartbeat.ts'
import { plainHash } from '../agent/wire/sha256.ts'

// As docs/heartbeat.md has it, of the cluster `pair`.
const NAME = Uint8Array.from('dhb cluster pair', letter => letter.charCodeAt(0))
const CLUSTER = readU16(plainHash.sha256(NAME), 0)

/** On the line, as hexadecimal: whole, with the right checksum, said to be of lb1, not signed. */
export function forgedFrame(role: WireRole): string {
  const header = {
    ...{ major: 1, minor: 0, type: BEAT, role, flags: 0, cluster: CLUSTER },
    ...{ node: 1, key: 1, priority: 200, term: 0, tag: 0x5eed, seq: 1 },
  }
  return toHex(encodeCobs(encodeFrame(header, new Uint8Array(0), () => new Uint8Array(32))))
}
