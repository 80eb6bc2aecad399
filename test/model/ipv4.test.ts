import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  broadcastOf,
  contains,
  formatIpv4,
  formatPrefix,
  ipv4Bytes,
  isHostAddress,
  isUnicast,
  maskOf,
  networkOf,
  overlaps,
  parseIpv4,
  parsePrefix,
} from '../../src/model/ipv4.ts'
import { fc } from '../support/fast-check.ts'

const address = fc.integer({ min: 0, max: 0xffffffff })
const length = fc.integer({ min: 0, max: 32 })
const prefix = fc.record({ address, length })

test('an address survives being written and read', t => {
  fc.assert(
    fc.property(address, value => {
      t.is(parseIpv4(formatIpv4(value)), value)
      t.is(formatIpv4(value), ipv4Bytes(value).join('.'))
    }),
  )
})

test('a prefix survives being written and read', t => {
  fc.assert(fc.property(prefix, value => t.deepEqual(parsePrefix(formatPrefix(value)), value)))
})

test('what is nearly an address is none', t => {
  for (const text of [
    ...['', '.', '1.2.3', '1.2.3.', '1.2.3.4.5', '1.2.3.4.', '.1.2.3', '1..2.3'],
    ...['256.1.1.1', '01.2.3.4', '1.2.3.04', '1.2.3.0004', '-1.2.3.4', '+1.2.3.4', '1.2.3.4 '],
    ...['0x1.2.3.4', '1e1.2.3.4', '١.2.3.4', '1.2.3.4/24', 'localhost'],
  ]) {
    t.is(parseIpv4(text), undefined, text)
  }
  for (const text of ['1.2.3.4', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/08', '1.2.3.4/-1', '/24']) {
    t.is(parsePrefix(text), undefined, text)
  }
})

test('the pattern of the schema takes what the parser takes, on texts that are nearly right', t => {
  const { $defs } = JSON.parse(readFileSync('src/model/cluster.schema.json', 'utf8'))
  const part = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom('00', '01', '', 'a', '1 '),
  )
  const text = fc.array(part, { minLength: 3, maxLength: 5 }).map(parts => parts.join('.'))
  fc.assert(
    fc.property(text, value => {
      t.is(new RegExp($defs.ipv4.pattern).test(value), parseIpv4(value) !== undefined, value)
    }),
    { numRuns: 1000 },
  )
})

test('a network holds its addresses, from the first to the last', t => {
  fc.assert(
    fc.property(prefix, address, (network, other) => {
      const [first, last] = [networkOf(network), broadcastOf(network)]
      t.is(last - first + 1, 2 ** (32 - network.length))
      t.is(contains(network, other), first <= other && other <= last)
      t.is(maskOf(network.length) + 2 ** (32 - network.length), 2 ** 32)
    }),
  )
})

test('two networks overlap if one holds the first address of the other', t => {
  fc.assert(
    fc.property(prefix, prefix, (left, right) => {
      const expected = contains(left, networkOf(right)) || contains(right, networkOf(left))
      t.is(overlaps(left, right), expected)
    }),
  )
})

test('the first and last address of a network are of no host, but with 31 and 32 bits they are', t => {
  const isHost = (text: string) => isHostAddress(parsePrefix(text) ?? { address: 0, length: 0 })
  t.false(isHost('192.0.2.0/24'))
  t.false(isHost('192.0.2.255/24'))
  t.true(isHost('192.0.2.1/24'))
  t.true(isHost('192.0.2.0/31'))
  t.true(isHost('192.0.2.0/32'))
})

test('loopback, multicast and network 0 are not unicast', t => {
  const isOk = (text: string) => isUnicast(parseIpv4(text) ?? 0)
  for (const text of ['0.0.0.1', '127.0.0.1', '224.0.0.18', '255.255.255.255']) t.false(isOk(text))
  for (const text of ['1.0.0.1', '126.0.0.1', '128.0.0.1', '223.255.255.254']) t.true(isOk(text))
})
