import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../src/base/cache.ts'
import { buildAgent } from '../../src/compose/agent-build.ts'
import { ProblemError } from '../../src/kit/problem.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { requires } from '../support/requires.ts'

const built = requires('mirror')
const request = { locked: false, steps: quietSteps }

/** A cache with the same packages and nothing that was compiled. */
function emptied(folder: string): string {
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  for (const name of readdirSync(cacheFolder())) {
    if (name !== 'agent') symlinkSync(join(cacheFolder(), name), join(cache, name))
  }
  return cache
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'director-agent-build-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

built('compiled again from nothing, the agent has the same bytes', async t => {
  const first = await buildAgent(request)
  const second = await inFolder(folder => buildAgent({ ...request, cache: emptied(folder) }))
  t.deepEqual(Buffer.from(second.elf), Buffer.from(first.elf))
  t.is(second.digest, first.digest)
})

built('the agent names no folder of the machine that it was built on', async t => {
  const { elf } = await buildAgent(request)
  const text = Buffer.from(elf).toString('latin1')
  for (const place of [tmpdir(), process.cwd(), cacheFolder()]) t.false(text.includes(`${place}/`))
})

built('a script with a regular expression is refused when it is compiled', async t => {
  await inFolder(async folder => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(entry, 'host.exit(/a/.test(host.args[0] ?? "") ? 1 : 0)\n')
    const error = await t.throwsAsync(buildAgent({ ...request, entry }), {
      instanceOf: ProblemError,
    })
    t.regex(error?.problems[0]?.found ?? '', /RegExp/)
  })
})
