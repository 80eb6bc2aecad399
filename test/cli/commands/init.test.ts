import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { sha512crypt } from '../../../src/model/access/sha512crypt.ts'
import { load } from '../../../src/model/cluster.ts'
import { runCommand } from '../../support/run-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-init-'))

test.serial(
  'init writes a cluster that is valid, with secrets that only their owner may read',
  async t => {
    const path = join(folder, 'first')
    const ended = await runCommand('init', path, '--nodes', 'north,south', '--json')
    t.is(ended.code, 0, ended.stderr)
    const { cluster, files } = JSON.parse(ended.stdout)
    t.is(cluster, 'first')
    t.deepEqual(readdirSync(join(path, 'secrets')).sort(), [
      '.gitignore',
      'console-password.hash',
      'heartbeat-1.key',
      'north.ssh_host_ed25519_key',
      'south.ssh_host_ed25519_key',
    ])
    for (const name of readdirSync(join(path, 'secrets')).filter(name => name !== '.gitignore')) {
      t.is(statSync(join(path, 'secrets', name)).mode & 0o777, 0o600, name)
    }
    const loaded = await load(files[0])
    t.deepEqual(
      loaded.warnings.map(({ code }) => code),
      ['placeholder_mac'],
    )
    t.is(loaded.access.ssh_host_keys.size, 2)
  },
)

test.serial('the password is shown once, on standard error, and fits the hash', async t => {
  const path = join(folder, 'second')
  const { stdout, stderr } = await runCommand('init', path)
  const password = stderr.match(/: (\w{20})\n/)?.[1] ?? ''
  const hash = readFileSync(join(path, 'secrets/console-password.hash'), 'utf8').trim()
  t.is(sha512crypt(password, hash.split('$')[2]), hash)
  t.false(stdout.includes(password))
  t.false(readFileSync(join(path, 'cluster.yaml'), 'utf8').includes(password))
})

test.serial('init for direct routing is valid too', async t => {
  const path = join(folder, 'third')
  t.is((await runCommand('init', path, '--forward', 'dr')).code, 0)
  const { spec } = await load(join(path, 'cluster.yaml'))
  t.is(spec.services[0]?.forward, 'dr')
})

test.serial('init overwrites nothing, and changes nothing when it refuses', async t => {
  const path = join(folder, 'fourth')
  await runCommand('init', path)
  const before = readFileSync(join(path, 'secrets/console-password.hash'), 'utf8')
  const again = await runCommand('init', path, '--json')
  t.is(again.code, 1)
  t.is(JSON.parse(again.stdout).problems[0].code, 'exists')
  t.is(readFileSync(join(path, 'secrets/console-password.hash'), 'utf8'), before)
})

test.serial('names that no cluster can have are wrong usage, and nothing is written', async t => {
  for (const words of [
    [join(folder, 'Upper Case')],
    [join(folder, 'fifth'), '--nodes', 'one'],
    [join(folder, 'fifth'), '--nodes', 'same,same'],
    [join(folder, 'fifth'), '--nodes', '-a,b'],
    [join(folder, 'fifth'), '--forward', 'tun'],
  ]) {
    t.is((await runCommand('init', ...words)).code, 2, words.join(' '))
  }
  t.deepEqual(
    readdirSync(folder).filter(name => name === 'fifth' || name === 'Upper Case'),
    [],
  )
})
