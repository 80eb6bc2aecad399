import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { fail, ProblemError } from '../kit/problem.ts'
import { cleanPath } from './path.ts'
import type { Entry, Tree } from './tree.ts'

export interface TarOptions {
  /** Which paths to keep; absent: all. What is not kept is never held in memory. */
  readonly accept?: (path: string) => boolean
}

/**
 * Reads a tar stream (ustar, pax, GNU) into a tree. Hard links become files of their own.
 *
 * @throws ProblemError `tar_malformed`, `unsafe_path`
 */
export async function readTar(stream: Readable, options: TarOptions = {}): Promise<Tree> {
  const { accept = () => true } = options
  const tree = new Map<string, Entry>()
  const archive = extract()
  // Its failure shows in the loop too: only one of them is needed.
  const fed = pipeline(stream, archive).catch((error: unknown) => error)
  try {
    for await (const body of archive) {
      const path = cleanPath(body.header.name)
      if (path === '' || !accept(path)) {
        body.resume()
        continue
      }
      const pieces: Buffer[] = []
      for await (const piece of body) pieces.push(piece as Buffer)
      tree.set(path, toEntry(body.header, pieces, tree))
    }
    const error = await fed
    if (error !== undefined) throw error
  } catch (error) {
    if (error instanceof ProblemError) throw error
    malformed(error instanceof Error ? error.message : String(error), error)
  }
  return tree
}

function toEntry(header: Header, pieces: readonly Buffer[], tree: Tree): Entry {
  const owned = {
    mode: (header.mode ?? 0o644) & 0o7777,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
  }
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return { kind: 'file', ...owned, content: Buffer.concat(pieces) }
    case 'directory':
      return { kind: 'directory', ...owned }
    case 'symlink':
      return { kind: 'link', ...owned, target: header.linkname ?? '' }
    case 'link':
      return hardLink(header, tree)
    case 'character-device':
    case 'block-device':
      return {
        kind: header.type === 'block-device' ? 'block' : 'character',
        ...owned,
        major: header.devmajor ?? 0,
        minor: header.devminor ?? 0,
      }
    default:
      return malformed(`entry ${header.name} has the unknown type ${header.type}`)
  }
}

function hardLink(header: Header, tree: Tree): Entry {
  const entry = tree.get(cleanPath(header.linkname ?? ''))
  return entry ?? malformed(`${header.name} is a link to ${header.linkname}, which was not taken`)
}

function malformed(what: string, cause?: unknown): never {
  fail({ code: 'tar_malformed', message: `the tar archive is damaged: ${what}` }, cause)
}
