import { BASE_FACTS_PATH, type BaseFacts } from '../model/base-facts.ts'
import { encodeCpio } from '../tree/cpio.ts'
import type { Entry } from '../tree/tree.ts'

/**
 * The small archive that comes before the large compressed one and holds base.json alone.
 *
 * It is not compressed, so that a tool reads what an image is without unpacking it; the kernel
 * takes archives one after the other.
 */
export function encodeBaseFacts(facts: BaseFacts): Uint8Array {
  const content = Buffer.from(`${JSON.stringify(facts)}\n`)
  const entry: Entry = { kind: 'file', mode: 0o644, uid: 0, gid: 0, content }
  return encodeCpio(new Map([[BASE_FACTS_PATH, entry]]))
}
