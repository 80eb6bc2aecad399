/** Keys of the heartbeat: HKDF with SHA-256, RFC 5869, from the key that both nodes were given. */

import type { Hash } from '../hash.ts'
import { readU32 } from '../wire/bytes.ts'
import type { HeartbeatKeys, Identity, Session } from './state.ts'

const NO_SALT = new Uint8Array(32)

/** ASCII as bytes; the engine of the ELF has no text coder. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at) & 0x7f
  return bytes
}

/** One block of HKDF: 32 bytes. */
export function hkdf(hash: Hash, key: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  return hash.hmac(hash.hmac(salt, key), joined(info, Uint8Array.of(1)))
}

/** The bytes of all of them, in order. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The first two bytes of the digest of a cluster's name. */
export const clusterId = (hash: Hash, name: string) =>
  readU32(hash.sha256(ascii(`dhb cluster ${name}`)), 0) >>> 16

/** What one key of the config is used for before there is a session. */
export function helloKeys(
  hash: Hash,
  id: number,
  key: Uint8Array,
  who: Pick<Identity, 'cluster' | 'node' | 'peer'>,
): HeartbeatKeys {
  const of = (sender: number) =>
    hkdf(
      hash,
      key,
      NO_SALT,
      joined(ascii('dhb1 hello'), cluster(who.cluster), Uint8Array.of(sender)),
    )
  return { id, key, hello: of(who.node), peer_hello: of(who.peer) }
}

/** The keys of a session: one for each direction and key id, and the tag that names it. */
export function sessionKeys(
  hash: Hash,
  who: Identity,
  nonces: Pick<Session, 'mine' | 'theirs' | 'major'>,
  peerBoot: Uint8Array,
): Pick<Session, 'tag' | 'sendKey' | 'receiveKeys'> {
  const isLow = who.node < who.peer
  const { mine, theirs, major } = nonces
  const salt = isLow ? joined(mine, theirs) : joined(theirs, mine)
  const of = (key: Uint8Array, sender: number, receiver: number, boots: Uint8Array) => {
    const ends = Uint8Array.of(major, sender, receiver)
    return hkdf(hash, key, salt, joined(ascii('dhb1 beat'), cluster(who.cluster), ends, boots))
  }
  const sending = who.keys[who.send_with]?.key ?? NO_SALT
  return {
    tag: readU32(hash.sha256(joined(ascii('dhb1 tag'), salt)), 0),
    sendKey: of(sending, who.node, who.peer, joined(who.boot, peerBoot)),
    receiveKeys: Object.fromEntries(
      Object.values(who.keys).map(({ id, key }) => [
        id,
        of(key, who.peer, who.node, joined(peerBoot, who.boot)),
      ]),
    ),
  }
}

const cluster = (id: number) => Uint8Array.of(id >>> 8, id)
