import test from 'ava'
import { faultOfKey, keyLines } from '../../../src/model/access/authorized-keys.ts'
import { encodePublicKey, generateHostKey } from '../../../src/model/access/host-key.ts'

const key = encodePublicKey(generateHostKey())

test('a public key is accepted with a comment and with options that dropbear knows', t => {
  for (const line of [
    key,
    `${key} ops@example.net`,
    `restrict ${key}`,
    `no-pty,command="/bin/sh -c \\"a b, c\\"" ${key} x`,
  ]) {
    t.is(faultOfKey(line), undefined, line)
  }
})

test('what would let nobody in is refused, and no part of it is repeated', t => {
  for (const line of [
    'hunter2',
    key.slice(0, 40),
    key.replace('ssh-ed25519', 'ssh-rsa'),
    key.replace('ssh-ed25519', 'ssh-dss'),
    `from="10.0.0.0/8" ${key}`,
    `a b ${key}`,
    `${key}\n${key}`,
    '-----BEGIN OPENSSH PRIVATE KEY-----',
  ]) {
    const fault = faultOfKey(line)
    t.is(typeof fault, 'string', line)
    t.false(fault?.includes(line.slice(0, 12)) ?? true)
  }
})

test('comments and empty lines of a file are left out, lines keep their numbers', t => {
  t.deepEqual(keyLines(`# ops\n\n  ${key} \r\n`), [{ line: 3, key }])
})
