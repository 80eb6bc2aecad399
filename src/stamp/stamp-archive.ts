import { fail, ProblemError } from '../kit/problem.ts'
import { decodeCpio, encodeCpio } from '../tree/cpio.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { beginsAsGzip, decodeGzip, encodeGzip } from './gzip.ts'

/** What the kernel lays over the base: the files of one stamp, or those of a fleet. */
export interface StampArchive {
  readonly tree: Tree
  /** The archive before its compression. */
  readonly content: Uint8Array
}

// Thousands of services fit in a tenth of this. A machine unpacks it in its memory.
const CONTENT_BYTES_MAX = 16 << 20

/**
 * Encodes files as a gzipped newc archive, with `last` behind all others.
 *
 * @throws ProblemError `stamp_too_large`
 */
export function encodeArchive(tree: Tree, last: string): Uint8Array {
  const content = encodeCpio(tree, { last: [last] })
  if (content.length > CONTENT_BYTES_MAX) {
    fail({
      code: 'stamp_too_large',
      message: 'the stamp is too large to be unpacked by a machine',
      expected: `at most ${CONTENT_BYTES_MAX} bytes before its compression`,
      found: `${content.length} bytes`,
      remedy: 'make the configuration smaller, or put fewer nodes into one image',
    })
  }
  return encodeGzip(content)
}

/**
 * Reads an archive as `encodeArchive` writes it.
 *
 * @param bytes the archive, followed by nothing but zeros
 * @throws ProblemError `stamp_malformed` or `stamp_doubled`
 */
export function decodeArchive(bytes: Uint8Array): StampArchive {
  const { content, length } = tellingWhy(() => decodeGzip(bytes, CONTENT_BYTES_MAX))
  checkRest(bytes.subarray(length))
  return { content, tree: tellingWhy(() => decodeCpio(content)) }
}

function tellingWhy<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProblemError) return malformed(error.message)
    throw error
  }
}

function checkRest(rest: Uint8Array): void {
  const at = rest.findIndex(byte => byte !== 0)
  if (at === -1) return
  if (!beginsAsGzip(rest.subarray(at))) malformed('other bytes follow it')
  fail({
    code: 'stamp_doubled',
    message: 'there are two stamps, one after the other',
    expected: 'one stamp, for one node',
    remedy: 'write the stamp again; a node that finds two of them does not serve',
  })
}

/** The content of a file that must be there. */
export function fileIn(tree: Tree, path: string): Uint8Array {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? entry.content : malformed(`${path} is not in it`)
}

/** A file of root's. */
export function ownFile(mode: number, content: Uint8Array): Entry {
  return { kind: 'file', mode, uid: 0, gid: 0, content }
}

/** Refuses a stamp that this tool did not write, or that was damaged since. */
export function malformed(what: string): never {
  fail({
    code: 'stamp_malformed',
    message: `the stamp cannot be used: ${what}`,
    expected: 'one whole stamp as this tool writes it',
    remedy: 'write the stamp again from the cluster file or from node.json',
  })
}
