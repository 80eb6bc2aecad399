import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { onInterrupt } from '../kit/interrupt.ts'
import { isDiskFull, refuseFullCache } from './refuse.ts'

/**
 * Makes a folder of the cache that is there whole or not at all.
 *
 * It is filled beside its place and renamed; what a failure or a signal leaves half filled is
 * removed. If another program was faster, its folder stays: it has the same content.
 *
 * @param fill is handed the path of the empty folder
 * @throws ProblemError `disk_full`
 */
export async function makeWholeFolder(
  folder: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}.part`
  const finished = onInterrupt(() => rmSync(unfinished, { recursive: true, force: true }))
  try {
    await mkdir(unfinished, { recursive: true })
    await fill(unfinished)
    await rename(unfinished, folder).catch(error => {
      if (!existsSync(folder)) throw error
    })
  } catch (error) {
    if (isDiskFull((error as NodeJS.ErrnoException).code ?? '')) refuseFullCache(folder, error)
    throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
    finished()
  }
}
