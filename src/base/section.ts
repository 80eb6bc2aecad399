import { digestOf } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { Step } from '../kit/steps.ts'
import type { Archive } from './archive.ts'
import { allCached, download } from './download.ts'
import { departures, type LockedPackage } from './lock.ts'
import { resolutionInputs, type SectionRecipe } from './recipe.ts'
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
  const recorded = archive.locked ? undefined : await readResolution(archive.cache, key)
  if (recorded !== undefined && isHere(recorded)) return remarked(before, recorded, step)

  if (locked !== undefined && (await fetchAll(archive, locked, step))) return locked
  if (archive.locked) refuseDeparture(name, locked === undefined)
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
  const recorded = await readResolution(archive.cache, key)
  if (recorded !== undefined && (await fetchAll(archive, recorded, step))) return recorded
  if (archive.locked) refuseDeparture(names.join(', '), true)
  return resolveAnew(archive, section, key, step)
}

async function resolveAnew(
  archive: Archive,
  section: SectionRecipe,
  key: string,
  step: Step,
): Promise<Packages> {
  const resolved = await resolveSection(await archive.apt(), archive.recipe, section)
  if (!(await fetchAll(archive, resolved, step))) {
    fail({
      code: 'mirror_stale',
      message: 'the mirror lists packages that it does not have',
      where: { path: section.packages.join(', ') },
      remedy: 'it may be in the middle of an update: run the command again later',
    })
  }
  await writeResolution(archive.cache, key, resolved)
  return resolved
}

function remarked(before: Packages, packages: Packages, step: Step): Packages {
  for (const line of departures(before, packages)) step.remark(`departs from the lock: ${line}`)
  return packages
}

async function fetchAll({ cache, apt }: Archive, packages: Packages, step: Step): Promise<boolean> {
  const gone = await download(packages, { cache, apt, progress: text => step.progress(text) })
  return gone.length === 0
}

function refuseDeparture(what: string, isUnlocked: boolean): never {
  fail({
    code: 'lock_departed',
    message: 'the build would depart from the lock, which --locked forbids',
    expected: 'every package in the cache or on the mirror exactly as the lock names it',
    found: isUnlocked
      ? `the lock does not hold what is asked for: ${what}`
      : `the mirror no longer has what is locked for: ${what}`,
    remedy:
      'name a snapshot mirror that has these versions with --mirror URL, or build without --locked',
  })
}
