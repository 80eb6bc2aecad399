import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { type Problem, ProblemError } from '../../src/kit/problem.ts'
import { type Cluster, load } from '../../src/model/cluster.ts'

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
