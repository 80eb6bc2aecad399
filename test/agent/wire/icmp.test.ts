import test from 'ava'
import { fromHex, toHex } from '../../../src/agent/wire/bytes.ts'
import { decodeEchoReply, encodeEchoRequest } from '../../../src/agent/wire/icmp.ts'

const echo = { identifier: 0x1234, sequence: 7 }
const rest = '00'.repeat(56)
// RFC 1071 by hand: 0x0800 + 0x1234 + 0x0007 = 0x1a3b, its complement 0xe5c4.
const REQUEST4 = `0800e5c412340007${rest}`
const IPV4 = '45000054000040004001000cc0000201c000020b'
const IPV6 = `6000000000403aff${'20010db8'.padEnd(30, '0')}01${'20010db8'.padEnd(30, '0')}02`

test('a request has type 8 and a checksum over IPv4, type 128 and none of ours over IPv6', t => {
  t.is(toHex(encodeEchoRequest(4, echo)), REQUEST4)
  t.is(toHex(encodeEchoRequest(6, echo)), `8000000012340007${rest}`)
})

test('a reply is read from its IP packet in both families', t => {
  const reply = (text: string) => decodeEchoReply(fromHex(text) ?? new Uint8Array())
  t.deepEqual(reply(`${IPV4}0000edc412340007${rest}`), { source: '192.0.2.1', ...echo })
  t.deepEqual(reply(`${IPV6}8100000012340007`), { source: '2001:db8::1', ...echo })
})

test('requests, other codes, other protocols and short packets are no reply', t => {
  const reply = (text: string) => decodeEchoReply(fromHex(text) ?? new Uint8Array())
  for (const text of [
    `${IPV4}${REQUEST4}`,
    `${IPV4}0001edc312340007`,
    `${IPV4.replace('4001', '4070')}0000edc412340007`,
    `${IPV4}0000edc4123400`,
    `${IPV6}8101000012340007`,
    '',
    '45',
  ]) {
    t.is(reply(text), undefined, text)
  }
})
