import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { makeWholeFolder } from '../../src/base/whole-folder.ts'
import { interrupt } from '../../src/kit/interrupt.ts'
import type { ProblemError } from '../../src/kit/problem.ts'

async function place(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'director-whole-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

const fill = (text: string) => (folder: string) => writeFile(join(folder, 'file'), text)

test.serial('a folder has its name only when it is filled, and the first one stays', async t => {
  const parent = await place(t)
  await makeWholeFolder(join(parent, 'a'), async unfinished => {
    t.not(unfinished, join(parent, 'a'))
    await fill('first')(unfinished)
  })
  await makeWholeFolder(join(parent, 'a'), fill('second'))
  t.is(await readFile(join(parent, 'a', 'file'), 'utf8'), 'first')
  t.deepEqual(await readdir(parent), ['a'])
})

test.serial('a full disk leaves nothing behind and names the way out', async t => {
  const parent = await place(t)
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' })
  const error = await t.throwsAsync(
    makeWholeFolder(join(parent, 'a'), async unfinished => {
      await fill('half')(unfinished)
      throw full
    }),
  )
  t.is((error as ProblemError).problems[0]?.code, 'disk_full')
  t.regex((error as ProblemError).problems[0]?.remedy ?? '', /DIRECTOR_CACHE/)
  t.deepEqual(await readdir(parent), [])
})

// The last one: after a signal nothing new begins in this program.
test.serial('a signal removes what is half filled', async t => {
  const parent = await place(t)
  await t.throwsAsync(
    makeWholeFolder(join(parent, 'a'), async unfinished => {
      await fill('half')(unfinished)
      await interrupt()
      t.deepEqual(await readdir(parent), [])
    }),
  )
})
