import { readFile, writeFile } from 'node:fs/promises'
import { openArchive } from '../../src/base/archive.ts'
import { writeLock } from '../../src/base/write-lock.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { startMirror, type TestMirror } from './mirror-server.ts'

// The archive of the fixtures does not change, so one lock serves all tests of a file.
let lock: Promise<string> | undefined

/** A mirror in its first state, whose recipe is locked, and an empty cache. */
export async function startLockedMirror(): Promise<TestMirror> {
  lock ??= makeLock()
  const mirror = await startMirror()
  await writeFile(`${mirror.recipeFolder}lock.json`, await lock)
  return mirror
}

async function makeLock(): Promise<string> {
  const mirror = await startMirror()
  try {
    const { url, cache, recipeFolder, keyrings } = mirror
    const place = { mirror: url, cache, recipeFolder, keyrings }
    const archive = await openArchive({ ...place, locked: false, steps: quietSteps })
    await writeLock(archive, quietSteps, recipeFolder)
    return await readFile(`${recipeFolder}lock.json`, 'utf8')
  } finally {
    await mirror.close()
  }
}
