import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { openToolbox } from '../../src/base/toolbox.ts'
import type { ProblemError } from '../../src/kit/problem.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { startLockedMirror } from '../support/locked-mirror.ts'
import { requires } from '../support/requires.ts'

const withApt = requires('command:apt-get', 'command:dpkg-deb')
const withMirror = requires('mirror', 'command:dpkg-deb')

withApt('a root is unpacked at the first use, once, and its digest is known before', async t => {
  const mirror = await startLockedMirror()
  t.teardown(() => mirror.close())
  const { url, cache, recipeFolder, keyrings } = mirror
  const request = { mirror: url, cache, recipeFolder, keyrings, locked: false, steps: quietSteps }
  const toolbox = await openToolbox('tools', request)
  t.regex(toolbox.digest, /^[0-9a-f]{64}$/)
  t.deepEqual(await readdir(join(cache, 'roots')).catch(() => []), [])

  const root = (await toolbox.path('usr/bin/hello')).replace('/usr/bin/hello', '')
  t.deepEqual(await toolbox.command('hello'), [
    `${root}/usr/lib64/ld-linux-x86-64.so.2`,
    '--library-path',
    `${root}/usr/lib/x86_64-linux-gnu:${root}/usr/lib`,
    `${root}/usr/bin/hello`,
  ])
  t.is((await readdir(join(cache, 'roots'))).length, 1)
  const again = await openToolbox('tools', { ...request, locked: false })
  t.is(await again.path('usr/bin/hello'), `${root}/usr/bin/hello`)

  for (const work of [toolbox.run('helo', []), toolbox.path('usr/bin/helo')]) {
    const error = await t.throwsAsync(work)
    t.is((error as ProblemError).problems[0]?.code, 'tool_unknown')
  }
})

withMirror('tools of the lock run on this host, whatever its own versions are', async t => {
  const tools = await openToolbox('tools', { locked: true, steps: quietSteps })
  const packed = await tools.run('xz', ['-c'], { input: Buffer.from('director'.repeat(100)) })
  t.is((await tools.run('xz', ['-dc'], { input: packed })).length, 800)
  t.regex((await tools.run('xorriso', ['-version'])).toString(), /xorriso version/)

  const error = await t.throwsAsync(tools.run('zstd', ['--no-such-option']))
  const problem = (error as ProblemError).problems[0]
  t.is(problem?.message, 'zstd failed')
  t.is(problem?.where?.path, 'zstd --no-such-option')
})

test('a section that the recipe does not have is our own mistake', async t => {
  const request = { locked: true, steps: quietSteps }
  const work = openToolbox('none' as 'tools', request)
  await t.throwsAsync(work, { message: 'the recipe has no section none' })
})
