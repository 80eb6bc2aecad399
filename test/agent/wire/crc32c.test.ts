import test from 'ava'
import { ascii } from '../../../src/agent/heartbeat/derive.ts'
import { crc32c } from '../../../src/agent/wire/crc32c.ts'
import { fc } from '../../support/fast-check.ts'

test('the checksums are those of RFC 3720 appendix B.4', t => {
  const checks = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
    [ascii('123456789'), 0xe3069283],
    [new Uint8Array(0), 0],
  ] as const
  for (const [bytes, sum] of checks) t.is(crc32c(bytes, bytes.length), sum)
})

// Bit by bit, as the polynomial says it.
function slowly(bytes: Uint8Array): number {
  let value = 0xffff_ffff
  for (const byte of bytes) {
    value = (value ^ byte) >>> 0
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value & 1) === 1 ? ((value >>> 1) ^ 0x82f63b78) >>> 0 : value >>> 1
    }
  }
  return (value ^ 0xffff_ffff) >>> 0
}

test('bytes of any number have the checksum of the polynomial, and none behind the end counts', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(90), (bytes, wanted) => {
      const end = Math.min(wanted, bytes.length)
      t.is(crc32c(bytes, end), slowly(bytes.subarray(0, end)))
    }),
  )
})
