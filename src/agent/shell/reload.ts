/** A config for an agent that runs: read and checked here, judged by the core. */

import type { NodeConfig } from '../../model/node-config.ts'
import { type ReloadAnswer, refusedReload } from '../control/reload.ts'
import type { ClientId } from '../machine.ts'
import { utf8 } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { loadConfig } from './load-config.ts'
import type { Happening } from './world.ts'

export interface Reload {
  /** What a client's request is to the core; or the answer, where a file is no config. */
  ask(client: ClientId, request: unknown): Happening | ReloadAnswer
  /** The core has taken a config, from this file: the next start of the agent is given it. */
  adopt(file: string, config: NodeConfig): void
}

/** @param path the file that the agent was started with */
export function openReload(first: NodeConfig, path: string, say: (line: string) => void): Reload {
  let running = first
  return {
    ask(client, request) {
      const wanted = reloadWanted(request)
      if (wanted === undefined) return { kind: 'command', client, request }
      const { file, check } = wanted
      const loaded = loadConfig(file)
      if ('config' in loaded) return { kind: 'reload', client, file, check, config: loaded.config }
      const told = { file, node: running.node.name, shared_digest: running.shared_digest }
      const faults = loaded.faults.map(text => ({ path: '', text }))
      return refusedReload(told, faults, 'faulty')
    },
    adopt(file, config) {
      running = config
      if (file === path) return
      const count = host.writeFile(path, utf8(`${JSON.stringify(config, undefined, 2)}\n`), -1)
      if (count >= 0) return
      const why = explainErrno(-count)
      say(`directord: warning: a start of the agent has the old config, ${path}: ${why}`)
    },
  }
}

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
