import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'
import { digestOf } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { Step } from '../kit/steps.ts'
import type { Archive } from './archive.ts'
import { allCached, download } from './download.ts'
import { departures, type LockedPackage } from './lock.ts'
import { resolutionInputs, type SectionRecipe } from './recipe.ts'
import { resolveSection } from './resolve.ts'

/**
 * Finds the package files of a section of the recipe.
 *
 * The lock says which. Only where the mirror no longer has them, or the recipe asks for something
 * else than when it was locked, the archive is asked again, and every departure is remarked.
 *
 * @param isMade true when all that these packages are needed for is in the cache, so that they
 *   themselves need not be
 * @throws ProblemError `lock_departed` with `--locked`, and those of `download` and `resolveSection`
 */
export async function openSection(
  archive: Archive,
  name: string,
  step: Step,
  isMade: (packages: readonly LockedPackage[]) => boolean = () => false,
): Promise<readonly LockedPackage[]> {
  const section = archive.recipe.sections[name]
  if (section === undefined) throw new Error(`the recipe has no section ${name}`)
  const request = digestOf(resolutionInputs(archive.recipe, section))
  const entry = archive.lock.sections[name]
  const locked = entry?.request_sha256 === request ? entry.packages : undefined
  if (locked !== undefined && (isMade(locked) || (await fetchAll(archive, locked, step)))) {
    return locked
  }
  const why =
    locked === undefined
      ? `the recipe's section ${name} is not what was locked`
      : 'the mirror no longer has what was locked'
  const before = entry?.packages ?? []
  const packages = await departed(archive, section, { name, why, before, step, isMade })
  for (const line of departures(before, packages)) step.remark(`departs from the lock: ${line}`)
  return packages
}

interface Departure {
  readonly name: string
  readonly why: string
  readonly before: readonly LockedPackage[]
  readonly step: Step
  readonly isMade: (packages: readonly LockedPackage[]) => boolean
}

async function departed(
  archive: Archive,
  section: SectionRecipe,
  { name, why, before, step, isMade }: Departure,
): Promise<readonly LockedPackage[]> {
  if (archive.locked) refuseDeparture(name, why)
  const key = digestOf([
    resolutionInputs(archive.recipe, section),
    before.map(({ sha256 }) => sha256),
  ])
  const remembered = await recall(archive, key)
  if (remembered !== undefined && (isMade(remembered) || allCached(archive.cache, remembered))) {
    return remembered
  }
  const resolved = await resolveSection(await archive.apt(), archive.recipe, section)
  if (!(await fetchAll(archive, resolved, step))) {
    fail({
      code: 'mirror_stale',
      message: 'the mirror lists packages that it does not have',
      where: { path: `section ${name}` },
      remedy: 'it may be in the middle of an update: run the command again later',
    })
  }
  await writeAtomic(recordPath(archive, key), `${JSON.stringify(resolved)}\n`)
  return resolved
}

/** Resolves packages that no lock names: the operator's. The answer is kept in the cache. */
export async function openLoosePackages(
  archive: Archive,
  names: readonly string[],
  step: Step,
  isMade: (packages: readonly LockedPackage[]) => boolean = () => false,
): Promise<readonly LockedPackage[]> {
  const section: SectionRecipe = { packages: [...names].sort() }
  const key = digestOf(resolutionInputs(archive.recipe, section))
  const remembered = await recall(archive, key)
  if (remembered !== undefined) {
    if (isMade(remembered) || (await fetchAll(archive, remembered, step))) return remembered
  }
  return departed(archive, section, {
    name: 'packages',
    why: 'packages that the cluster file adds were never fetched into this cache',
    before: [],
    step,
    isMade,
  })
}

async function fetchAll(
  archive: Archive,
  packages: readonly LockedPackage[],
  step: Step,
): Promise<boolean> {
  const { cache, apt } = archive
  const gone = await download(packages, { cache, apt, progress: step.progress })
  return gone.length === 0
}

const recordPath = (archive: Archive, key: string) => join(archive.cache, 'resolved', `${key}.json`)

async function recall(archive: Archive, key: string): Promise<LockedPackage[] | undefined> {
  const path = recordPath(archive, key)
  return existsSync(path)
    ? (JSON.parse(await readFile(path, 'utf8')) as LockedPackage[])
    : undefined
}

function refuseDeparture(name: string, why: string): never {
  fail({
    code: 'lock_departed',
    message: 'the build would depart from the lock, which --locked forbids',
    found: why,
    where: { path: `section ${name}` },
    remedy:
      'name a snapshot mirror that has these versions with --mirror URL, or write a new lock with ./director lock',
  })
}
