import { constants, copyFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { produceAtomic, writeAtomic } from '../kit/atomic.ts'
import { digestOf, sha256File } from '../kit/hash.ts'
import { writeDisk } from '../stamp/sparse-copy.ts'
import { readFlashParts } from './flash-parts.ts'

/** A file that a build leaves in its output folder. */
export interface Output {
  /** Relative to the output folder. */
  readonly path: string
  /** Names the content: the same key, the same bytes. */
  readonly key: string
  readonly mode: number
  /** Writes the file under the absolute path that it is given, all at once. */
  write(path: string): Promise<void>
}

/** What was last written under a path, to see whether it is still that. */
interface Written {
  readonly key: string
  readonly size: number
  readonly modified_ms: number
  readonly sha256: string
}

export interface OutputFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** undefined: it was there already, unchanged. */
  readonly written?: 'new' | 'changed' | 'repaired'
}

/** Record of an output folder: what lies there, by path. */
export type WrittenFiles = Readonly<Record<string, Written>>

/**
 * Brings a folder to what it should hold: writes what is new or other, mends what somebody changed
 * or deleted, removes what an earlier build left and this one does not.
 *
 * @param before as returned by the last call for this folder
 */
export async function writeOutputs(
  folder: string,
  outputs: readonly Output[],
  before: WrittenFiles,
): Promise<{
  readonly files: readonly OutputFile[]
  readonly record: WrittenFiles
  readonly removed: readonly string[]
}> {
  const files: OutputFile[] = []
  const record: Record<string, Written> = {}
  for (const output of outputs) {
    const path = join(folder, output.path)
    const old = before[output.path]
    const kept = old?.key === output.key ? await ifUnchanged(path, old, output.mode) : undefined
    const now = kept ?? (await writeOne(path, output))
    const { size, sha256 } = now
    record[output.path] = now
    const written = old === undefined ? 'new' : old.key === output.key ? 'repaired' : 'changed'
    files.push({ path: output.path, size, sha256, ...(kept === undefined ? { written } : {}) })
  }
  const removed = Object.keys(before).filter(path => record[path] === undefined)
  for (const path of removed) await rm(join(folder, path), { force: true })
  return { files, record, removed }
}

async function writeOne(path: string, output: Output): Promise<Written> {
  await output.write(path)
  const { size, mtimeMs } = await stat(path)
  return { key: output.key, size, modified_ms: mtimeMs, sha256: await sha256File(path) }
}

/** The record of a file that still holds what was written, brought up to date; else undefined. */
async function ifUnchanged(path: string, old: Written, mode: number): Promise<Written | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isFile() || found.size !== old.size) return undefined
  if ((found.mode & 0o777) !== mode) return undefined
  if (found.mtimeMs === old.modified_ms) return old
  // Touched or copied back: the content decides.
  if ((await sha256File(path)) !== old.sha256) return undefined
  return { ...old, modified_ms: found.mtimeMs }
}

/** An output whose bytes are at hand. */
export function bytesOutput(path: string, content: Uint8Array | string, mode = 0o644): Output {
  const key = digestOf([mode, Buffer.from(content).toString('base64')])
  return { path, key, mode, write: target => writeAtomic(target, content, { mode }) }
}

/** An output that is a copy of a file in the cache, sharing its blocks where that is possible. */
export function copyOutput(path: string, source: string, key: string): Output {
  const mode = 0o644
  return {
    path,
    key: digestOf([mode, key]),
    mode,
    write: target =>
      produceAtomic(
        target,
        (_, temporary) => copyFile(source, temporary, constants.COPYFILE_FICLONE),
        { mode },
      ),
  }
}

/** The image of a flash disk without a stamp: mostly zeros, which take no space. */
export function diskOutput(path: string, folder: string, key: string): Output {
  const mode = 0o644
  const write = async (target: string) => writeDisk(target, await readFlashParts(folder), mode)
  return { path, key: digestOf([mode, key]), mode, write }
}
