import { digestOf } from '../kit/hash.ts'
import type { Step } from '../kit/steps.ts'
import type { Archive } from './archive.ts'
import { download } from './download.ts'
import { allCached } from './download-cache.ts'
import { departures, type LockedPackage, type PoolFile } from './lock.ts'
import { resolutionInputs, type SectionRecipe } from './recipe.ts'
import { noLongerThere, refuseDeparture, refuseStale } from './refuse.ts'
import { readResolution, writeResolution } from './resolution-record.ts'
import { resolveSection } from './resolve.ts'

type Packages = readonly LockedPackage[]

/**
 * Finds the package files of a section of the recipe and fetches what the cache lacks.
 *
 * The lock says which. Only where the mirror no longer has them, or the recipe asks for something
 * else than when it was locked, the archive is asked again, and every departure is remarked.
 *
 * @param isMade true when what the packages are needed for is in the cache, so that they need not
 *   be
 * @throws ProblemError `lock_departed` with `--locked`, and those of `download` and
 *   `resolveSection`
 */
export async function openSection(
  archive: Archive,
  name: string,
  step: Step,
  isMade: (packages: Packages) => boolean = () => false,
): Promise<Packages> {
  const section = archive.recipe.sections[name]
  if (section === undefined) throw new Error(`the recipe has no section ${name}`)
  const inputs = resolutionInputs(archive.recipe, section)
  const entry = archive.lock.sections[name]
  const locked = entry?.request_sha256 === digestOf(inputs) ? entry.packages : undefined
  const isHere = (packages: Packages) => isMade(packages) || allCached(archive.cache, packages)
  if (locked !== undefined && isHere(locked)) return locked

  const before = entry?.packages ?? []
  const key = digestOf([inputs, before.map(({ sha256 }) => sha256)])
  const recorded = archive.locked ? undefined : await readResolution<Packages>(archive.cache, key)
  if (recorded !== undefined && isHere(recorded)) return remarked(before, recorded, step)

  const gone = locked === undefined ? undefined : await fetchAll(archive, locked, step)
  if (locked !== undefined && gone?.length === 0) return locked
  if (archive.locked) {
    refuseDeparture(gone === undefined ? notLocked(`section ${name}`) : noLongerThere(gone))
  }
  const resolved = await resolveAnew(archive, section, key, step)
  return remarked(before, resolved, step)
}

/**
 * Finds packages that no lock names: those that the operator or the board adds.
 *
 * The archive's answer is kept in the cache and used until its files are gone from there and from
 * the mirror. With `--locked` only such an answer counts.
 */
export async function openLoosePackages(
  archive: Archive,
  names: readonly string[],
  step: Step,
): Promise<Packages> {
  const section: SectionRecipe = { packages: [...names].sort() }
  const key = digestOf([resolutionInputs(archive.recipe, section), archive.components])
  const recorded = await readResolution<Packages>(archive.cache, key)
  if (recorded !== undefined) {
    const gone = await fetchAll(archive, recorded, step)
    if (gone.length === 0) return recorded
    if (archive.locked) refuseDeparture(noLongerThere(gone))
  }
  if (archive.locked) refuseDeparture(notLocked(names.join(', ')))
  return resolveAnew(archive, section, key, step)
}

async function resolveAnew(
  archive: Archive,
  section: SectionRecipe,
  key: string,
  step: Step,
): Promise<Packages> {
  const apt = await archive.apt(section)
  for (const force of [undefined, 'force'] as const) {
    await apt.update(force)
    const resolved = await resolveSection(apt, archive.recipe, section)
    if ((await fetchAll(archive, resolved, step)).length === 0) {
      await writeResolution(archive.cache, key, resolved)
      return resolved
    }
  }
  return refuseStale(section.packages.join(', '))
}

function remarked(before: Packages, packages: Packages, step: Step): Packages {
  for (const line of departures(before, packages)) step.remark(`departs from the lock: ${line}`)
  return packages
}

const notLocked = (what: string) => `the lock does not hold what is asked for: ${what}`

/** Returns the files that the mirror no longer has. */
function fetchAll({ cache, apt }: Archive, packages: Packages, step: Step): Promise<PoolFile[]> {
  return download(packages, { cache, apt, step })
}
