import type { NodeConfig } from '../model/node-config.ts'
import { decodeRecord, encodeRecord } from './control/record.ts'
import { begin, step } from './director.ts'
import type { Hash } from './hash.ts'
import type { Effect, Event } from './machine.ts'
import type { DirectorState } from './state.ts'
import type { Instant } from './units.ts'

/** The first line of a record: how the director began. */
export interface Beginning {
  readonly kind: 'begin'
  readonly at: Instant
  readonly config: NodeConfig
  readonly version: string
  readonly entropy: Uint8Array
  readonly held: readonly string[]
}

/**
 * Runs a record again: a `begin` line, then one event a line; a later `begin` starts anew.
 *
 * @returns a function that gives the effects of the next line as one line of JSON. The same record
 * gives the same bytes in every engine. A line that is no event, or comes before a `begin`, gives
 * `null`.
 */
export function newReplay(hash: Hash): (line: string) => string {
  let state: DirectorState | undefined
  return line => {
    const entry = decodeRecord(line) as Beginning | Event | undefined
    let effects: readonly Effect[] | null = null
    if (entry?.kind === 'begin') {
      ;[state, effects] = begin(entry.config, entry.at, { ...entry, hash })
    } else if (entry !== undefined && state !== undefined) {
      ;[state, effects] = step(state, entry)
    }
    return encodeRecord(effects)
  }
}

/** The effects of each line of a whole record. */
export const replay = (lines: readonly string[], hash: Hash): readonly string[] =>
  lines.map(newReplay(hash))
