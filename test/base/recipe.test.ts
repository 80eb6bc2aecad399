import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { loadRecipe, matchesAny, resolutionInputs } from '../../src/base/recipe.ts'
import type { ProblemError } from '../../src/kit/problem.ts'

test('a pattern matches whole names, its stars any characters', t => {
  t.true(matchesAny('libasan8', ['x', 'libasan*']))
  t.true(matchesAny('libstdc++6', ['libstdc++6']))
  t.false(matchesAny('libasan8', ['asan*', 'libasan']))
  t.false(matchesAny('libstdcc6', ['libstdc++6', 'libstdc.6']))
  t.false(matchesAny('anything', []))
})

test('what a section resolves to does not depend on its programs', async t => {
  const recipe = await loadRecipe()
  const section = { packages: ['a'], without: ['b'] }
  const inputs = resolutionInputs(recipe, section)
  t.deepEqual(resolutionInputs(recipe, { ...section, programs: { a: 'usr/bin/a' } }), inputs)
  t.notDeepEqual(resolutionInputs(recipe, { ...section, keep: ['a'] }), inputs)
})

test('a recipe without one of its parts is refused', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'director-recipe-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'recipe.yaml'), 'archives: {}\ncomponents: []\n')
  const error = await t.throwsAsync(loadRecipe(`${folder}/`))
  t.is((error as ProblemError).problems[0]?.message, 'the recipe has no sections')
})

test("the project's recipe takes paths only from packages of its base", async t => {
  const { sections, tree } = await loadRecipe()
  for (const name of Object.keys(tree.take)) t.true(sections['base']?.packages.includes(name), name)
  for (const [path, target] of Object.entries(tree.links)) t.not(path, target)
  t.is(new Set(tree.applets).size, tree.applets.length)
})
