import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import test from 'ava'
import { ProblemError } from '../../../src/kit/problem.ts'
import {
  encodeDropbearKey,
  encodeOpenSshKey,
  encodePublicKey,
  generateHostKey,
} from '../../../src/model/access/host-key.ts'
import { sha512crypt } from '../../../src/model/access/sha512crypt.ts'
import { type Cluster, load } from '../../../src/model/cluster.ts'
import { resolve } from '../../../src/model/resolve.ts'
import { summarize } from '../../../src/model/summary.ts'

const example = readFileSync('examples/pair/cluster.yaml', 'utf8')
const hash = sha512crypt('a password', 'abcdefgh')
const hostKey = generateHostKey()
const secretText = encodeOpenSshKey(hostKey, 'x')
const publicKey = encodePublicKey(generateHostKey())

interface Written {
  readonly hash?: string
  readonly key?: string
  readonly mode?: number
  readonly publicKeys?: string
}

async function loadWith(written: Written): Promise<Cluster | readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'director-access-'))
  const write = (name: string, text: string | undefined, mode: number) => {
    if (text === undefined) return
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  write('hash', written.hash ?? `${hash}\n`, written.mode ?? 0o600)
  write('key', written.key ?? secretText, 0o600)
  write('keys.pub', written.publicKeys ?? `# ops\n${publicKey}\n`, 0o644)
  const text = `${example.replace('- name: lb1\n', '- name: lb1\n    ssh_host_key: { file: key }\n')}
access:
  authorized_keys: [{ file: keys.pub }, "${publicKey}"]
  console_password_hash: { file: hash }
`
  write('cluster.yaml', text, 0o644)
  try {
    return await load(join(folder, 'cluster.yaml'))
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const shown = JSON.stringify(error.problems)
    if (shown.includes(hash.slice(4, 30)) || shown.includes('hunter2')) throw new Error('leaked')
    return error.problems.map(({ code }) => code)
  }
}

test('keys, hash and host key reach node.json, and each key only once', async t => {
  const cluster = (await loadWith({})) as Cluster
  const [first, second] = resolve(cluster)
  t.deepEqual(first?.access, {
    authorized_keys: [publicKey],
    console_password_hash: hash,
    ssh_host_key: Buffer.from(encodeDropbearKey(hostKey)).toString('base64'),
  })
  t.is(second?.access.ssh_host_key, undefined)
})

test('a loaded cluster shows no secret, however it is printed', async t => {
  const cluster = (await loadWith({})) as Cluster
  const key = cluster.access.ssh_host_keys.get('lb1')
  const shown = [
    JSON.stringify(cluster),
    JSON.stringify([...cluster.access.ssh_host_keys]),
    inspect(cluster, { depth: 9, showHidden: true }),
    `${cluster.access.console_password_hash} ${key}`,
    JSON.stringify(summarize(cluster)),
  ].join('\n')
  t.false(shown.includes(hash))
  t.false(shown.includes(key?.reveal().slice(40, 60) ?? ''))
})

for (const mode of [0o644, 0o640, 0o660, 0o604, 0o602]) {
  test(`a secret of mode 0${mode.toString(8)} is refused`, async t => {
    t.deepEqual(await loadWith({ mode }), ['secret_file_mode'])
  })
}

for (const mode of [0o600, 0o400]) {
  test(`a secret of mode 0${mode.toString(8)} is accepted`, async t => {
    t.false(Array.isArray(await loadWith({ mode })))
  })
}

for (const [name, written, code] of [
  ['a password instead of its hash', { hash: 'hunter2\n' }, 'bad_password_hash'],
  ['a hash that is cut off', { hash: hash.slice(0, -1) }, 'bad_password_hash'],
  ['an MD5 hash', { hash: '$1$abcdefgh$G//4keteveJp0qb8z2DxG/' }, 'bad_password_hash'],
  ['a host key that is none', { key: 'hunter2' }, 'bad_host_key'],
  ['a public key file that holds a private key', { publicKeys: secretText }, 'bad_authorized_key'],
  ['a public key file without a key', { publicKeys: '# none\n' }, 'no_authorized_key'],
  ['a secret that is too large', { hash: 'x'.repeat(70_000) }, 'file_unusable'],
] as const) {
  test(`${name} is refused as ${code}`, async t => {
    t.deepEqual(await loadWith(written), [code])
  })
}

test('all faults of the access are told at once', async t => {
  t.deepEqual(await loadWith({ hash: 'hunter2', key: 'hunter2', mode: 0o600 }), [
    'bad_host_key',
    'bad_password_hash',
  ])
})
