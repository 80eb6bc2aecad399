import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import test from 'ava'
import { ProblemError } from '../../src/kit/problem.ts'
import { load } from '../../src/model/cluster.ts'
import { encodeNodeConfig, resolve } from '../../src/model/resolve.ts'

// A file of 2 MB ends within this on a machine of two busy cores; alone it takes 2 to 3 s.
const LIMIT_MS = 60_000
const BYTES = 2 << 20

const folder = mkdtempSync(join(tmpdir(), 'director-large-'))

const node = (number: number) => `
  - name: lb${number}
    priority: ${number}
    interfaces:
      front: { match: { name: ens${number} }, addresses: [192.0.2.${number}/24] }
      back: { match: { name: enp${number} }, addresses: [10.77.0.${number}/16] }`

const head = `cluster: large
board: pc
nodes:${node(2)}${node(3)}
interfaces: { front: { role: front }, back: { role: back } }
vrrp:
  instances:
    front: { interface: front, vrid: 1, addresses: [192.0.2.100/24] }
    back: { interface: back, vrid: 2, addresses: [10.77.0.1/16] }
  groups: { all: { instances: [front, back] } }
`

/** Services with so many real servers in all, a few dozen each. */
function largeCluster(services: number, realServers: number): string {
  const text = [head, 'services:\n']
  let count = 0
  for (let service = 0; service < services; service += 1) {
    text.push(
      `  - { name: s${service}, address: 192.0.2.100, port: ${1000 + service}, forward: nat,\n`,
      '      check: { type: tcp }, real_servers: [\n',
    )
    for (; count < ((service + 1) * realServers) / services; count += 1) {
      const address = `10.77.${1 + (Math.floor(count / 200) % 250)}.${1 + (count % 200)}`
      text.push(`        { address: ${address}, port: 8080, weight: ${1 + (count % 9)} },\n`)
    }
    text.push('    ] }\n')
  }
  return text.join('')
}

interface Timed {
  readonly codes: readonly string[]
  readonly configs: readonly Uint8Array[]
  readonly took_ms: number
}

async function timed(name: string, text: string): Promise<Timed> {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, text)
  const startedAt = performance.now()
  try {
    const configs = resolve(await load(path)).map(encodeNodeConfig)
    return { codes: [], configs, took_ms: performance.now() - startedAt }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const codes = error.problems.map(({ code }) => code)
    return { codes, configs: [], took_ms: performance.now() - startedAt }
  }
}

test.serial('2,000 services with 37,000 real servers become two node configs', async t => {
  const text = largeCluster(2000, 37_000)
  const { codes, configs, took_ms } = await timed('large', text)
  t.deepEqual(codes, [])
  t.is(configs.length, 2)
  t.true(took_ms < LIMIT_MS, `${took_ms} ms`)
  t.log(`${text.length} bytes: ${Math.round(took_ms)} ms`)
})

const count = (bytes: number) => Math.floor(BYTES / bytes)
for (const [name, text, code] of [
  ['open brackets', '['.repeat(BYTES), 'too_deep'],
  ['nested dashes', '- '.repeat(count(2)), 'too_deep'],
  ['nested question marks', '? '.repeat(count(2)), 'too_deep'],
  ['one key again and again', 'a: 1\n'.repeat(count(5)), 'duplicate_key'],
  [
    'unknown keys',
    Array.from({ length: count(12) }, (_, index) => `key${index}: 1\n`).join(''),
    'unknown_key',
  ],
  [
    'services that are wrong',
    `services:\n${'  - {a: b, c: d}\n'.repeat(count(17))}`,
    'missing_key',
  ],
  ['one long text', `cluster: ${'x'.repeat(BYTES)}`, 'missing_key'],
  ['a text that never ends', `cluster: "${'x y\n  '.repeat(count(6))}`, 'yaml_syntax'],
  ['comments', '# x\n'.repeat(count(4)), 'empty_file'],
  ['documents', '---\n'.repeat(count(4)), 'several_documents'],
  ['tags', `a: [${'!x 1, '.repeat(count(6))}]`, 'yaml_tag'],
] as const) {
  test.serial(`2 MB of ${name} are refused in time: ${code}`, async t => {
    const { codes, took_ms } = await timed('hostile', text)
    t.true(codes.includes(code), codes.slice(0, 3).join(', '))
    t.true(codes.length <= 51)
    t.true(took_ms < LIMIT_MS, `${took_ms} ms`)
  })
}

test('a file of more than 4 MiB is refused before it is read', async t => {
  t.deepEqual((await timed('huge', '#'.repeat((4 << 20) + 1))).codes, ['file_too_large'])
})
