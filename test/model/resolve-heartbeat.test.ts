import { chmodSync, copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ProblemError } from '../../src/kit/problem.ts'
import { load } from '../../src/model/cluster.ts'
import { pathEnds } from '../../src/model/path-ends.ts'
import { resolve } from '../../src/model/resolve.ts'

const good = readFileSync('test/fixtures/cluster/good.yaml', 'utf8')

function written(added: string, key: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'director-heartbeat-'))
  copyFileSync('test/fixtures/cluster/motd.txt', join(folder, 'motd.txt'))
  writeFileSync(join(folder, 'cluster.yaml'), good.replace('services:\n', `${added}services:\n`))
  writeFileSync(join(folder, 'key'), key)
  chmodSync(join(folder, 'key'), mode)
  return join(folder, 'cluster.yaml')
}

const HEARTBEAT = `heartbeat:
  keys: [{ id: 4, file: key }]
  paths:
    line: { serial: true }
    back: { interface: back }
    mgmt: { interface: mgmt, udp_port: 7000 }
connectivity:
  upstream: { interface: front, targets: [192.0.2.1, "2001:db8::1"] }
`

test('each node gets the key, its own ends of the paths, and the other node as peer', async t => {
  const key = 'ab'.repeat(32)
  const [lb1, lb2] = resolve(await load(written(HEARTBEAT, `${key}\n`)))
  t.like(lb1?.heartbeat, {
    interval_ms: 250,
    dead_ms: 1000,
    send_with: 4,
    peer: { id: 2, name: 'lb2' },
  })
  t.deepEqual(lb1?.heartbeat?.keys, [{ id: 4, key }])
  const ends = { address: '10.77.0.12', peer_address: '10.77.0.11' }
  t.deepEqual(lb2?.heartbeat?.paths, [
    { name: 'line', kind: 'serial' },
    { name: 'back', kind: 'udp', interface: 'back', ...ends, port: 6941 },
    {
      ...{ name: 'mgmt', kind: 'udp', interface: 'mgmt', port: 7000 },
      ...{ address: '198.51.100.12', peer_address: '198.51.100.11' },
    },
  ])
  t.like(lb1?.connectivity?.[0], { name: 'upstream', interval_ms: 1000 })
  t.deepEqual(lb1?.arbitration, { policy: 'guarded', all_silent: 'hold' })
  t.is(lb1?.shared_digest, lb2?.shared_digest)
})

test('a key can be changed on one node at a time: it is not in the digest', async t => {
  const digests = await Promise.all(
    ['ab', 'cd'].map(async byte => {
      return resolve(await load(written(HEARTBEAT, byte.repeat(32))))[0]?.shared_digest
    }),
  )
  t.is(digests[0], digests[1])
})

test('a key that others may read, or that is none, is refused and not shown', async t => {
  for (const [key, mode, code] of [
    ['ab'.repeat(32), 0o644, 'secret_file_mode'],
    ['hunter2', 0o600, 'bad_heartbeat_key'],
  ] as const) {
    const error = await t.throwsAsync(load(written(HEARTBEAT, key, mode)), {
      instanceOf: ProblemError,
    })
    t.is(error?.problems[0]?.code, code)
    t.false(JSON.stringify(error?.problems).includes(key))
  }
})

test('a path lies between addresses of one kind, and over an interface that exists', async t => {
  for (const [from, to, code] of [
    ['mgmt, udp_port: 7000', 'mgmt, family: ipv6', 'path_without_address'],
    ['back: { interface: back }', 'back: { interface: bakc }', 'unknown_interface'],
  ] as const) {
    const file = written(HEARTBEAT, 'ab'.repeat(32))
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
    const error = await t.throwsAsync(load(file), { instanceOf: ProblemError })
    t.true(
      error?.problems.some(problem => problem.code === code),
      JSON.stringify(error?.problems),
    )
  }
})

test('a path takes IPv4, else IPv6, else link-local addresses, or the family asked for', async t => {
  const all = ['fe80::1/64', 'fd00:77::1/64', '10.77.0.1/24']
  const local = ['fe80::2/64']
  t.deepEqual(pathEnds(all, ['fd00:77::2/64', '10.77.0.2/24']), ['10.77.0.1', '10.77.0.2'])
  t.deepEqual(pathEnds(all, [...local, 'fd00:77::2/64']), ['fd00:77::1', 'fd00:77::2'])
  t.deepEqual(pathEnds(all, local), ['fe80::1', 'fe80::2'])
  t.deepEqual(pathEnds(all, [...local, '10.77.0.2/24'], 'ipv6'), ['fe80::1', 'fe80::2'])
  t.is(pathEnds(all, local, 'ipv4'), undefined)
  const asked = HEARTBEAT.replace('{ interface: back }', '{ interface: back, family: ipv6 }')
  const [lb1] = resolve(await load(written(asked, 'ab'.repeat(32))))
  t.like(lb1?.heartbeat?.paths[1], { address: 'fd00:77::11', peer_address: 'fd00:77::12' })
})

test('without a heartbeat there is nothing of it', async t => {
  const [lb1] = resolve(await load(written('', '')))
  t.deepEqual(
    [lb1?.heartbeat, lb1?.connectivity, lb1?.arbitration],
    [undefined, undefined, undefined],
  )
})
