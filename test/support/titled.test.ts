import type { ExecutionContext, TestFn } from 'ava'
import test from 'ava'
import { titled } from './titled.ts'

/** Stands for ava: keeps what is declared, so that a test may run it. */
function recorder() {
  const declared: { title: string; run: (t: unknown, ...rest: unknown[]) => Promise<void> }[] = []
  const declare = (title: string, run: (t: unknown) => Promise<void>) =>
    void declared.push({ title, run })
  return { declared, ava: Object.assign(declare, { serial: declare }) as unknown as TestFn }
}

test('titles of a shared process name the file, those of serial tests too', t => {
  const { declared, ava } = recorder()
  const own = titled(ava, 'tree › cpio')
  own('it packs', () => undefined)
  own.serial('it unpacks', () => undefined)
  t.deepEqual(
    declared.map(({ title }) => title),
    ['tree › cpio › it packs', 'tree › cpio › it unpacks'],
  )
})

test("a file's hooks are around its own tests, after a failure too", async t => {
  const { declared, ava } = recorder()
  const said: string[] = []
  const own = titled(ava, 'a')
  own.beforeEach(() => said.push('before'))
  own.afterEach.always(() => said.push('after'))
  own('good', (_: ExecutionContext) => void said.push('good'))
  own('bad', () => {
    throw new Error('bad')
  })
  titled(ava, 'b')('other', () => void said.push('other'))
  await declared[0]?.run(t)
  await t.throwsAsync(declared[1]?.run(t) ?? Promise.resolve(), { message: 'bad' })
  await declared[2]?.run(t)
  t.deepEqual(said, ['before', 'good', 'after', 'before', 'after', 'other'])
})
