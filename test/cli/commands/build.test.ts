import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMirror } from '../../support/mirror-server.ts'
import { requires } from '../../support/requires.ts'
import { runCommand } from '../../support/run-command.ts'

const CLUSTER = 'examples/pair/cluster.yaml'
const withApt = requires('command:apt-get')

withApt('--locked takes nothing but what the lock names, and else builds nothing', async t => {
  // A mirror that has none of the packages of the lock, as one that has moved on.
  const mirror = await startMirror()
  const folder = mkdtempSync(join(tmpdir(), 'director-locked-'))
  t.teardown(async () => {
    await mirror.close()
    rmSync(folder, { recursive: true })
  })
  process.env.DIRECTOR_CACHE = join(folder, 'cache')
  const out = join(folder, 'out')
  const words = ['--locked', '--mirror', mirror.url, '--out', out, '--json']
  const { code, stdout } = await runCommand('build', CLUSTER, ...words)
  t.is(code, 1)
  const [problem] = JSON.parse(stdout).problems
  t.is(problem.code, 'lock_departed')
  t.regex(problem.found, /the mirror no longer has \S+\.deb/)
  t.true(mirror.requests.length > 0)
  t.deepEqual(
    mirror.requests.filter(path => !/\/pool\/\S+\.deb$/.test(path)),
    [],
  )
  t.false(existsSync(join(out, 'pair')))
})
