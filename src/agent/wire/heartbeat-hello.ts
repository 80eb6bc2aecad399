/** What the HELLOs of DHB/1 carry: as the BEATs, type, length, value. */

import { part, readU8 } from './bytes.ts'
import { BOOT_BYTES, NONCE_BYTES } from './heartbeat.ts'

const NONCE = 0x10
const ECHO = 0x11
const BOOT = 0x12
const VERSIONS = 0x13
const AGENT = 0x14
const AGENT_BYTES_MAX = 16

export interface Hello {
  /** Drawn by the sender. */
  readonly nonce: Uint8Array
  /** The receiver's, as far as the sender knows; else zeroes. */
  readonly echo: Uint8Array
  readonly boot: Uint8Array
  readonly major_min: number
  readonly major_max: number
  /** The sender's firmware, ASCII. */
  readonly agent: string
}

const scratch = new Uint8Array(255)

/** The body of a HELLO. */
export function encodeHello(hello: Hello): Uint8Array {
  let at = put(0, NONCE, hello.nonce)
  at = put(at, ECHO, hello.echo)
  at = put(at, BOOT, hello.boot)
  at = begin(at, VERSIONS, 2)
  scratch[at] = hello.major_min
  scratch[at + 1] = hello.major_max
  const { agent } = hello
  const length = Math.min(agent.length, AGENT_BYTES_MAX)
  at = begin(at + 2, AGENT, length)
  for (let index = 0; index < length; index += 1) {
    scratch[at + index] = agent.charCodeAt(index) & 0x7f
  }
  return part(scratch, 0, at + length)
}

function begin(at: number, type: number, length: number): number {
  scratch[at] = type
  scratch[at + 1] = length
  return at + 2
}

function put(at: number, type: number, value: Uint8Array): number {
  scratch.set(value, begin(at, type, value.length))
  return at + 2 + value.length
}

/** @returns undefined for a body that is not written as it must be */
export function decodeHello(body: Uint8Array): Hello | undefined {
  let nonce: Uint8Array | undefined
  let echo: Uint8Array | undefined
  let boot: Uint8Array | undefined
  let versions: Uint8Array | undefined
  let agent = ''
  for (let at = 0; at < body.length; ) {
    const end = at + 2 + readU8(body, at + 1)
    if (end > body.length) return undefined
    const type = readU8(body, at)
    const value = body.slice(at + 2, end)
    if (type === NONCE) nonce = value
    else if (type === ECHO) echo = value
    else if (type === BOOT) boot = value
    else if (type === VERSIONS) versions = value
    else if (type === AGENT) agent = textOf(value)
    at = end
  }
  if (nonce?.length !== NONCE_BYTES || echo?.length !== NONCE_BYTES) return undefined
  if (boot?.length !== BOOT_BYTES || versions?.length !== 2) return undefined
  const [major_min, major_max] = [readU8(versions, 0), readU8(versions, 1)]
  return { nonce, echo, boot, major_min, major_max, agent }
}

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte & 0x7f)
  return text
}
