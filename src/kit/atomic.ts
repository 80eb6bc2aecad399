import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders } from './folder.ts'
import { onInterrupt } from './interrupt.ts'
import { type Problem, ProblemError } from './problem.ts'

/**
 * Writes a file so that its name holds either the old content or the whole new one.
 *
 * The content goes to a file beside it, is synced, then renamed. If anything fails, that file is
 * removed.
 *
 * @throws ProblemError `disk_full`, or `not_writable` where the folder or the file refuses it
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
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  const finished = onInterrupt(() => unlinkSync(temporary))
  try {
    makeFolders(dirname(path))
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
    await rm(temporary, { force: true }).catch(() => undefined)
    throw asDiskProblem(error, path)
  } finally {
    finished()
  }
}

const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR']

/** What the disk or the folder refuses, as a problem; any other error as it is. */
export function asDiskProblem(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const where = { file: path }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const remedy = 'free some space or choose another folder with --out, then run the command again'
    return asError({ code: 'disk_full', message: 'the output disk is full', where, remedy }, error)
  }
  const { syscall } = error as NodeJS.ErrnoException
  // What file systems without folders of ours, as /proc, say.
  const takesNone = code === 'ENOENT' && syscall === 'mkdir'
  if (!takesNone && (!REFUSALS.includes(code) || syscall === undefined)) return error
  const problem = {
    code: 'not_writable',
    message: 'the file cannot be written',
    where,
    found: code,
    remedy: 'choose a place that you may write to, or change its owner or mode',
  }
  return asError(problem, error)
}

function asError(problem: Problem, cause: unknown): ProblemError {
  return new ProblemError([problem], { cause })
}
