/** A disk, or a file in a test. */
export interface Disk {
  readonly bytes: number
  /** Exactly so many bytes, or a positive errno. */
  read(offset: number, length: number): Uint8Array | number
  /** 0 or a positive errno. */
  write(offset: number, bytes: Uint8Array): number
  /** All that was written is on the medium, and is read from there. 0 or a positive errno. */
  flush(): number
}

/** Bytes for a place of a disk that need not be in memory at once. */
export interface Source {
  readonly offset: number
  readonly length: number
  /** At most `CHUNK_BYTES` of it, from a multiple of that. */
  chunk(at: number, length: number): Uint8Array
}

/** How much is written and compared at once. */
export const CHUNK_BYTES = 256 << 10

/** Bytes that are in memory. */
export const bytesAt = (offset: number, bytes: Uint8Array): Source => ({
  offset,
  length: bytes.length,
  chunk: (at, length) => bytes.subarray(at, at + length),
})

/** Zeros. */
export const zerosAt = (offset: number, length: number): Source => ({
  offset,
  length,
  chunk: (_, count) => new Uint8Array(count),
})

/** What went wrong with a disk. */
export type DiskFault =
  | { readonly kind: 'read' | 'write' | 'flush'; readonly at: number; readonly errno: number }
  /** What was written is not there: the first byte that differs. */
  | {
      readonly kind: 'differs'
      readonly at: number
      readonly wrote: number
      readonly found: number
    }

/** What the engine does faster than a loop here. */
export interface DiskTools {
  readonly isEqual: (one: Uint8Array, other: Uint8Array) => boolean
  /** Is called after every chunk with the bytes that are done, written or compared. */
  readonly breathe: (bytes: number) => void
}

/**
 * Writes all sources, puts them on the medium, reads them back from there and compares.
 *
 * @returns what went wrong first
 */
export function writeAndCompare(
  disk: Disk,
  sources: readonly Source[],
  { breathe, isEqual }: DiskTools,
): DiskFault | undefined {
  const wrote = eachChunk(sources, breathe, (at, bytes) => {
    const errno = disk.write(at, bytes)
    return errno === 0 ? undefined : { kind: 'write', at, errno }
  })
  if (wrote !== undefined) return wrote
  const errno = disk.flush()
  if (errno !== 0) return { kind: 'flush', at: 0, errno }
  return eachChunk(sources, breathe, (at, bytes) => {
    const found = disk.read(at, bytes.length)
    if (typeof found === 'number') return { kind: 'read', at, errno: found }
    return isEqual(bytes, found) ? undefined : difference(at, bytes, found)
  })
}

function eachChunk(
  sources: readonly Source[],
  breathe: (done: number) => void,
  work: (at: number, bytes: Uint8Array) => DiskFault | undefined,
): DiskFault | undefined {
  for (const { chunk, length, offset } of sources) {
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      const bytes = chunk(at, Math.min(CHUNK_BYTES, length - at))
      const fault = work(offset + at, bytes)
      if (fault !== undefined) return fault
      breathe(bytes.length)
    }
  }
  return undefined
}

function difference(at: number, wrote: Uint8Array, found: Uint8Array): DiskFault | undefined {
  for (let index = 0; index < wrote.length; index++) {
    const [mine, its] = [wrote[index] as number, found[index] as number]
    if (mine !== its) return { kind: 'differs', at: at + index, wrote: mine, found: its }
  }
  return undefined
}
