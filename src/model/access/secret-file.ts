import { open } from 'node:fs/promises'
import { fail, type Where } from '../../kit/problem.ts'
import { Secret } from '../secret.ts'

const SECRET_BYTES_MAX = 64 << 10

/**
 * Reads a file that only its owner may read.
 *
 * @param where the key in the cluster file that names it
 * @throws ProblemError when it is not there, no plain file, or others may read it
 */
export async function readSecretFile(path: string, where: Where): Promise<Secret> {
  const { text, mode } = await readSmallFile(path, where)
  if ((mode & 0o077) !== 0) {
    fail({
      code: 'secret_file_mode',
      message: 'others than its owner may use a secret file',
      expected: 'mode 0600',
      found: `${path} with mode 0${(mode & 0o777).toString(8)}`,
      where,
      remedy: `chmod 600 ${path}`,
    })
  }
  return new Secret(text)
}

/** As `readSecretFile`, for a file that is no secret. */
export async function readSmallFile(
  path: string,
  where: Where,
): Promise<{ readonly text: string; readonly mode: number }> {
  try {
    const file = await open(path, 'r')
    try {
      const status = await file.stat()
      if (!status.isFile() || status.size > SECRET_BYTES_MAX) {
        fail({
          code: 'file_unusable',
          message: 'a file that the cluster file names cannot be used',
          expected: `a plain file of at most ${SECRET_BYTES_MAX} bytes`,
          found: `${path}, ${status.isFile() ? `${status.size} bytes` : 'no plain file'}`,
          where,
        })
      }
      return { text: await file.readFile('utf8'), mode: status.mode }
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return fail(
      {
        code: 'file_unreadable',
        message: 'a file that the cluster file names cannot be read',
        expected: 'a file that you may read, relative to the folder of the cluster file',
        found: `${path}: ${code}`,
        where,
      },
      error,
    )
  }
}
