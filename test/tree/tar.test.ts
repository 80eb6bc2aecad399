import { Readable } from 'node:stream'
import test from 'ava'
import { pack } from 'tar-stream'
import type { ProblemError } from '../../src/kit/problem.ts'
import { readTar } from '../../src/tree/tar.ts'

function sample() {
  const archive = pack()
  archive.entry({ name: './', type: 'directory', mode: 0o755 })
  archive.entry({ name: './usr/bin/', type: 'directory', mode: 0o755 })
  archive.entry({ name: './usr/bin/su', mode: 0o4755, uid: 0, gid: 7 }, 'program')
  archive.entry({ name: './usr/bin/link', type: 'symlink', linkname: 'su' })
  archive.entry({ name: './usr/bin/hard', type: 'link', linkname: './usr/bin/su' })
  archive.entry({ name: `./${'long/'.repeat(40)}name` }, 'far')
  return archive
}

test('a tar stream becomes a tree with modes, owners, links and long names', async t => {
  const archive = sample()
  archive.finalize()
  const tree = await readTar(Readable.from(archive))
  const program = { kind: 'file', mode: 0o4755, uid: 0, gid: 7, content: Buffer.from('program') }
  t.deepEqual(tree.get('usr/bin/su'), program)
  t.deepEqual(tree.get('usr/bin/hard'), program)
  t.like(tree.get('usr/bin/link'), { kind: 'link', target: 'su' })
  t.like(tree.get('usr/bin'), { kind: 'directory', mode: 0o755 })
  t.like(tree.get(`${'long/'.repeat(40)}name`), { content: Buffer.from('far') })
  t.is(tree.size, 5)
})

test('only accepted paths are kept', async t => {
  const archive = sample()
  archive.finalize()
  const tree = await readTar(Readable.from(archive), { accept: path => path.endsWith('/su') })
  t.deepEqual([...tree.keys()], ['usr/bin/su'])
})

test('an archive that is cut, or that climbs out of its tree, is refused', async t => {
  const whole = sample()
  whole.finalize()
  const pieces: Buffer[] = []
  for await (const piece of whole) pieces.push(piece as Buffer)
  const cut = await t.throwsAsync(readTar(Readable.from([Buffer.concat(pieces).subarray(0, 1600)])))
  t.is((cut as ProblemError).problems[0]?.code, 'tar_malformed')

  const climbing = pack()
  climbing.entry({ name: '../../etc/passwd' }, 'x')
  climbing.finalize()
  const error = await t.throwsAsync(readTar(Readable.from(climbing)))
  t.is((error as ProblemError).problems[0]?.code, 'unsafe_path')
})
