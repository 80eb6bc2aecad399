// After the specification "Unix crypt using SHA-256 and SHA-512" by Ulrich Drepper, version 0.6;
// the numbers of the steps are its own.
import { createHash, randomBytes } from 'node:crypto'

const ROUNDS = 5000
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SALT_LENGTH = 16

/** A crypt(3) hash of a password with SHA-512 and 5000 rounds, as busybox and glibc check it. */
export function sha512crypt(password: string, salt = randomSalt()): string {
  const key = Buffer.from(password, 'utf8')
  const seed = Buffer.from(salt, 'utf8').subarray(0, SALT_LENGTH)
  const p = repeat(digest(...Array.from(key, () => key)), key.length) // 13 to 16
  const first = firstDigest(key, seed)
  const s = repeat(digest(...Array.from({ length: 16 + (first[0] ?? 0) }, () => seed)), seed.length) // 17 to 20
  let current = first
  for (let round = 0; round < ROUNDS; round += 1) {
    // 21
    const pieces = [round % 2 === 1 ? p : current]
    if (round % 3 !== 0) pieces.push(s)
    if (round % 7 !== 0) pieces.push(p)
    pieces.push(round % 2 === 1 ? current : p)
    current = digest(...pieces)
  }
  return `$6$${seed.toString('utf8')}$${encode(current)}`
}

/** Random letters and digits, without those that look alike: about 5.8 bits each. */
export function randomPassword(length: number): string {
  return randomText(length, '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz')
}

function randomSalt(): string {
  return randomText(SALT_LENGTH, ALPHABET)
}

// A byte that would make the first characters likelier is thrown away.
function randomText(length: number, alphabet: string): string {
  let text = ''
  while (text.length < length) {
    const [byte = 255] = randomBytes(1)
    if (byte < 256 - (256 % alphabet.length)) text += alphabet[byte % alphabet.length]
  }
  return text
}

// 1 to 12
function firstDigest(key: Buffer, seed: Buffer): Buffer {
  const other = digest(key, seed, key)
  const pieces = [key, seed, repeat(other, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) pieces.push((bits & 1) === 1 ? other : key)
  return digest(...pieces)
}

// 22: three bytes become four characters, in an order of its own.
function encode(bytes: Buffer): string {
  let text = ''
  for (let group = 0; group < 21; group += 1) {
    const order = [group, group + 21, group + 42]
    const [high, middle, low] = order.map((_, at) => bytes[order[(at + group) % 3] ?? 0] ?? 0)
    text += characters(((high ?? 0) << 16) | ((middle ?? 0) << 8) | (low ?? 0), 4)
  }
  return text + characters(bytes[63] ?? 0, 2)
}

function characters(value: number, count: number): string {
  let text = ''
  for (let index = 0; index < count; index += 1) text += ALPHABET[(value >> (6 * index)) & 63]
  return text
}

function digest(...pieces: readonly Buffer[]): Buffer {
  const hash = createHash('sha512')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

function repeat(block: Buffer, length: number): Buffer {
  return Buffer.concat(
    Array.from({ length: Math.ceil(length / block.length) }, () => block),
    length,
  )
}
