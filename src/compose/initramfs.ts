import { sha256 } from '../kit/hash.ts'
import { encodeCpio } from '../tree/cpio.ts'
import { layer } from '../tree/layers.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { closePrivate, skeleton } from './skeleton.ts'

/** `etc/director/base.json` in every image: what a stamp is bound to. */
export interface BaseFacts {
  readonly schema: 1
  readonly base_sha256: string
  /** Version of the kernel. */
  readonly kernel: string
  /** Version of the agent. */
  readonly agent: string
  /** What this image can take. */
  readonly features: readonly string[]
}

export interface Layers {
  readonly base: Tree
  readonly overlay: Tree
  /** The agent's ELF, `directord`. */
  readonly agent: Uint8Array
  /** What the operator adds by `files:`. */
  readonly operator: Tree
}

const BASE_FACTS = 'etc/director/base.json'
const AGENT = 'usr/sbin/directord'
// The ELF looks at its own name.
const AGENT_NAMES = ['usr/sbin/director-setup', 'usr/bin/directorctl']

/** Lays everything over the base system: what the machine's RAM holds, without base.json. */
export function composeTree({ base, overlay, agent, operator }: Layers): Tree {
  const program: Entry = { kind: 'file', mode: 0o755, uid: 0, gid: 0, content: agent }
  const agentTree = new Map<string, Entry>([
    [AGENT, program],
    ...AGENT_NAMES.map((path): [string, Entry] => [
      path,
      { kind: 'link', mode: 0o777, uid: 0, gid: 0, target: `/${AGENT}` },
    ]),
  ])
  return closePrivate(layer(base, skeleton(), overlay, agentTree, operator))
}

/**
 * What a stamp is bound to: SHA-256 of the uncompressed archive followed by the kernel's bytes.
 */
export function baseSha256(archive: Uint8Array, kernel: Uint8Array): string {
  return sha256(Buffer.concat([archive, kernel]))
}

/**
 * The small archive that comes before the large compressed one and holds base.json alone.
 *
 * It is not compressed, so that a tool reads what an image is without unpacking it; the kernel
 * takes archives one after the other.
 */
export function encodeBaseFacts(facts: BaseFacts): Uint8Array {
  const content = Buffer.from(`${JSON.stringify(facts)}\n`)
  return encodeCpio(
    new Map<string, Entry>([[BASE_FACTS, { kind: 'file', mode: 0o644, uid: 0, gid: 0, content }]]),
  )
}
