import { isIPv6 } from 'node:net'
import test from 'ava'
import { formatAddress, isAbove, parseAddress } from '../../../src/agent/wire/address.ts'
import {
  decodeIpv6,
  formatIpv6,
  isLinkLocal6,
  parseIpv6,
  readIpv6,
  writeIpv6,
} from '../../../src/agent/wire/ipv6.ts'
import { parseAddress as parseOfModel } from '../../../src/model/ip.ts'
import { fc } from '../../support/fast-check.ts'

// RFC 5952 section 4 and 5, RFC 4291 section 2.2.
const texts = [
  ['::', '::'],
  ['::1', '::1'],
  ['fe80::1', 'fe80::1'],
  ['2001:DB8:0:0:8:800:200c:417A', '2001:db8::8:800:200c:417a'],
  ['2001:db8::0:1', '2001:db8::1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
] as const

test('an address is read, and written in its shortest form', t => {
  for (const [text, shortest] of texts) {
    t.is(formatIpv6(parseIpv6(text) ?? ''), shortest)
    t.is(parseOfModel(text), parseIpv6(text))
  }
})

test('what is no address is refused', t => {
  for (const text of [
    ...['', ':', ':::', '1', '1:2', '12345::', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::', '::1%eth0'],
    ...['1:2:3:4:5:6:7:8::', '::192.0.2.1', '192.0.2.1::', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:'],
  ]) {
    t.is(parseIpv6(text), undefined, text)
    t.is(parseOfModel(text), undefined, text)
  }
})

test('any text is an address for us exactly when it is one for others', t => {
  const part = fc.constantFrom('', '0', '1', 'fe80', 'ABCD', '12345', 'x')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), parts => {
      const text = parts.join(':')
      t.is(parseIpv6(text) !== undefined, isIPv6(text), text)
    }),
  )
})

test('a header is read as it was written', t => {
  const bytes = new Uint8Array(52)
  const header = {
    source: parseIpv6('fe80::c8') ?? '',
    destination: parseIpv6('ff02::12') ?? '',
    hop_limit: 255,
    next_header: 112,
  }
  writeIpv6(bytes, 0, { ...header, payload_length: 10 })
  const payload = new Uint8Array(10)
  const sum = 0xfe80 + 0xc8 + 0xff02 + 0x12
  t.deepEqual(decodeIpv6(bytes), { ...header, sum, payload })
  t.is(readIpv6(bytes, 8), header.source)
})

test('R1 and R16: a short packet, one that says more than there is, and another version', t => {
  const bytes = new Uint8Array(40)
  bytes[0] = 0x60
  t.is(typeof decodeIpv6(bytes), 'object')
  t.is(decodeIpv6(bytes.subarray(1)), 'R1')
  t.is(decodeIpv6(Uint8Array.from(bytes).fill(1, 5, 6)), 'R1')
  t.is(decodeIpv6(Uint8Array.from(bytes).fill(0x40, 0, 1)), 'R16')
})

test('link-local is fe80::/10', t => {
  for (const [text, is] of [
    ['fe80::1', true],
    ['febf::1', true],
    ['fec0::1', false],
    ['fe7f::1', false],
    ['2001:db8::1', false],
  ] as const) {
    t.is(isLinkLocal6(parseIpv6(text) ?? ''), is)
  }
})

test('addresses compare unsigned and in network order, and only within a family', t => {
  const above = (left: string, right: string) =>
    isAbove(parseAddress(left) ?? 0, parseAddress(right) ?? 0)
  t.true(above('192.0.2.12', '192.0.2.11'))
  t.false(above('192.0.2.11', '192.0.2.11'))
  t.true(above('200.0.0.1', '100.0.0.1'))
  t.true(above('fe80::b', 'fe80::a'))
  t.false(above('fe80::1', 'fe80::10'))
  t.false(above('fe80::1', '192.0.2.1'))
  t.false(above('192.0.2.1', 'fe80::1'))
  t.is(formatAddress(parseAddress('192.0.2.1/24') ?? 0), '192.0.2.1')
  t.is(formatAddress(parseAddress('fe80::1/64') ?? 0), 'fe80::1')
})
