import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { type Problem, ProblemError } from '../../src/kit/problem.ts'
import { type Cluster, load } from '../../src/model/cluster.ts'
import { resolve } from '../../src/model/resolve.ts'
import { effort, seed } from '../support/effort.ts'
import { fc } from '../support/fast-check.ts'
import { change, type Json, mutate, way } from '../support/mutate.ts'

const folder = 'test/fixtures/cluster'

async function problemsOf(file: string): Promise<readonly Problem[]> {
  try {
    return (await load(file)).warnings
  } catch (error) {
    if (error instanceof ProblemError) return error.problems
    throw error
  }
}

test('the fixture that the others are made of is valid and gives no warning', async t => {
  const cluster: Cluster = await load(`${folder}/good.yaml`)
  t.deepEqual(cluster.warnings, [])
  t.is(cluster.name, 'fixture')
  t.deepEqual(cluster.packages, [
    { name: 'tcpdump', paths: ['usr/bin/tcpdump'] },
    { name: 'ethtool' },
  ])
  t.is(cluster.files[0]?.mode, 0o644)
  t.is(cluster.files[0]?.destination, 'etc/motd')
})

for (const name of readdirSync(folder)) {
  const [, word, code, line, column, path] =
    readFileSync(`${folder}/${name}`, 'latin1').match(
      /^# (expects|warns) (\w+) (\d+):(\d+) ?(.*)\n/,
    ) ?? []
  if (word === undefined) continue
  test(`${name} ${word === 'warns' ? 'is valid with a warning' : 'is refused'}: ${code}`, async t => {
    const file = `${folder}/${name}`
    const problems = await problemsOf(file)
    const where = { file, line: Number(line), column: Number(column) }
    t.deepEqual(
      problems.map(problem => [problem.code, problem.where]),
      [[code, path === '' ? where : { ...where, path }]],
    )
    if (word === 'warns') await t.notThrowsAsync(load(file))
    else await t.throwsAsync(load(file), { instanceOf: ProblemError })
  })
}

test('a file that is slightly wrong gives problems with places, or configs that pass', async t => {
  const good = parse(readFileSync(`${folder}/good.yaml`, 'utf8')) as Json
  const place = mkdtempSync(join(tmpdir(), 'director-cluster-'))
  copyFileSync(`${folder}/motd.txt`, join(place, 'motd.txt'))
  const file = join(place, 'cluster.yaml')
  let [valid, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(way, change, async (steps, edit) => {
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(mutate(good, steps, edit), null, 1))
      try {
        resolve(await load(file))
        valid += 1
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        refused += 1
        for (const { code, where } of error.problems) {
          t.is(where?.file, file, code)
          t.true(code === 'empty_file' || (where?.line ?? 0) > 0, code)
        }
      }
    }),
    { numRuns: effort(120, 20_000), seed },
  )
  t.true(valid > 5 && refused > 30, `${valid} valid, ${refused} refused`)
})
