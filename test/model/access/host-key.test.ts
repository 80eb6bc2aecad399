import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  decodeOpenSshKey,
  encodeDropbearKey,
  encodeOpenSshKey,
  encodePublicKey,
  generateHostKey,
} from '../../../src/model/access/host-key.ts'
import { requires } from '../../support/requires.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-key-'))
const sshTest = requires('command:ssh-keygen')

test('a key survives being written as OpenSSH does and read again', t => {
  const key = generateHostKey()
  const read = decodeOpenSshKey(encodeOpenSshKey(key, 'lb1 of pair'))
  t.deepEqual(read, key)
  t.not(encodePublicKey(generateHostKey()), encodePublicKey(key))
})

test('the dropbear form is the type, then seed and public key, each with its length', t => {
  const key = { seed: Buffer.alloc(32, 1), publicKey: Buffer.alloc(32, 2) }
  t.is(
    Buffer.from(encodeDropbearKey(key)).toString('hex'),
    `0000000b${Buffer.from('ssh-ed25519').toString('hex')}00000040${'01'.repeat(32)}${'02'.repeat(32)}`,
  )
})

test('what is no key, or not whole, is told apart', t => {
  const text = encodeOpenSshKey(generateHostKey(), 'x')
  const lines = text.split('\n')
  t.is(decodeOpenSshKey('hello'), 'not_openssh')
  t.is(decodeOpenSshKey(text.replaceAll('OPENSSH', 'RSA')), 'not_openssh')
  t.is(decodeOpenSshKey([...lines.slice(0, 3), ...lines.slice(-2)].join('\n')), 'damaged')
  t.is(decodeOpenSshKey(text.replace(/b3BlbnNza/, 'AAAAAAAAA')), 'damaged')
})

sshTest('ssh-keygen reads the key that we write, and finds the same public key', t => {
  const key = generateHostKey()
  const path = join(folder, 'ours')
  writeFileSync(path, encodeOpenSshKey(key, 'lb1 of pair'), { mode: 0o600 })
  const line = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' }).trim()
  t.is(line, `${encodePublicKey(key)} lb1 of pair`)
})

sshTest('a key of ssh-keygen is read, one with a passphrase or of another type refused', t => {
  const make = (name: string, type: string, passphrase: string) => {
    const path = join(folder, name)
    const args = ['-q', '-t', type, '-N', passphrase, '-C', 'x', '-f', path]
    execFileSync('ssh-keygen', args, { stdio: 'ignore' })
    return path
  }
  const path = make('theirs', 'ed25519', '')
  const key = decodeOpenSshKey(readFileSync(path, 'utf8'))
  if (typeof key === 'string') t.fail(key)
  else t.is(`${encodePublicKey(key)} x`, readFileSync(`${path}.pub`, 'utf8').trim())
  t.is(decodeOpenSshKey(readFileSync(make('locked', 'ed25519', 'abcde'), 'utf8')), 'encrypted')
  t.is(decodeOpenSshKey(readFileSync(make('ecdsa', 'ecdsa', ''), 'utf8')), 'not_ed25519')
})
