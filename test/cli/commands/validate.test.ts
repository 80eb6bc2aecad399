import test from 'ava'
import { runCommand } from '../../support/run-command.ts'

const validate = (...words: readonly string[]) => runCommand('validate', ...words)

for (const name of ['pair', 'dr-pair']) {
  test.serial(`the example ${name} is valid, warns of its key alone, and is told back`, async t => {
    const { code, stdout, stderr } = await validate(`examples/${name}/cluster.yaml`)
    t.is(code, 0)
    t.regex(stderr, /^warning: everybody knows the example key/)
    t.is(stderr.match(/warning:/g)?.length, 1)
    t.regex(stdout, /node lb1: priority 200; front 192\.0\.2\.11\/24/)
    t.regex(stdout, /192\.0\.2\.100:80/)
  })
}

test.serial('what was understood is there as JSON', async t => {
  const { code, stdout } = await validate('examples/pair/cluster.yaml', '--json')
  t.is(code, 0)
  const answer = JSON.parse(stdout)
  t.true(answer.ok)
  t.deepEqual(
    answer.warnings.map(({ code: warned }: { code: string }) => warned),
    ['example_key'],
  )
  t.deepEqual(
    answer.groups[0].instances.map(({ vrid }: { vrid: number }) => vrid),
    [10, 20],
  )
})

test.serial('a problem has its place, what was expected and found, and exit code 1', async t => {
  const file = 'test/fixtures/cluster/unknown_key.yaml'
  const { code, stdout, stderr } = await validate(file)
  t.is(code, 1)
  t.is(stdout, '')
  t.regex(stderr, /unknown_key\.yaml:41:5 {2}services\[0\]\.sheduler/)
  t.regex(stderr, /found: {4}"sheduler"/)
  t.regex(stderr, /did you mean scheduler\?/)
})

test.serial('problems are there as JSON too', async t => {
  const { code, stdout } = await validate('test/fixtures/cluster/vrid_twice.yaml', '--json')
  t.is(code, 1)
  const { ok, problems } = JSON.parse(stdout)
  t.false(ok)
  t.is(problems[0].code, 'vrid_twice')
  t.is(problems[0].where.path, 'vrrp.instances.more.vrid')
})

test.serial('warnings go to standard error, and the file is valid all the same', async t => {
  const { code, stdout, stderr } = await validate('test/fixtures/cluster/equal_priority.yaml')
  t.is(code, 0)
  t.regex(stderr, /^warning: both nodes have the same priority/)
  t.regex(stdout, /The cluster file is valid/)
})

test.serial('without a file it is wrong usage', async t => {
  t.is((await validate()).code, 2)
})
