import test from 'ava'
import {
  decodeIpv4,
  decodeMac,
  encodeIpv4,
  encodePrefix,
} from '../../../src/agent/wire/text-address.ts'
import { fc } from '../../support/fast-check.ts'

test('an IPv4 address comes back from its text', t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), bytes =>
      t.deepEqual(encodeIpv4(decodeIpv4(bytes)), bytes),
    ),
  )
})

test('a prefix has its length, an address alone has 32', t => {
  t.deepEqual(encodePrefix('192.0.2.11/24'), {
    address: new Uint8Array([192, 0, 2, 11]),
    prefixLength: 24,
  })
  t.is(encodePrefix('192.0.2.11').prefixLength, 32)
})

test('what the schema should have refused is a bug of ours', t => {
  for (const text of ['192.0.2', '192.0.2.256', '192.0.2.x', '1.2.3.4.5', '1.2.3.4.5']) {
    t.throws(() => encodeIpv4(text))
  }
})

test('a hardware address is shown in lower case with colons', t => {
  t.is(decodeMac(new Uint8Array([0x52, 0x54, 0x00, 0xd1, 0x01, 0x0a])), '52:54:00:d1:01:0a')
})
