import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { encodeString, encodeUint32, SshReader } from './ssh-wire.ts'

const TYPE = 'ssh-ed25519'
const MAGIC = 'openssh-key-v1\0'
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----'
const END = '-----END OPENSSH PRIVATE KEY-----'

/** An Ed25519 key pair, 32 bytes each. */
export interface Ed25519Key {
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

/** What is wrong with a private key file, without any of its content. */
export type HostKeyFault = 'not_openssh' | 'encrypted' | 'not_ed25519' | 'damaged'

/** A new key from the system's random numbers. */
export function generateHostKey(): Ed25519Key {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return {
    seed: Buffer.from(jwk.d ?? '', 'base64url'),
    publicKey: Buffer.from(jwk.x ?? '', 'base64url'),
  }
}

/** The key as `ssh-keygen -t ed25519 -N ''` writes it (OpenSSH's PROTOCOL.key). */
export function encodeOpenSshKey(key: Ed25519Key, comment: string): string {
  const check = randomBytes(4)
  const fields = Buffer.concat([
    ...[check, check, encodeString(TYPE), encodeString(key.publicKey)],
    ...[encodeString(Buffer.concat([key.seed, key.publicKey])), encodeString(comment)],
  ])
  const padding = Buffer.from(
    Array.from({ length: (8 - (fields.length % 8)) % 8 }, (_, index) => index + 1),
  )
  const bytes = Buffer.concat([
    ...[Buffer.from(MAGIC), encodeString('none'), encodeString('none'), encodeString('')],
    ...[encodeUint32(1), encodeString(publicBlob(key))],
    encodeString(Buffer.concat([fields, padding])),
  ])
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? []
  return `${[BEGIN, ...lines, END].join('\n')}\n`
}

/** Reads an unencrypted OpenSSH private key of type ed25519. */
export function decodeOpenSshKey(text: string): Ed25519Key | HostKeyFault {
  const body = text.trim()
  if (!body.startsWith(BEGIN) || !body.endsWith(END)) return 'not_openssh'
  const reader = new SshReader(Buffer.from(body.slice(BEGIN.length, -END.length), 'base64'))
  if (reader.take(MAGIC.length)?.toString('latin1') !== MAGIC) return 'damaged'
  if (reader.string()?.toString('latin1') !== 'none') return 'encrypted'
  reader.string()
  reader.string()
  if (reader.uint32() !== 1) return 'damaged'
  const type = new SshReader(reader.string() ?? Buffer.alloc(0)).string()
  if (type?.toString('latin1') !== TYPE) return type === undefined ? 'damaged' : 'not_ed25519'
  return decodePrivate(reader.string())
}

function decodePrivate(block: Buffer | undefined): Ed25519Key | HostKeyFault {
  const reader = new SshReader(block ?? Buffer.alloc(0))
  const [check, repeated] = [reader.uint32(), reader.uint32()]
  if (check !== repeated) return 'damaged'
  if (reader.string()?.toString('latin1') !== TYPE) return 'damaged'
  const publicKey = reader.string()
  const pair = reader.string()
  if (publicKey?.length !== 32 || pair?.length !== 64) return 'damaged'
  return { seed: pair.subarray(0, 32), publicKey }
}

/** dropbear's private key file: type, seed and public key (its buf_put_ed25519_priv_key). */
export function encodeDropbearKey(key: Ed25519Key): Uint8Array {
  return Buffer.concat([encodeString(TYPE), encodeString(Buffer.concat([key.seed, key.publicKey]))])
}

/** The line that belongs into a client's known_hosts, after the host name. */
export function encodePublicKey(key: Ed25519Key): string {
  return `${TYPE} ${publicBlob(key).toString('base64')}`
}

function publicBlob(key: Ed25519Key): Buffer {
  return Buffer.concat([encodeString(TYPE), encodeString(key.publicKey)])
}
