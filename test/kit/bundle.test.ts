import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { bundle } from '../../src/kit/bundle.ts'

const out = join(import.meta.dirname, '../../out')

test('a bundled module knows the place of its source, and its errors name it', async t => {
  mkdirSync(out, { recursive: true })
  const folder = mkdtempSync(join(out, 'bundle '))
  mkdirSync(join(folder, 'src'))
  // Put together here, since this test is bundled too.
  const meta = ['dirname', 'filename', 'url'].map(name => `import.${'meta'}.${name}`)
  const place = `console.log(${meta})`
  writeFileSync(join(folder, 'src/main.ts'), `${place}\n\nthrow new Error('on line 3')\n`)
  await bundle({
    entries: [join(folder, 'src/main.ts')],
    base: folder,
    folder: join(folder, 'b'),
  })
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--enable-source-maps', join(folder, 'b/src/main.js')],
    { encoding: 'utf8' },
  )
  const source = join(folder, 'src')
  t.is(stdout.trim(), `${source} ${source}/main.ts file://${source.replace(' ', '%20')}/main.ts`)
  t.regex(stderr, /src\/main\.ts:3:7/)
  t.false(readFileSync(join(folder, 'b/src/main.js'), 'utf8').includes(`import.${'meta'}`))
  rmSync(folder, { recursive: true })
})
