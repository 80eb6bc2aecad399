import type { NodeConfig } from '../../model/node-config.ts'
import type { Life } from '../life.ts'
import { utf8 } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { readWhole } from './files.ts'
import { hostHash } from './hash.ts'
import { orRefuse } from './start.ts'

const ENTROPY_BYTES = 32

/** What this start of the agent brings along; it waits until the kernel has randomness. */
export function newLife(config: NodeConfig, heldPath: string): Life {
  const entropy = new Uint8Array(ENTROPY_BYTES)
  orRefuse(host.random(entropy), 'read randomness')
  const held = heldGroups(config, heldPath)
  return { version: AGENT_VERSION, entropy, hash: hostHash, held }
}

/** Beside the control socket, in memory: which groups the operator holds, one a line. */
export const heldPathOf = (socket: string) => `${socket}.held`

// What the operator last said goes before what the stamp says: after a join it is out of date.
function heldGroups(config: NodeConfig, path: string): readonly string[] {
  const names = config.vrrp.groups.map(({ name }) => name)
  const kept = readWhole(path)
  if (typeof kept === 'number') return config.held === true ? names : []
  const lines = host.decode(kept).split('\n')
  return names.filter(name => lines.includes(name))
}

/** Writes them down for the next start of the agent. */
export function rememberHeld(
  path: string,
  held: readonly string[],
  say: (line: string) => void,
): void {
  const text = held.map(name => `${name}\n`).join('')
  const count = host.writeFile(path, utf8(text), 0o600)
  if (count < 0) say(`directord: warning: cannot keep what is held: ${explainErrno(-count)}`)
}
