import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { ProblemError } from '../kit/problem.ts'
import { type ImageReader, withImage } from '../stamp/image-reader.ts'
import { comparePaths } from '../tree/path.ts'
import { explainContent } from './content-diff.ts'
import type { Member } from './member.ts'
import { folderMembers, membersOf } from './members.ts'
import { type PackageChange, packageChanges } from './package-changes.ts'
import { sniff } from './sniff.ts'

/** How two files of ours, or two folders of them, differ. Holds no secret. */
export interface Comparison {
  readonly first: string
  readonly second: string
  readonly same: boolean
  readonly packages: readonly PackageChange[]
  /** In the order of their paths. */
  readonly differences: readonly Difference[]
}

/** One path that differs. A path inside an image follows the image's, after a colon. */
export interface Difference {
  readonly path: string
  readonly what: 'added' | 'removed' | 'kind' | 'mode' | 'owner' | 'target' | 'content'
  readonly first?: string
  readonly second?: string
  /** What of the content differs: lines, values, byte ranges. */
  readonly details?: readonly string[]
}

const PIECE_BYTES = 1 << 20

/**
 * Compares two files or two folders, and looks into images and archives down to single files.
 *
 * @throws ProblemError `file_unreadable`, or as the readers of the containers do
 */
export async function compareFiles(first: string, second: string): Promise<Comparison> {
  const areFolders = (await isFolder(first)) && (await isFolder(second))
  if (areFolders) {
    const [left, right] = [await folderMembers(first), await folderMembers(second)]
    const differences = await compareMembers('', left, right, new Map())
    return answer(first, second, differences, await packageChanges(left, right))
  }
  return withImage(first, left =>
    withImage(second, async right => {
      const differences = await compareContent(leafOf('', left), leafOf('', right), new Map())
      const packages = await packageChanges([leafOf(first, left)], [leafOf(second, right)])
      return answer(first, second, differences, packages)
    }),
  )
}

function answer(
  first: string,
  second: string,
  differences: readonly Difference[],
  packages: readonly PackageChange[],
): Comparison {
  return { first, second, same: differences.length === 0, packages, differences }
}

const leafOf = (path: string, content: ImageReader): FileMember => ({
  path,
  kind: 'file',
  content,
})

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
}

/** Pairs of contents that were compared, by their hashes, with the path where that is told. */
type Told = Map<string, string>

async function compareMembers(
  above: string,
  first: readonly Member[],
  second: readonly Member[],
  told: Told,
): Promise<Difference[]> {
  const [left, right] = [byPath(first), byPath(second)]
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort(comparePaths)
  const found: Difference[] = []
  for (const path of paths) {
    const place = `${above}${path}`
    const [old, young] = [left.get(path), right.get(path)]
    if (old === undefined) found.push({ path: place, what: 'added', ...sized('second', young) })
    else if (young === undefined)
      found.push({ path: place, what: 'removed', ...sized('first', old) })
    else
      found.push(...(await comparePair({ ...old, path: place }, { ...young, path: place }, told)))
  }
  return found
}

const byPath = (members: readonly Member[]) => new Map(members.map(member => [member.path, member]))

function sized(side: 'first' | 'second', member: Member | undefined): Partial<Difference> {
  const size = member?.content?.size
  return { [side]: size === undefined ? (member?.kind ?? '') : bytes(size) }
}

const bytes = (size: number) => (size === 1 ? '1 byte' : `${size} bytes`)

async function comparePair(first: Member, second: Member, told: Told): Promise<Difference[]> {
  const { path } = first
  if (first.kind !== second.kind) {
    return [{ path, what: 'kind', first: first.kind, second: second.kind }]
  }
  const found: Difference[] = []
  if (first.mode !== second.mode) {
    found.push({ path, what: 'mode', first: octal(first.mode), second: octal(second.mode) })
  }
  for (const what of ['owner', 'target'] as const) {
    const [old, young] = [first[what], second[what]]
    if (old !== young) found.push({ path, what, first: old ?? 'none', second: young ?? 'none' })
  }
  if (isFile(first) && isFile(second)) found.push(...(await compareContent(first, second, told)))
  return found
}

type FileMember = Member & Required<Pick<Member, 'content'>>

const isFile = (member: Member): member is FileMember => member.content !== undefined

const octal = (mode: number | undefined) => (mode ?? 0).toString(8).padStart(4, '0')

async function compareContent(
  first: FileMember,
  second: FileMember,
  told: Told,
): Promise<Difference[]> {
  const [left, right] = [first.content, second.content]
  const { path } = first
  if (await isEqual(left, right)) return []
  const sizes = { first: bytes(left.size), second: bytes(right.size) }
  const pair = `${await digest(left)} ${await digest(right)}`
  const before = told.get(pair)
  if (before !== undefined) {
    return [{ path, what: 'content', ...sizes, details: [`as ${before}`] }]
  }
  told.set(pair, path)
  const inside = await compareInside(first, second, told)
  if (typeof inside === 'object' && inside.length > 0) return inside
  const remark = typeof inside === 'object' ? SAME_INSIDE : inside
  const details = [
    ...(remark === undefined ? [] : [remark]),
    ...(await explainContent(first, second)),
  ]
  return [{ path, what: 'content', ...sizes, details }]
}

const SAME_INSIDE = 'everything in it is the same; it is packed differently'

/** Compares what is in two containers of one shape; undefined: they are none; or why it failed. */
async function compareInside(
  first: FileMember,
  second: FileMember,
  told: Told,
): Promise<Difference[] | string | undefined> {
  if (first.isRest === true) return undefined
  const shape = await sniff(first.content)
  if (shape !== (await sniff(second.content))) return undefined
  try {
    const left = await membersOf(first.content, shape)
    const right = await membersOf(second.content, shape)
    if (left === undefined || right === undefined) return undefined
    return await compareMembers(first.path === '' ? '' : `${first.path}: `, left, right, told)
  } catch (error) {
    // What cannot be read as a container is compared as bytes.
    const isDamage = error instanceof ProblemError || error instanceof RangeError
    const isPacked = (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true
    if (!isDamage && !isPacked) throw error
    return `it cannot be looked into: ${(error as Error).message}`
  }
}

async function digest(image: ImageReader): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < image.size; at += PIECE_BYTES) {
    hash.update(await image.read(at, Math.min(PIECE_BYTES, image.size - at)))
  }
  return hash.digest('hex')
}

async function isEqual(first: ImageReader, second: ImageReader): Promise<boolean> {
  if (first.size !== second.size) return false
  for (let at = 0; at < first.size; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, first.size - at)
    const [left, right] = [await first.read(at, length), await second.read(at, length)]
    if (!left.equals(right)) return false
  }
  return true
}
