/** A config for an agent that runs: read and checked here, judged by the core. */

import type { NodeConfig } from '../../model/node-config.ts'
import { type ReloadAnswer, refusedReload } from '../control/reload.ts'
import type { ClientId } from '../machine.ts'
import { utf8 } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { readWhole } from './files.ts'
import { cannotRead, parseConfig } from './load-config.ts'
import type { Happening } from './world.ts'

/**
 * The loop stands still while a config is read, checked and compared: about 1 us for each byte, so
 * that an advert is late by less than a fifth of its interval, and on a slow machine by half of it.
 */
const BYTES_A_MILLISECOND = 150

export interface Reload {
  /** What a client's request is to the core; or the answer, where a file is no config. */
  ask(client: ClientId, request: unknown): Happening | ReloadAnswer
  /** The core has taken a config, from this file: the next start of the agent is given it. */
  adopt(file: string, config: NodeConfig): void
}

/** @param path the file that the agent was started with */
export function openReload(first: NodeConfig, path: string, say: (line: string) => void): Reload {
  let running = first
  let last: { readonly config: NodeConfig; readonly bytes: Uint8Array } | undefined
  return {
    ask(client, request) {
      const wanted = reloadWanted(request)
      if (wanted === undefined) return { kind: 'command', client, request }
      const { file, check } = wanted
      const told = { file, node: running.node.name, shared_digest: running.shared_digest }
      const bytes = readWhole(file)
      if (typeof bytes === 'number') return faulty(told, cannotRead(file, bytes).faults)
      const bytes_max = longestLive(running)
      if (bytes.length > bytes_max) {
        const text = `it has ${bytes.length} bytes: above ${bytes_max} adverts would come late`
        return refusedReload(told, [{ path: '', text }], 'not_live')
      }
      const loaded = parseConfig(file, bytes)
      if ('faults' in loaded) return faulty(told, loaded.faults)
      const { config } = loaded
      last = { config, bytes }
      return { kind: 'reload', client, file, check, config }
    },
    adopt(file, config) {
      running = config
      if (file === path) return
      // Another client may have named another file since.
      const bytes = last?.config === config ? last.bytes : utf8(`${JSON.stringify(config)}\n`)
      const count = host.writeFile(path, bytes, -1)
      if (count >= 0) return
      const why = explainErrno(-count)
      say(`directord: warning: a start of the agent has the old config, ${path}: ${why}`)
    },
  }
}

const faulty = (told: Parameters<typeof refusedReload>[0], faults: readonly string[]) =>
  refusedReload(
    told,
    faults.map(text => ({ path: '', text })),
    'faulty',
  )

const longestLive = ({ vrrp }: NodeConfig): number =>
  BYTES_A_MILLISECOND * Math.min(...vrrp.instances.map(each => each.advert_interval_ms))

// What else is in the request is for the core to judge.
function reloadWanted(
  request: unknown,
): { readonly file: string; readonly check: boolean } | undefined {
  if (typeof request !== 'object' || request === null) return undefined
  const { command, file, check = false, ...rest } = request as Record<string, unknown>
  const isMeant = command === 'reload' && Object.keys(rest).length === 0
  if (!isMeant || typeof file !== 'string' || typeof check !== 'boolean') return undefined
  return { file, check }
}
