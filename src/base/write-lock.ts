import { writeAtomic } from '../kit/atomic.ts'
import { digestOf } from '../kit/hash.ts'
import type { Steps } from '../kit/steps.ts'
import type { Archive } from './archive.ts'
import { departures, type Lock, type LockedSection, type LockedSource } from './lock.ts'
import { recipeFolder, resolutionInputs } from './recipe.ts'
import { resolveSection, resolveSource } from './resolve.ts'

/**
 * Resolves every section anew and writes `lock.json`.
 *
 * @returns what changed, one line a package, each once
 */
export async function writeLock(
  archive: Archive,
  steps: Steps,
  folder: string = recipeFolder,
): Promise<string[]> {
  const { recipe, lock: before } = archive
  const apt = await archive.apt()
  const changes = new Set<string>()
  const sections: Record<string, LockedSection> = {}
  await steps.run('package indices', async () => {
    for (const section of Object.values(recipe.sections)) {
      await (await archive.apt(section)).update()
    }
  })
  for (const [name, section] of Object.entries(recipe.sections)) {
    await steps.run(`section ${name}`, async step => {
      const packages = await resolveSection(await archive.apt(section), recipe, section)
      const request_sha256 = digestOf(resolutionInputs(recipe, section))
      sections[name] = { request_sha256, packages }
      const lines = departures(before.sections[name]?.packages ?? [], packages)
      for (const line of lines) changes.add(line)
      step.remark(`${packages.length} packages, ${lines.length} changed`)
    })
  }
  const sources: Record<string, LockedSource> = {}
  for (const name of recipe.sources) {
    const source = await resolveSource(apt, recipe, name)
    sources[name] = source
    if (digestOf(before.sources[name] ?? null) !== digestOf(source)) {
      changes.add(`source ${name} ${before.sources[name]?.version ?? 'none'} -> ${source.version}`)
    }
  }
  const lock: Lock = { schema: 1, sections, sources }
  await writeAtomic(`${folder}lock.json`, `${JSON.stringify(lock, undefined, 2)}\n`)
  return [...changes].sort()
}
