import { ProblemError } from '../kit/problem.ts'
import { decodeGzip } from '../stamp/gzip.ts'
import { decodeCpio } from '../tree/cpio.ts'
import { PAYLOAD_FOLDER } from './install-payload.ts'

const CONTENT_BYTES_MAX = 64 << 20

/**
 * What the archive says of itself that a loader hands to a system which may install itself.
 *
 * @returns undefined for any other gzip member
 */
export function payloadFacts(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const tree = decodeCpio(decodeGzip(bytes, CONTENT_BYTES_MAX).content)
    const entry = tree.get(`${PAYLOAD_FOLDER}/install.json`)
    return entry?.kind === 'file' ? JSON.parse(Buffer.from(entry.content).toString()) : undefined
  } catch (error) {
    if (error instanceof ProblemError || error instanceof SyntaxError) return undefined
    throw error
  }
}
