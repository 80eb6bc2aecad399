import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { departures, type LockedPackage, loadLock, packagesDigest } from '../../src/base/lock.ts'
import { loadRecipe, matchesAny, resolutionInputs } from '../../src/base/recipe.ts'
import { digestOf } from '../../src/kit/hash.ts'
import type { ProblemError } from '../../src/kit/problem.ts'

const locked = (name: string, version: string, sha256 = `${name}${version}`): LockedPackage => ({
  name,
  version,
  sha256,
  archive: 'debian',
  file: `pool/${name}`,
  size: 1,
  source: { name, version },
})

test('departures name what is newer, new, gone or otherwise filled', t => {
  const before = [locked('a', '1'), locked('b', '1'), locked('c', '1'), locked('d', '1')]
  const after = [locked('a', '1'), locked('b', '2'), locked('c', '1', 'other'), locked('e', '1')]
  t.deepEqual(departures(before, after), [
    'b 1 -> 2',
    'c 1 has another content',
    'd 1 is gone',
    'e 1 is new',
  ])
  t.deepEqual(departures(before, before), [])
})

test('a digest of packages changes with a hash and not with the place of a file', t => {
  const digest = packagesDigest([locked('a', '1')])
  t.is(
    packagesDigest([{ ...locked('a', '1'), file: 'elsewhere', archive: 'debian-security' }]),
    digest,
  )
  t.not(packagesDigest([locked('a', '1', 'other')]), digest)
})

test('a lock of an unknown format is refused, and without a lock nothing is locked', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'director-lock-'))
  t.teardown(() => rm(folder, { recursive: true }))
  t.deepEqual(await loadLock(`${folder}/`), { schema: 1, sections: {}, sources: {} })
  await writeFile(join(folder, 'lock.json'), '{"schema": 2}')
  const error = await t.throwsAsync(loadLock(`${folder}/`))
  t.is((error as ProblemError).problems[0]?.code, 'lock_unknown')
})

test("the project's lock holds what its recipe asks for, each file with its hash", async t => {
  const [recipe, lock] = [await loadRecipe(), await loadLock()]
  t.deepEqual(Object.keys(lock.sections), Object.keys(recipe.sections))
  for (const [name, section] of Object.entries(recipe.sections)) {
    t.is(lock.sections[name]?.request_sha256, digestOf(resolutionInputs(recipe, section)), name)
    const packages = lock.sections[name]?.packages ?? []
    for (const wanted of section.packages.filter(one => !matchesAny(one, section.without ?? []))) {
      t.true(
        packages.some(entry => entry.name === wanted),
        `${name}: ${wanted}`,
      )
    }
  }
  t.deepEqual(Object.keys(lock.sources), recipe.sources)
  const files = [
    ...Object.values(lock.sections).flatMap(({ packages }) => packages),
    ...Object.values(lock.sources).flatMap(source => source.files),
  ]
  for (const { file, sha256, size, archive } of files) {
    t.regex(sha256, /^[0-9a-f]{64}$/, file)
    t.true(size > 0, file)
    t.true(file.startsWith(recipe.archives[archive].pool), file)
  }
})
