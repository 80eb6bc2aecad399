import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { bundle } from '../../../src/kit/bundle.ts'
import { sampleIso } from '../../stamp/sample.ts'
import { requires } from '../../support/requires.ts'
import { mountXfs } from '../../support/xfs.ts'

interface Context {
  readonly folder: string
  readonly base: string
}
const test = anyTest as TestFn<Context>
const ROOT = join(import.meta.dirname, '../../..')
const CLUSTER = join(ROOT, 'examples/pair/cluster.yaml')

// The tool as plain modules, which start several times faster.
let modules = ''

test.before(async () => {
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  modules = mkdtempSync(join(ROOT, 'out/stamp-command-'))
  await bundle({
    entries: [join(ROOT, 'src/cli/main.ts')],
    base: ROOT,
    folder: modules,
    withPackages: true,
  })
})
test.after.always(() => rmSync(modules, { recursive: true }))

test.beforeEach(t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-stamp-command-'))
  const base = join(folder, 'base.iso')
  writeFileSync(base, sampleIso())
  t.context = { folder, base }
})
test.afterEach.always(t => rmSync(t.context.folder, { recursive: true, force: true }))

const director = ({ folder }: Context, ...words: readonly string[]) =>
  spawnSync(process.execPath, [join(modules, 'src/cli/main.js'), ...words], { cwd: folder })

test('standard output gets the image and nothing else', t => {
  const { base, folder } = t.context
  const words = ['stamp', base, CLUSTER, '--node', 'lb1', '-o']
  const file = director(t.context, ...words, 'lb1.iso')
  t.is(file.status, 0)
  t.regex(file.stdout.toString(), /^lb1\.iso: .* stamped as lb1/)
  t.is(file.stderr.toString(), 'It holds secrets: only you can read it.\n')
  t.is(statSync(join(folder, 'lb1.iso')).mode & 0o777, 0o600)
  const pipe = director(t.context, ...words, '-')
  t.is(pipe.status, 0)
  t.deepEqual(pipe.stdout, readFileSync(join(folder, 'lb1.iso')))
  t.is(pipe.stderr.toString(), '')
})

test('without -o the file is named after the node, and --json says so', t => {
  const { status, stdout } = director(
    t.context,
    'stamp',
    t.context.base,
    CLUSTER,
    '--node',
    'lb2',
    '--json',
  )
  t.is(status, 0)
  t.like(JSON.parse(stdout.toString()), { ok: true, file: 'lb2.iso', kind: 'iso', node: 'lb2' })
  t.deepEqual(readdirSync(t.context.folder).sort(), ['base.iso', 'lb2.iso'])
})

test('wrong usage is told apart from a refusal by the exit code', t => {
  const { base } = t.context
  const statusOf = (...words: readonly string[]) => director(t.context, 'stamp', ...words).status
  t.is(statusOf(base), 2)
  t.is(statusOf(base, CLUSTER), 2)
  t.is(statusOf(base, CLUSTER, '--remove', '-o', 'x'), 2)
  t.is(statusOf(CLUSTER, CLUSTER, '--node', 'lb1'), 1)
  t.deepEqual(readdirSync(t.context.folder), ['base.iso'])
})

test('inspect shows what stamp wrote', t => {
  const { base } = t.context
  director(t.context, 'stamp', base, CLUSTER, '--node', 'lb1')
  const text = director(t.context, 'inspect', 'lb1.iso').stdout.toString()
  t.regex(text, /^lb1\.iso: ISO image of a director\n/)
  t.regex(text, /^ {4}node: lb1$/m)
  const { stdout, status } = director(t.context, 'inspect', 'lb1.iso', '--json')
  t.is(status, 0)
  t.like(JSON.parse(stdout.toString()), { ok: true, kind: 'iso' })
})

const withXfs = requires<Context>('root', 'xfs')

withXfs(
  'ISOs share the blocks of their base where the file system can, and the tool says which it did',
  t => {
    const { base } = t.context
    const bytes = Buffer.concat([readFileSync(base), randomBytes(20_000_000)])
    writeFileSync(base, bytes)
    const xfs = mountXfs()
    try {
      const shared = join(xfs.folder, 'base.iso')
      writeFileSync(shared, bytes)
      spawnSync('sync', ['-f', xfs.folder])
      const free = () => {
        const { bavail, bsize } = statfsSync(xfs.folder)
        return bavail * bsize
      }
      const before = free()
      const out = join(xfs.folder, 'nodes')
      const each = (from: string) =>
        director(t.context, 'stamp', from, CLUSTER, '--each', '-o', out)
      const one = each(shared)
      t.is(one.stderr.toString().split('\n')[0], 'The files share their blocks with the base.')
      spawnSync('sync', ['-f', xfs.folder])
      t.true(before - free() < 1_000_000, `${before - free()} bytes for two ISOs`)
      const stamped = readFileSync(join(out, 'lb1.iso'))
      t.is(stamped.length, bytes.length)
      t.true(stamped.subarray(-20_000_000).equals(bytes.subarray(-20_000_000)))
      t.true(readFileSync(shared).equals(bytes))
      // Of another file system nothing can be shared.
      rmSync(out, { recursive: true })
      t.regex(each(base).stderr.toString(), /^Each file is a whole copy: blocks cannot be shared/)
      t.true(readFileSync(join(out, 'lb1.iso')).equals(stamped))
    } finally {
      xfs.close()
    }
  },
)
