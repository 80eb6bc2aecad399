import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { onInterrupt } from './interrupt.ts'
import { fail } from './problem.ts'

/**
 * Writes a file so that its name holds either the old content or the whole new one.
 *
 * The content goes to a file beside it, is synced, then renamed. A full disk is a `Problem`
 * with code `disk_full`; the half-written file is removed.
 */
export async function writeAtomic(
  path: string,
  content: Uint8Array | string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  await produceAtomic(path, file => file.writeFile(content), options)
}

/** As `writeAtomic`, for a writer that is handed the open file and may seek in it. */
export async function produceAtomic(
  path: string,
  write: (file: FileHandle, temporaryPath: string) => Promise<unknown>,
  options: { readonly mode?: number } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  const finished = onInterrupt(() => unlinkSync(temporary))
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o644)
    try {
      await write(file, temporary)
      await file.chmod(options.mode ?? 0o644)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw asDiskProblem(error, path)
  } finally {
    finished()
  }
}

/** A full disk as a `Problem` with code `disk_full`; any other error as it is. */
function asDiskProblem(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  try {
    fail(
      {
        code: 'disk_full',
        message: 'the output disk is full',
        where: { file: path },
        remedy: 'free some space or choose another folder with --out, then run the command again',
      },
      error,
    )
  } catch (problem) {
    return problem
  }
}
