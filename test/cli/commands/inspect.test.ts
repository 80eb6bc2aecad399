import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { sampleIso } from '../../stamp/sample.ts'
import { runCommand } from '../../support/run-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-inspect-command-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const place = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test.serial('a comparison ends as diff does, and with --json it says why', async t => {
  const iso = sampleIso()
  const first = place('a.iso', iso)
  const same = place('b.iso', iso)
  t.is((await runCommand('inspect', first, '--diff', same)).code, 0)
  iso[iso.length - 1] = 1
  const other = place('c.iso', iso)
  const ended = await runCommand('inspect', first, '--diff', other, '--json')
  t.is(ended.code, 1)
  t.like(JSON.parse(ended.stdout), { ok: true, same: false })
  const gone = await runCommand('inspect', first, '--diff', join(folder, 'gone'), '--json')
  t.is(gone.code, 2)
  t.is(JSON.parse(gone.stdout).problems[0].code, 'file_unreadable')
})

test.serial('a folder is shown by its files, and what is no file of ours is refused', async t => {
  const shown = await runCommand('inspect', folder)
  t.is(shown.code, 0)
  t.regex(shown.stdout, /a\.iso: ISO image of a director/)
  t.is((await runCommand('inspect', place('note', 'of somebody'))).code, 1)
})

test.serial('size draws what it tells, and says what grew', async t => {
  const svg = join(folder, 'size.svg')
  const iso = join(folder, 'a.iso')
  const shown = await runCommand('size', iso, '--svg', svg)
  t.is(shown.code, 0)
  t.regex(shown.stdout, /room for the stamp/)
  t.regex(readFileSync(svg, 'utf8'), /^<svg .*<\/svg>\n$/s)
  t.regex((await runCommand('size', iso, '--diff', iso)).stdout, /Nothing grew/)
  t.is(JSON.parse((await runCommand('size', iso, '--json')).stdout).bytes, sampleIso().length)
})

test.serial('release needs to be told what, and a build to go by', async t => {
  t.is((await runCommand('release', folder)).code, 2)
  const ended = await runCommand('release', folder, '--sources', '--json')
  t.is(ended.code, 1)
  t.is(JSON.parse(ended.stdout).problems[0].code, 'bill_missing')
})
