import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { bundle } from '../../src/kit/bundle.ts'
import { reasonLacking } from './needs.ts'

const root = join(import.meta.dirname, '../..')

test('a program that every machine has is not lacking', t => {
  t.is(reasonLacking('command:sh'), undefined)
})

test('the reason names the program that is missing', t => {
  t.is(reasonLacking('command:no-such-program'), 'needs the program no-such-program')
})

test('a test whose need is missing counts as skipped, with the reason, and no hook runs', async t => {
  const { stdout, status } = await runSample({ CI: 'false' })
  t.is(status, 0)
  t.regex(stdout, /ok \d+ - it works \(skipped: needs the program no-such-program\) # SKIP/)
  t.regex(stdout, /ok \d+ - it works alone \(skipped: .*\) # SKIP/)
  t.regex(stdout, /# fail 0/)
})

test('in CI it fails, but for a need that was named as allowed', async t => {
  const { stdout, status } = await runSample({
    CI: 'true',
    DIRECTOR_TEST_MAY_LACK: 'qemu,command:no-such-program',
  })
  t.is(status, 1)
  t.regex(stdout, /\nnot ok \d+ - it works elsewhere\n/)
  t.regex(stdout, /with CI=true nothing is\s+skipped/)
  t.regex(stdout, /ok \d+ - it works \(skipped: .*\) # SKIP/)
  t.regex(stdout, /# skip 2\n# fail 1\n/)
})

async function runSample(environment: Record<string, string>) {
  mkdirSync(join(root, 'out'), { recursive: true })
  const folder = mkdtempSync(join(root, 'out/requires-'))
  try {
    writeFileSync(
      join(folder, 'sample.ts'),
      `import test from 'ava'
import { requires } from '../../test/support/requires.ts'
const needy = requires('command:sh', 'command:no-such-program')
needy.before(() => { throw new Error('a hook ran') })
needy('it works', t => t.pass())
needy.serial('it works alone', t => t.pass())
requires('command:nor-this-one')('it works elsewhere', t => t.pass())
test('another one runs', t => t.pass())
`,
    )
    writeFileSync(
      join(folder, 'ava.config.mjs'),
      `export default { workerThreads: false, files: ['sample.js'] }
`,
    )
    await bundle({ entries: [join(folder, 'sample.ts')], base: folder, folder })
    const ava = join(root, 'node_modules/ava/entrypoints/cli.mjs')
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n')
    return spawnSync(process.execPath, [ava, '--tap'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
