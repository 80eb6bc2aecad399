// SHA-512-crypt as in "Unix crypt using SHA-256 and SHA-512", U. Drepper, steps numbered as there.
import { createHash, randomBytes } from 'node:crypto'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
// The least that crypt(3) takes: the password is random, and an emulated log-in must not wait.
const ROUNDS = 1_000
const BLOCK = 64

/** A random password and its crypt(3) hash. */
export function makePassword(): { readonly password: string; readonly hash: string } {
  const password = randomBytes(12).toString('hex')
  return { password, hash: sha512Crypt(password, randomBytes(6).toString('hex'), ROUNDS) }
}

/**
 * The crypt(3) hash of a password.
 *
 * @param salt at most 16 characters
 * @param rounds 1000 to 999999999; 5000 is not written into the result
 */
export function sha512Crypt(password: string, salt: string, rounds = 5_000): string {
  const key = Buffer.from(password)
  const salted = Buffer.from(salt)
  // 4 to 8.
  const alternate = digest(key, salted, key)
  // 1 to 3, 9 to 12.
  const parts: Uint8Array[] = [key, salted, stretch(alternate, key.length)]
  for (let length = key.length; length > 0; length >>= 1) {
    parts.push((length & 1) === 1 ? alternate : key)
  }
  let sum = digest(...parts)
  // 13 to 20.
  const p = stretch(digest(...Array.from(key, () => key)), key.length)
  const s = stretch(digest(...Array(16 + (sum[0] ?? 0)).fill(salted)), salted.length)
  // 21.
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = (round & 1) === 1
    const pieces = [isOdd ? p : sum]
    if (round % 3 !== 0) pieces.push(s)
    if (round % 7 !== 0) pieces.push(p)
    pieces.push(isOdd ? sum : p)
    sum = digest(...pieces)
  }
  const said = rounds === 5_000 ? '' : `rounds=${rounds}$`
  return `$6$${said}${salt}$${encode(sum)}`
}

function digest(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The block repeated, cut to so many bytes. */
function stretch(block: Buffer, length: number): Buffer {
  return Buffer.concat(Array(Math.ceil(length / BLOCK)).fill(block)).subarray(0, length)
}

/** 22: groups of three bytes, each a third of the block apart and rotating. */
function encode(sum: Buffer): string {
  let text = ''
  for (let index = 0; index < 21; index += 1) {
    const trio = [index, index + 21, index + 42]
    const turn = index % 3
    const [high = 0, middle = 0, low = 0] = [...trio.slice(turn), ...trio.slice(0, turn)]
    text += encodeGroup(sum[high] ?? 0, sum[middle] ?? 0, sum[low] ?? 0, 4)
  }
  return text + encodeGroup(0, 0, sum[63] ?? 0, 2)
}

function encodeGroup(high: number, middle: number, low: number, characters: number): string {
  let value = (high << 16) | (middle << 8) | low
  let text = ''
  for (let index = 0; index < characters; index += 1) {
    text += ALPHABET[value & 63]
    value >>>= 6
  }
  return text
}
