import type { Effect, Event } from '../agent/machine.ts'
import { readU32 } from '../agent/wire/bytes.ts'
import type { SimNode } from './node.ts'

export interface Digest {
  /** Takes a step, as a world's `trace` has it. */
  add(node: SimNode, event: Event | 'begin', effects: readonly Effect[]): void
  /** Every step so far, as one number in hexadecimal: equal for equal runs. */
  text(): string
}

/** Two 32-bit FNV sums over everything that was seen and said. */
export function newDigest(): Digest {
  let low = 0x811c9dc5 | 0
  let high = 0x1234567 | 0
  const number = (value: number) => {
    low = Math.imul(low ^ (value | 0), 0x01000193)
    high = Math.imul(high ^ (value | 0) ^ (low >>> 11), 0x85ebca6b)
  }
  const word = (text: string) => number(codeOf(text))
  const bytes = (content: Uint8Array) => {
    for (let at = 0; at < content.length; at += 4) number(readU32(content, at))
  }
  const effect = (said: Effect) => {
    word(said.kind)
    if (said.kind === 'send') bytes(said.frame)
    else if (said.kind === 'ipvs_apply') number(said.changes.length)
    else if (said.kind === 'note') {
      word(said.reason)
      word(said.subject)
    } else if (said.kind === 'flip') {
      word(said.to)
      word(said.instance)
    }
  }
  return {
    add(node, event, effects) {
      number(node.queue.now())
      number(node.index)
      word(event === 'begin' ? event : event.kind)
      for (const said of effects) effect(said)
    },
    text: () => [low, high].map(part => (part >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}

// The same few words come again and again: each is gone through once.
const codes = new Map<string, number>()

function codeOf(text: string): number {
  const known = codes.get(text)
  if (known !== undefined) return known
  let code = 0x811c9dc5 | 0
  for (let at = 0; at < text.length; at += 1) {
    code = Math.imul(code ^ text.charCodeAt(at), 0x01000193)
  }
  codes.set(text, code)
  return code
}
