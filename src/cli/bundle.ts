import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bundle } from '../kit/bundle.ts'

// A bundle that no launcher has made for this long is of a source that is gone.
const KEPT_FOR_MS = 7 * 24 * 3600 * 1000

await bundleTool(process.argv[2] ?? '')

/**
 * Writes the tool as plain modules to a folder that the launcher names by the hash of the source.
 *
 * Several launchers may do this at once: the first rename wins.
 */
async function bundleTool(folder: string): Promise<void> {
  const temporary = `${folder}.${process.pid}`
  await bundle({
    entries: [join(import.meta.dirname, 'main.ts')],
    base: import.meta.dirname,
    folder: temporary,
    withPackages: true,
  })
  await removeOld(dirname(folder))
  try {
    await rename(temporary, folder)
  } catch {
    await rm(temporary, { recursive: true })
  }
}

async function removeOld(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    // Another launcher may have renamed it by now.
    const modified_ms = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
    const age_ms = Date.now() - modified_ms
    if (age_ms > KEPT_FOR_MS) await rm(path, { recursive: true, force: true })
  }
}
