// What the loader should start: one block, which the loader reads and writes as its environment
// (GRUB 2.12, "The GRUB environment block"): a first line, `name=value` lines, `#` to the end.
// GRUB writes into files only, so the state area is a newc archive with this one file, whose
// content is the block behind the first: nobody but the image's maker needs to know more of it.
import { BLOCK_BYTES, COPIES, type Copy, SLOTS, type SlotName } from './disk-layout.ts'

/** A slot that serves. */
export type ServingSlot = Exclude<SlotName, 'rescue'>

/** The state of a flash disk. */
export interface BootState {
  /** The slot that was confirmed last: it starts unless a trial is under way. */
  readonly active: ServingSlot
  /** The stamp of each slot that is in use. */
  readonly copies: Readonly<Record<SlotName, Copy>>
  /** What is tried before the active slot. */
  readonly trial?: Trial
}

/** A slot with a stamp that nobody has confirmed yet. */
export interface Trial {
  readonly slot: ServingSlot
  readonly copy: Copy
  /** Starts that are left; the loader takes one off before each. */
  readonly tries: number
}

/** Where the block is in the state area. */
export const STATE_OFFSET = BLOCK_BYTES

/** How often a trial is started before the loader goes back. */
export const TRIES_MAX = 3

const HEAD = '# GRUB Environment Block\n'
const SERVING: readonly ServingSlot[] = ['a', 'b']

/** The state of an image that was just built: slot A, with the stamps in the first cells. */
export const FIRST_STATE: BootState = { active: 'a', copies: { a: 0, b: 0, rescue: 0 } }

/** Encodes the state area: the file that the loader knows, around the block of a state. */
export function encodeStateArea(state: BootState): Uint8Array {
  const nameBytes = STATE_OFFSET - NEWC_HEADER_BYTES
  const head = newcHeader(BLOCK_BYTES, nameBytes) + 'grubenv'.padEnd(nameBytes, '\0')
  const tail = `${newcHeader(0, TRAILER.length)}${TRAILER}`.padEnd(BLOCK_BYTES, '\0')
  const area = new Uint8Array(3 * BLOCK_BYTES)
  area.set(asBytes(head))
  area.set(encodeBootState(state), STATE_OFFSET)
  area.set(asBytes(tail), 2 * BLOCK_BYTES)
  return area
}

const NEWC_HEADER_BYTES = 110
const TRAILER = 'TRAILER!!!\0'

// Linux, driver-api/early-userspace/buffer-format.rst: a plain file, mode 0600, one link.
function newcHeader(fileBytes: number, nameBytes: number): string {
  const fields = [1, 0o100600, 0, 0, 1, 0, fileBytes, 0, 0, 0, 0, nameBytes, 0]
  return `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`
}

const asBytes = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))

/** Encodes the block. A disk writes it whole or not at all. */
export function encodeBootState({ active, copies, trial }: BootState): Uint8Array {
  const lines = [
    `active=${active}`,
    ...SLOTS.map(slot => `copy_${slot}=${copies[slot]}`),
    `trial=${trial?.slot ?? ''}`,
    `trial_copy=${trial?.copy ?? 0}`,
    `tries=${trial?.tries ?? 0}`,
  ]
  const text = `${HEAD}${lines.map(line => `${line}\n`).join('')}`.padEnd(BLOCK_BYTES, '#')
  return asBytes(text)
}

/**
 * Reads the block.
 *
 * @returns undefined where it is none; the loader then starts as from `FIRST_STATE`
 */
export function decodeBootState(block: Uint8Array): BootState | undefined {
  let text = ''
  for (const byte of block.subarray(0, BLOCK_BYTES)) text += String.fromCharCode(byte)
  if (!text.startsWith(HEAD)) return undefined
  const values = new Map<string, string>()
  for (const line of text.slice(HEAD.length).split('\n')) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) values.set(line.slice(0, at), line.slice(at + 1))
  }
  const slot = (name: string) => SERVING.find(each => each === values.get(name))
  const copy = (name: string) => COPIES.find(each => `${each}` === values.get(name)) ?? 0
  const active = slot('active')
  if (active === undefined) return undefined
  const copies = { a: copy('copy_a'), b: copy('copy_b'), rescue: copy('copy_rescue') }
  const trial = slot('trial')
  if (trial === undefined) return { active, copies }
  const tries = Math.min(TRIES_MAX, Number(values.get('tries')) || 0)
  return { active, copies, trial: { slot: trial, copy: copy('trial_copy'), tries } }
}

/** The state once what runs in a trial has proved good: it is the active one from now on. */
export function confirmTrial({ active, copies, trial }: BootState): BootState {
  if (trial === undefined) return { active, copies }
  return { active: trial.slot, copies: { ...copies, [trial.slot]: trial.copy } }
}
