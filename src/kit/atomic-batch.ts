import { randomBytes } from 'node:crypto'
import { closeSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asDiskProblem } from './atomic.ts'
import { exec } from './exec.ts'
import { makeFolders } from './folder.ts'
import { onInterrupt } from './interrupt.ts'

/** Files that get their names together, when all of them are on the disk. */
export interface Batch {
  /** As `writeAtomic`, at once. */
  write(path: string, content: Uint8Array, mode: number): void
  /** As `produceAtomic`. */
  produce(
    path: string,
    write: (file: FileHandle, temporaryPath: string) => Promise<unknown>,
    options: { readonly mode: number },
  ): Promise<void>
}

/**
 * Lets `work` write any number of files below a folder, at the cost of one sync for all of them.
 * If anything fails, none of them is there and what was there before is as it was.
 *
 * @throws ProblemError as `writeAtomic`
 */
export async function writeBatch<T>(
  folder: string,
  work: (batch: Batch) => Promise<T>,
): Promise<T> {
  const temporaries = new Map<string, string>()
  const remove = () => {
    for (const temporary of temporaries.values()) removeIfThere(temporary)
  }
  const finished = onInterrupt(remove)
  let at = folder
  try {
    const result = await work(batchOf(temporaries, path => (at = path)))
    // sync(1) of coreutils: one call for a whole file system, which Node does not have.
    if (temporaries.size > 0) await exec('sync', ['-f', folder])
    for (const [path, temporary] of temporaries) {
      at = path
      renameSync(temporary, path)
    }
    return result
  } catch (error) {
    remove()
    throw asDiskProblem(error, at)
  } finally {
    finished()
  }
}

function batchOf(temporaries: Map<string, string>, note: (path: string) => void): Batch {
  const suffix = `.${randomBytes(4).toString('hex')}.part`
  const folders = new Set<string>()
  const begin = (path: string): string => {
    note(path)
    const parent = dirname(path)
    if (!folders.has(parent)) makeFolders(parent)
    folders.add(parent)
    temporaries.set(path, path + suffix)
    return path + suffix
  }
  return {
    write(path, content, mode) {
      const file = openSync(begin(path), 'wx', mode)
      try {
        for (let at = 0; at < content.length; ) at += writeSync(file, content, at)
      } finally {
        closeSync(file)
      }
    },
    async produce(path, write, { mode }) {
      const temporary = begin(path)
      const file = await open(temporary, 'wx', mode)
      try {
        await write(file, temporary)
        await file.chmod(mode)
      } finally {
        await file.close()
      }
    },
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It has its name already, or was never made.
  }
}
