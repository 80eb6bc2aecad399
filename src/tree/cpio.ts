// newc archives, as the kernel reads them: its driver-api/early-userspace/buffer-format.rst.
import { fail } from '../kit/problem.ts'
import { withParents } from './layers.ts'
import { cleanPath, comparePaths } from './path.ts'
import type { Entry, Tree } from './tree.ts'

const MAGIC = '070701'
const HEADER_BYTES = 110
const TRAILER = 'TRAILER!!!'

// PATH_MAX of Linux, with the final NUL.
const NAME_BYTES_MAX = 4096

// File types as in stat(2).
const TYPE_BITS = {
  file: 0o100000,
  directory: 0o040000,
  link: 0o120000,
  character: 0o020000,
  block: 0o060000,
} as const satisfies Record<Entry['kind'], number>
const TYPE_MASK = 0o170000

export interface CpioOptions {
  /** Modification time of every entry, in seconds since 1970. */
  readonly mtime?: number
  /** Paths that come last, in this order: a reader that sees the last one has seen all. */
  readonly last?: readonly string[]
}

/**
 * Writes a tree as a newc archive; equal trees give equal bytes.
 *
 * Entries are in byte order of their paths, missing parents are added, every entry has an inode
 * number of its own and one link, so that the kernel never takes two files for one.
 */
export function encodeCpio(tree: Tree, options: CpioOptions = {}): Uint8Array {
  const { mtime = 0, last = [] } = options
  const whole = withParents(tree)
  const sorted = [...whole.keys()].filter(path => !last.includes(path)).sort(comparePaths)
  const pieces: Uint8Array[] = []
  let inode = 0
  for (const path of [...sorted, ...last.filter(name => whole.has(name))]) {
    inode += 1
    pieces.push(...encodeEntry(path, whole.get(path) as Entry, inode, mtime))
  }
  pieces.push(encodeTrailer())
  return Buffer.concat(pieces)
}

/**
 * What comes before the content of one file in an archive that is put together from pieces: a boot
 * loader pads each piece to four bytes, as the format asks. No other entry may have the inode.
 */
export function encodeFileHead(
  path: string,
  { inode, mode, size }: { readonly inode: number; readonly mode: number; readonly size: number },
): Uint8Array {
  const fields = [inode, TYPE_BITS.file | mode, 0, 0, 1, 0, size, 0, 0, 0, 0]
  return encodeHeader(path, fields)
}

/** What ends such an archive. */
export const encodeTrailer = (): Uint8Array =>
  encodeHeader(TRAILER, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])

function encodeEntry(path: string, entry: Entry, inode: number, mtime: number): Uint8Array[] {
  const content = contentOf(entry)
  const device =
    entry.kind === 'character' || entry.kind === 'block' ? [entry.major, entry.minor] : [0, 0]
  const mode = TYPE_BITS[entry.kind] | (entry.mode & 0o7777)
  const fields = [inode, mode, entry.uid, entry.gid, 1, mtime, content.length, 0, 0, ...device]
  return [encodeHeader(path, fields), content, ZEROS.subarray(0, padding(content.length))]
}

function contentOf(entry: Entry): Uint8Array {
  if (entry.kind === 'file') return entry.content
  return entry.kind === 'link' ? Buffer.from(entry.target) : new Uint8Array(0)
}

function encodeHeader(name: string, fields: readonly number[]): Uint8Array {
  const nameBytes = Buffer.byteLength(name) + 1
  let text = MAGIC
  for (const value of [...fields, nameBytes, 0]) text += value.toString(16).padStart(8, '0')
  return Buffer.from(`${text}${name}${NULS.slice(0, 1 + padding(HEADER_BYTES + nameBytes))}`)
}

const NULS = '\0'.repeat(4)
const ZEROS = new Uint8Array(4)

const padding = (length: number) => (4 - (length % 4)) % 4

interface Header {
  readonly inode: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly links: number
  readonly size: number
  readonly major: number
  readonly minor: number
  readonly nameBytes: number
}

/**
 * Reads the first newc archive in `bytes`, up to its trailer.
 *
 * @throws ProblemError `cpio_malformed` with the offset; `unsafe_path` for a name with `..`
 */
export function decodeCpio(bytes: Uint8Array): Tree {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tree = new Map<string, Entry>()
  const hardLinks = new Map<string, string[]>()
  for (let offset = 0; ; ) {
    const header = decodeHeader(view, offset)
    const nameAt = offset + HEADER_BYTES
    const contentAt = nameAt + header.nameBytes + padding(HEADER_BYTES + header.nameBytes)
    const end = contentAt + header.size
    if (end > view.length) malformed('an entry runs past the end', offset)
    const name = decodeName(view, nameAt, header.nameBytes)
    if (name === TRAILER) return tree
    const path = cleanPath(name)
    const entry = decodeEntry(header, view.subarray(contentAt, end), offset)
    if (path !== '') tree.set(path, entry)
    if (entry.kind === 'file' && header.links > 1) joinLinks(tree, hardLinks, header, path, entry)
    offset = end + padding(header.size)
  }
}

// Of several names of one file only the last carries the content.
function joinLinks(
  tree: Map<string, Entry>,
  hardLinks: Map<string, string[]>,
  header: Header,
  path: string,
  entry: Entry,
): void {
  const names = hardLinks.get(header.inode) ?? []
  hardLinks.set(header.inode, [...names, path])
  if (header.size > 0) for (const name of names) tree.set(name, entry)
}

function decodeHeader(view: Buffer, offset: number): Header {
  if (offset + HEADER_BYTES > view.length) malformed('the archive ends without a trailer', offset)
  const text = view.toString('latin1', offset, offset + HEADER_BYTES)
  if (!text.startsWith(MAGIC) || !/^[0-9A-Fa-f]+$/.test(text)) malformed('no newc header', offset)
  const field = (index: number) => Number.parseInt(text.slice(6 + index * 8, 14 + index * 8), 16)
  const nameBytes = field(11)
  if (nameBytes < 1 || nameBytes > NAME_BYTES_MAX) malformed('a name of a wrong length', offset)
  return {
    inode: `${field(7)}:${field(8)}:${field(0)}`,
    mode: field(1),
    uid: field(2),
    gid: field(3),
    links: field(4),
    size: field(6),
    major: field(9),
    minor: field(10),
    nameBytes,
  }
}

function decodeName(view: Buffer, at: number, length: number): string {
  if (view[at + length - 1] !== 0) malformed('a name without its final NUL', at)
  return view.toString('utf8', at, at + length - 1)
}

function decodeEntry(header: Header, content: Buffer, offset: number): Entry {
  const owned = { mode: header.mode & 0o7777, uid: header.uid, gid: header.gid }
  switch (header.mode & TYPE_MASK) {
    case TYPE_BITS.file:
      return { kind: 'file', ...owned, content }
    case TYPE_BITS.directory:
      return { kind: 'directory', ...owned }
    case TYPE_BITS.link:
      return { kind: 'link', ...owned, target: content.toString('utf8') }
    case TYPE_BITS.character:
      return { kind: 'character', ...owned, major: header.major, minor: header.minor }
    case TYPE_BITS.block:
      return { kind: 'block', ...owned, major: header.major, minor: header.minor }
    default:
      return malformed(`an entry of the unknown type 0${header.mode.toString(8)}`, offset)
  }
}

function malformed(what: string, offset: number): never {
  fail({
    code: 'cpio_malformed',
    message: `the cpio archive is damaged: ${what}`,
    expected: 'a newc archive that ends with TRAILER!!!',
    where: { path: `byte ${offset}` },
  })
}
