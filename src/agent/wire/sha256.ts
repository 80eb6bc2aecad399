/** SHA-256, FIPS 180-4, and HMAC, RFC 2104, where no faster ones are given. */

import type { Hash } from '../hash.ts'
import { writeU32 } from './bytes.ts'

const BLOCK = 64
// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2).
const ROUND = Int32Array.of(
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4],
  ...[0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe],
  ...[0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f],
  ...[0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7],
  ...[0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc],
  ...[0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b],
  ...[0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116],
  ...[0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7],
  0xc67178f2,
)
const START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]

// Used again by every block: nothing of one call is left for the next.
const words = new Int32Array(64)

const newState = () => Int32Array.from(START)

// 4.1.2: the functions of the words and of a round.
const one = (e: number, f: number, g: number) =>
  ((((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
    (g ^ (e & (f ^ g)))) |
  0
const two = (a: number, b: number, c: number) =>
  ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
    ((a & b) | (c & (a | b)))) |
  0

// 6.2.2, one block of 64 bytes.
function compress(state: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let t = 0, at = offset; t < 16; t += 1, at += 4) words[t] = wordAt(bytes, at)
  compressWords(state)
}

const wordAt = (bytes: Uint8Array, at: number) =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number)

// As above, for a block whose sixteen words are in `words` already. Four rounds at once: to move
// each variable after each round takes a quarter longer.
function compressWords(s: Int32Array): void {
  const w = words
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15] as number
    const y = w[t - 2] as number
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[t] = ((w[t - 16] as number) + low + (w[t - 7] as number) + high) | 0
  }
  let a = s[0] as number
  let b = s[1] as number
  let c = s[2] as number
  let d = s[3] as number
  let e = s[4] as number
  let f = s[5] as number
  let g = s[6] as number
  let h = s[7] as number
  let sum = 0
  for (let t = 0; t < 64; t += 4) {
    sum = (h + one(e, f, g) + (ROUND[t] as number) + (w[t] as number)) | 0
    d = (d + sum) | 0
    h = (sum + two(a, b, c)) | 0
    sum = (g + one(d, e, f) + (ROUND[t + 1] as number) + (w[t + 1] as number)) | 0
    c = (c + sum) | 0
    g = (sum + two(h, a, b)) | 0
    sum = (f + one(c, d, e) + (ROUND[t + 2] as number) + (w[t + 2] as number)) | 0
    b = (b + sum) | 0
    f = (sum + two(g, h, a)) | 0
    sum = (e + one(b, c, d) + (ROUND[t + 3] as number) + (w[t + 3] as number)) | 0
    a = (a + sum) | 0
    e = (sum + two(f, g, h)) | 0
    const p = a
    const q = b
    const r = c
    const v = d
    a = e
    b = f
    c = g
    d = h
    e = p
    f = q
    g = r
    h = v
  }
  s[0] = (s[0] as number) + a
  s[1] = (s[1] as number) + b
  s[2] = (s[2] as number) + c
  s[3] = (s[3] as number) + d
  s[4] = (s[4] as number) + e
  s[5] = (s[5] as number) + f
  s[6] = (s[6] as number) + g
  s[7] = (s[7] as number) + h
}

// Puts the rest of a message into the state, and what follows it: a one bit, and its length behind
// `before` bytes, a whole number of blocks, that are in the state already.
function finish(state: Int32Array, bytes: Uint8Array, before: number): void {
  const { length } = bytes
  let at = 0
  for (; at + BLOCK <= length; at += BLOCK) compress(state, bytes, at)
  words.fill(0, 0, 16)
  let rest = 0
  for (; at + 4 <= length; at += 4, rest += 4) words[rest >>> 2] = wordAt(bytes, at)
  for (; at < length; at += 1, rest += 1) mix(rest, bytes[at] as number)
  mix(rest, 0x80)
  if (rest >= 56) {
    compressWords(state)
    words.fill(0, 0, 16)
  }
  words[15] = (before + length) * 8
  compressWords(state)
}

function mix(at: number, byte: number): void {
  const word = at >>> 2
  words[word] = (words[word] as number) ^ (byte << (24 - 8 * (at & 3)))
}

function digestOf(state: Int32Array): Uint8Array {
  const digest = new Uint8Array(32)
  for (let at = 0; at < 8; at += 1) writeU32(digest, 4 * at, state[at] as number)
  return digest
}

function sha256(bytes: Uint8Array): Uint8Array {
  const state = newState()
  finish(state, bytes, 0)
  return digestOf(state)
}

interface Pads {
  readonly inner: Int32Array
  readonly outer: Int32Array
}

const padsOf = new WeakMap<Uint8Array, Pads>()

function padsFor(key: Uint8Array): Pads {
  const known = padsOf.get(key)
  if (known !== undefined) return known
  const short = key.length > BLOCK ? sha256(key) : key
  const pads = { inner: padWith(short, 0x36363636), outer: padWith(short, 0x5c5c5c5c) }
  padsOf.set(key, pads)
  return pads
}

function padWith(key: Uint8Array, value: number): Int32Array {
  words.fill(value, 0, 16)
  for (let at = 0; at < key.length; at += 1) mix(at, key[at] as number)
  const state = newState()
  compressWords(state)
  return state
}

const scratch = new Int32Array(8)

function load(pad: Int32Array): Int32Array {
  for (let at = 0; at < 8; at += 1) scratch[at] = pad[at] as number
  return scratch
}

// One block: the inner digest, the one bit, and the length of it and of the pad before it.
function finishOuter(inner: Int32Array, pad: Int32Array): Uint8Array {
  for (let at = 0; at < 8; at += 1) words[at] = inner[at] as number
  words[8] = 0x80000000
  words.fill(0, 9, 15)
  words[15] = (BLOCK + 32) * 8
  const state = load(pad)
  compressWords(state)
  return digestOf(state)
}

/** In TypeScript. The pads of a key are kept, so that a short HMAC is three blocks. */
export const plainHash: Hash = {
  sha256,
  hmac(key, bytes) {
    const { inner, outer } = padsFor(key)
    const state = load(inner)
    finish(state, bytes, BLOCK)
    return finishOuter(state, outer)
  },
}
