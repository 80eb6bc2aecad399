import test from 'ava'
import { accountFiles, shadowText } from '../../../src/agent/setup/accounts.ts'
import { nodeOne } from '../../support/stamped.ts'

const shadow = 'root:*:0:0:99999:7:::\nnobody:*:0:0:99999:7:::\n'
const management = nodeOne().interfaces.filter(({ role }) => role === 'management')
const filesOf = (access: Parameters<typeof shadowText>[1]) =>
  accountFiles(access, management, new Uint8Array(Buffer.from(shadow)))
const contentOf = (access: Parameters<typeof shadowText>[1], path: string) => {
  const step = filesOf(access).find(each => each.kind === 'write' && each.path === path)
  return step?.kind === 'write' ? Buffer.from(step.content) : undefined
}

test("root gets the stamp's password, and it never grows old", t => {
  const text = shadowText(shadow, { authorized_keys: [], console_password_hash: '$6$salt$hash' })
  t.is(text, 'root:$6$salt$hash::0:99999:7:::\nnobody:*:0:0:99999:7:::\n')
})

test('without a password no password fits', t => {
  t.regex(shadowText(shadow, { authorized_keys: [] }), /^root:\*:/)
  t.regex(shadowText('', { authorized_keys: [] }), /^root:\*:/)
})

test('keys are written a line each, for root alone to read', t => {
  const authorized_keys = ['ssh-ed25519 AAAA anna@büro', 'ssh-ed25519 BBBB']
  const keys = contentOf({ authorized_keys }, '/root/.ssh/authorized_keys')
  t.is(keys?.toString(), 'ssh-ed25519 AAAA anna@büro\nssh-ed25519 BBBB\n')
  const writes = filesOf({ authorized_keys }).filter(each => each.kind === 'write')
  t.true(writes.every(each => each.mode === 0o600))
  t.is(contentOf({ authorized_keys: [] }, '/root/.ssh/authorized_keys')?.length, 0)
})

test('dropbear is told the addresses of the management interfaces, without their length', t => {
  const addresses = contentOf({ authorized_keys: [] }, '/run/director/management')
  t.is(addresses?.toString(), '198.51.100.11\n')
})

test('the host key is written as bytes where the stamp has one', t => {
  const key = Buffer.from([0, 1, 0xfe, 0xff])
  const access = { authorized_keys: [], ssh_host_key: key.toString('base64') }
  t.deepEqual(contentOf(access, '/etc/dropbear/host_key'), key)
  t.is(contentOf({ authorized_keys: [] }, '/etc/dropbear/host_key'), undefined)
})
