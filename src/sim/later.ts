/** Frames as a later minor version of the heartbeat may write them, signed as they must be. */

import { decodeCobs, encodeCobs } from '../agent/wire/cobs.ts'
import {
  BEAT,
  bodyOf,
  decodeHeader,
  encodeFrame,
  HELLO,
  seqOf,
  tagOf,
} from '../agent/wire/heartbeat.ts'
import type { SimNode } from './node.ts'

/** Before and after what is known: types that no version has yet. */
const UNKNOWN_FIRST = [0x7d, 1, 0xff]
const UNKNOWN_LAST = [0x7e, 3, 1, 2, 3]

/** The frame with the next minor, unknown fields, and in a BEAT known ones that are longer. */
export function asLater(node: SimNode, sent: Uint8Array): Uint8Array {
  const heartbeat = node.state?.heartbeat
  const frame = decodeCobs(sent.subarray(1, sent.length - 1))
  if (heartbeat === undefined || frame === undefined) return sent
  const header = decodeHeader(frame)
  if (typeof header === 'string') return sent
  const { identity, peer } = heartbeat
  const hello = identity.keys[identity.send_with]?.hello
  const key = header.type === HELLO ? hello : peer.session?.sendKey
  const { hash } = node.state ?? {}
  if (key === undefined || hash === undefined) return sent
  const known = header.type === BEAT ? lengthened(bodyOf(frame)) : bodyOf(frame)
  const body = Uint8Array.of(...UNKNOWN_FIRST, ...known, ...UNKNOWN_LAST)
  const out = { ...header, minor: header.minor + 1, tag: tagOf(frame), seq: seqOf(frame) }
  return encodeCobs(encodeFrame(out, body, signed => hash.hmac(key, signed)))
}

/** Each field of node and group with one more byte at its end. */
function lengthened(body: Uint8Array): Uint8Array {
  const longer: number[] = []
  for (let at = 0; at < body.length; ) {
    const [type = 0, length = 0] = body.subarray(at, at + 2)
    const value = body.subarray(at + 2, at + 2 + length)
    if (type === PATHS) longer.push(type, length, ...value)
    else longer.push(type, length + 1, ...value, 0xa5)
    at += 2 + length
  }
  return Uint8Array.from(longer)
}

const PATHS = 2
