import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { readFolder } from '../../src/compose/folder.ts'
import { exec } from '../../src/kit/exec.ts'
import { problemOf } from '../stamp/sample.ts'

const test = anyTest as TestFn<{ folder: string }>

test.beforeEach(t => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'director-folder-'))
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

test("a clone's umask and owner do not show in the tree", async t => {
  const { folder } = t.context
  mkdirSync(join(folder, 'etc'))
  for (const mode of [0o644, 0o664, 0o600]) {
    writeFileSync(join(folder, 'etc/plain'), 'p')
    chmodSync(join(folder, 'etc/plain'), mode)
    chmodSync(join(folder, 'etc'), mode | 0o111)
    writeFileSync(join(folder, 'run'), 'r')
    chmodSync(join(folder, 'run'), mode | 0o111)
    const tree = await readFolder(folder)
    t.like(tree.get('etc/plain'), { kind: 'file', mode: 0o644, uid: 0, gid: 0 })
    t.like(tree.get('run'), { kind: 'file', mode: 0o755 })
    t.like(tree.get('etc'), { kind: 'directory', mode: 0o755 })
  }
})

test('a link is kept as it is, not followed', async t => {
  symlinkSync('../nowhere', join(t.context.folder, 'link'))
  const tree = await readFolder(t.context.folder)
  t.like(tree.get('link'), { kind: 'link', target: '../nowhere' })
})

test('a pipe is refused, not waited for', async t => {
  await exec('mkfifo', [join(t.context.folder, 'pipe')])
  const problem = await problemOf(() => readFolder(t.context.folder))
  t.is(problem.code, 'folder_unusable')
})
