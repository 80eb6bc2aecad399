import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ProblemError } from '../../src/kit/problem.ts'
import { load } from '../../src/model/cluster.ts'
import { checkNodeConfig } from '../../src/model/node-config-check.ts'
import { resolve } from '../../src/model/resolve.ts'

test('the example pair gives a node.json for each node that the agent accepts', async t => {
  const configs = resolve(await load('examples/pair/cluster.yaml'))
  t.deepEqual(
    configs.map(({ node }) => node),
    [
      { name: 'lb1', id: 1 },
      { name: 'lb2', id: 2 },
    ],
  )
  for (const config of configs) t.deepEqual(checkNodeConfig(JSON.parse(JSON.stringify(config))), [])
  t.is(configs[0]?.shared_digest, configs[1]?.shared_digest)
})

const good = readFileSync('test/fixtures/cluster/good.yaml', 'utf8')

/** The configs of the good fixture with some texts replaced. */
async function resolved(...edits: readonly (readonly [string, string])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'director-cluster-'))
  copyFileSync('test/fixtures/cluster/motd.txt', join(folder, 'motd.txt'))
  let text = good
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`good.yaml has no ${from}`)
    text = text.replace(from, to)
  }
  const file = join(folder, 'cluster.yaml')
  writeFileSync(file, text)
  return resolve(await load(file))
}

const named = <Entry extends { readonly name: string }>(list: readonly Entry[], name: string) =>
  list.find(entry => entry.name === name)

test('each node is told where the other one sends from, of the same family', async t => {
  const [one, two] = await resolved()
  t.is(named(one?.vrrp.instances ?? [], 'front')?.peer, '192.0.2.12')
  t.is(named(two?.vrrp.instances ?? [], 'front')?.peer, '192.0.2.11')
  t.is(named(one?.vrrp.instances ?? [], 'back6')?.peer, 'fe80::12')
})

test('a link-local address that is not named is the one that is made of the MAC address', async t => {
  const [one, two] = await resolved(
    [', "fe80::11/64"', ''],
    [', "fe80::12/64"', ''],
    ['unicast: true, accept', 'accept'],
  )
  t.is(named(one?.vrrp.instances ?? [], 'back6')?.peer, 'fe80::5054:ff:fed1:202')
  t.is(named(two?.vrrp.instances ?? [], 'back6')?.peer, undefined, 'lb1 is matched by a name')
})

test('the priority of a group stands above that of the node', async t => {
  const [one, two] = await resolved()
  t.is(named(one?.vrrp.instances ?? [], 'front')?.priority, 200)
  t.is(named(two?.vrrp.instances ?? [], 'front')?.priority, 90)
})

test('the owner has priority 255, and its VIPs are not among its own addresses', async t => {
  const owned = 'vrid: 11, addresses: [192.0.2.99/24], owner: lb2'
  const [one, two] = await resolved(
    ['addresses: [192.0.2.12/24]', 'addresses: [192.0.2.12/24, 192.0.2.99/24]'],
    ['vrid: 11, addresses: [192.0.2.99/32]', owned],
    ['[front, back6, more, back]', '[front, back6, back]'],
    ['failback: manual }', 'failback: manual }\n    mine: { instances: [more] }'],
  )
  t.is(named(two?.vrrp.instances ?? [], 'more')?.priority, 255)
  t.is(named(one?.vrrp.instances ?? [], 'more')?.priority, 200)
  t.deepEqual(named(two?.interfaces ?? [], 'front')?.addresses, ['192.0.2.12/24'])
})

test('an owner needs an address that stays with it', async t => {
  const error = await t.throwsAsync(
    resolved(
      ['addresses: [192.0.2.12/24]', 'addresses: [192.0.2.99/24]'],
      ['vrid: 11, addresses: [192.0.2.99/32]', 'vrid: 11, addresses: [192.0.2.99/24], owner: lb2'],
      ['[front, back6, more, back]', '[front, back6, back]'],
      ['failback: manual }', 'failback: manual }\n    mine: { instances: [more] }'],
    ),
    { instanceOf: ProblemError },
  )
  t.deepEqual(
    error?.problems.map(({ code }) => code),
    ['owner_without_address'],
  )
})

test('both forms of failback come to the same', async t => {
  const group = async (failback: string) => {
    const [one] = await resolved(['failback: manual', `failback: ${failback}`])
    return named(one?.vrrp.groups ?? [], 'service')
  }
  t.like(await group('automatic'), { failback: 'automatic', failback_delay_ms: 0 })
  t.like(await group('{ mode: automatic, delay_ms: 60000 }'), {
    failback: 'automatic',
    failback_delay_ms: 60_000,
  })
})

test('what follows an instance is spelt out for the node, and a service may be in a block', async t => {
  const [config] = await resolved(
    [
      'vrid: 11,',
      `vrid: 11, virtual_mac: false, blocks: [203.0.112.0/24],
      routes: [{ to: default, via: 192.0.2.1, table: 100, source: 192.0.2.99 }],
      rules: [{ from: 192.0.2.99/32, table: 100 }],`,
    ],
    ['address: 192.0.2.100\n    port: 443', 'address: 203.0.112.7\n    port: 443'],
  )
  t.like(named(config?.vrrp.instances ?? [], 'more'), {
    virtual_mac: false,
    blocks: ['203.0.112.0/24'],
    routes: [{ to: '0.0.0.0/0', via: '192.0.2.1', table: 100, source: '192.0.2.99' }],
    rules: [{ from: '192.0.2.99/32', table: 100, preference: 10_000 }],
  })
  t.is(named(config?.services ?? [], 'tls')?.address, '203.0.112.7')
  t.deepEqual(checkNodeConfig(JSON.parse(JSON.stringify(config))), [])
})
