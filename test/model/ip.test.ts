import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import test from 'ava'
import {
  type Address,
  contains,
  formatAddress,
  isHostAddress,
  isLinkLocal,
  isUnicast,
  lastOf,
  networkOf,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../../src/model/ip.ts'
import { fc } from '../support/fast-check.ts'

const digits = (length: number): fc.Arbitrary<Address> =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map(bytes => Buffer.from(bytes).toString('hex'))
const address = fc.oneof(digits(4), digits(16))
const prefix = fc
  .tuple(address, fc.nat(128))
  .map(([one, length]): Prefix => ({ address: one, length: Math.min(length, one.length * 4) }))
const at = (text: string) => parseAddress(text) ?? ''
const net = (text: string) => parsePrefix(text) ?? { address: '', length: -1 }

test('any address is read as it is written, and others read it too', t => {
  fc.assert(
    fc.property(address, one => {
      t.is(parseAddress(formatAddress(one)), one)
      t.is(isIP(formatAddress(one)), one.length === 8 ? 4 : 6)
    }),
  )
})

test('the patterns of the schema take what the parsers take, on texts that are nearly right', t => {
  const { $defs } = JSON.parse(readFileSync('src/model/cluster.schema.json', 'utf8'))
  const part = fc.constantFrom('', '0', '1', '00', 'fe80', 'ABCD', '12345', 'g', '255', '256')
  const length = fc.constantFrom('', '0', '00', '7', '24', '32', '33', '99', '128', '129', 'x')
  const text = fc
    .tuple(fc.constantFrom('.', ':'), fc.array(part, { minLength: 2, maxLength: 9 }))
    .map(([dot, parts]) => parts.join(dot))
  const [one, network] = [$defs.ip, $defs.ip_prefix].map(({ pattern }) => new RegExp(pattern))
  fc.assert(
    fc.property(text, length, (value, end) => {
      t.is(one?.test(value), parseAddress(value) !== undefined, value)
      const whole = `${value}/${end}`
      t.is(network?.test(whole), parsePrefix(whole) !== undefined, whole)
    }),
    { numRuns: 2000 },
  )
})

test('a network holds what another program finds in it, and its first and last address', t => {
  const flip = ([own, other, bits]: readonly [Prefix, Address, number]) =>
    own.address.slice(0, bits) + other.slice(bits)
  fc.assert(
    fc.property(prefix, address, fc.nat(32), (own, other, bits) => {
      t.is(contains(own, other) && own.address.length !== other.length, false)
      const near = own.address.length === other.length ? flip([own, other, bits]) : own.address
      const list = new BlockList()
      list.addSubnet(formatAddress(own.address), own.length, familyName(own.address))
      t.is(contains(own, near), list.check(formatAddress(near), familyName(near)))
      t.true(contains(own, networkOf(own)) && contains(own, lastOf(own)))
      t.true(networkOf(own) <= own.address && own.address <= lastOf(own))
    }),
  )
})

const familyName = (one: Address) => (one.length === 8 ? 'ipv4' : 'ipv6')

test('networks of two families never overlap', t => {
  t.true(overlaps(net('2001:db8::/32'), net('2001:db8:1::/48')))
  t.false(overlaps(net('2001:db8::/48'), net('2001:db8:1::/48')))
  t.false(overlaps(net('0.0.0.0/0'), net('::/0')))
})

test('which addresses a host may have', t => {
  t.true(isHostAddress(net('192.0.2.1/24')))
  t.false(isHostAddress(net('192.0.2.0/24')))
  t.false(isHostAddress(net('192.0.2.255/24')))
  t.true(isHostAddress(net('2001:db8::ffff:ffff:ffff:ffff/64')))
  t.false(isHostAddress(net('2001:db8::/64')))
  t.true(isHostAddress(net('2001:db8::/128')))
  for (const text of ['192.0.2.1', '2001:db8::1', 'fe80::1', 'fd00::1']) t.true(isUnicast(at(text)))
  for (const text of ['224.0.0.18', '127.0.0.1', 'ff02::12', '::1', '::']) {
    t.false(isUnicast(at(text)), text)
  }
  for (const text of ['fe80::1', 'febf::1', '169.254.0.1']) t.true(isLinkLocal(at(text)))
  for (const text of ['fec0::1', '2001:db8::1', '192.0.2.1']) t.false(isLinkLocal(at(text)))
})
