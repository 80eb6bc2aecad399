import { openSource } from '../../src/base/source-package.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import type { Steps } from '../../src/kit/steps.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { startLockedMirror } from '../support/locked-mirror.ts'
import { requires } from '../support/requires.ts'

const withMirror = requires('mirror', 'command:dpkg-deb')
const withApt = requires('command:apt-get')

withMirror(
  "the agent's engine is unpacked from its source package, without its top folder",
  async t => {
    const source = await openSource('quickjs', { locked: true, steps: quietSteps })
    t.regex(source.version, /^\d{4}\.\d\d\.\d\d/)
    const tree = await source.load()
    t.is(tree.get('quickjs.c')?.kind, 'file')
    t.is(tree.get('VERSION')?.kind, 'file')
  },
)

withApt('a source that the mirror has replaced departs from the lock, or is refused', async t => {
  const mirror = await startLockedMirror()
  t.teardown(() => mirror.close())
  mirror.serve('later')
  const { url, cache, recipeFolder, keyrings } = mirror
  const lines: string[] = []
  const steps: Steps = {
    log: () => undefined,
    run: (_title, work) => work({ progress: () => undefined, remark: line => lines.push(line) }),
  }
  const request = { mirror: url, cache, recipeFolder, keyrings, steps }
  const error = await t.throwsAsync(openSource('greeter', { ...request, locked: true }))
  t.is((error as ProblemError).problems[0]?.code, 'lock_departed')

  t.is((await openSource('greeter', { ...request, locked: false })).version, '1.1~rc2')
  const asked = mirror.requests.length
  t.is((await openSource('greeter', { ...request, locked: false })).version, '1.1~rc2')
  t.is(mirror.requests.length, asked)
  const remark = 'departs from the lock: greeter 1.0+b1 -> 1.1~rc2'
  t.deepEqual(lines.slice(-2), [remark, remark])
  t.deepEqual(lines.slice(0, -2), ['fetched 1 file, 0.0 MB'])
})
