import { sha256 } from '../kit/hash.ts'
import { type ImageReader, memoryReader } from '../stamp/image-reader.ts'
import { typeOf } from './media-type.ts'

/** Bytes that can be sent, whole or in part. `close` must be called. */
export interface Content {
  readonly reader: ImageReader
  readonly type: string
  /** An entity tag: other bytes, another tag. */
  readonly tag: string
  close(): Promise<void>
}

/** The entity tag for a digest. */
export const tagOf = (digest: string) => `"${digest.slice(0, 32)}"`

/** A text that was made for the request. */
export function textContent(text: string, name: string): Content {
  return heldContent(Buffer.from(text), name)
}

/** A file that is held in memory. */
export const heldContent = (bytes: Buffer, name: string): Content => ({
  reader: memoryReader(bytes, name),
  type: typeOf(name),
  tag: tagOf(sha256(bytes)),
  close: async () => {},
})
