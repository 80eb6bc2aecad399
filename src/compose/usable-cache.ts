import { access, constants } from 'node:fs/promises'
import { makeFolders } from '../kit/folder.ts'
import { fail } from '../kit/problem.ts'

/**
 * Makes sure that the folder of the cache is there and can be written to, before work begins.
 *
 * @throws ProblemError `cache_unusable`
 */
export async function requireCache(folder: string): Promise<void> {
  try {
    makeFolders(folder)
    await access(folder, constants.W_OK)
  } catch (error) {
    fail(
      {
        code: 'cache_unusable',
        message: 'the folder of the cache cannot be used',
        expected: 'a folder that you may write to',
        found: (error as NodeJS.ErrnoException).code ?? String(error),
        where: { file: folder },
        remedy: 'name another folder in DIRECTOR_CACHE',
      },
      error,
    )
  }
}
