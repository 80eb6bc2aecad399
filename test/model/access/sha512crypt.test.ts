import test from 'ava'
import { randomPassword, sha512crypt } from '../../../src/model/access/sha512crypt.ts'

// The first is from the specification (version 0.6, test vectors), the others from
// `openssl passwd -6 -salt SALT PASSWORD` of OpenSSL 3.0.
for (const [password, salt, hash] of [
  [
    'Hello world!',
    'saltstring',
    'svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'a',
    'ab',
    '/PzCrRVMmcIPg399m0GjJEW7Is3nwj.HV3N4NLJLXwzwzPszJ55Jq.eFpjcqBciAH7lx4yAws1nleGIpiHDt91',
  ],
  [
    'x'.repeat(130),
    '0123456789abcdef',
    'aMqNf.eV1.F/kHG/PEL81Pb27I7rzRTDeKdTlYCjj3airFUvYUi1V5OMp2naCZ9mb51oc5cCLILVi/.dIJETu1',
  ],
  [
    'pässwörd',
    'zz',
    'okvmxcT0aExAAViB7TMSh5GFnlLMwVIqM2sLmI8pTLD6PsmODeqf3f7uVQmbV3K2/859yo9KsAt7w7E8mZr3r0',
  ],
] as const) {
  test(`the hash of ${password.slice(0, 12)} with the salt ${salt} is that of crypt(3)`, t => {
    t.is(sha512crypt(password, salt), `$6$${salt}$${hash}`)
  })
}

test('two hashes of one password differ by their salt', t => {
  t.not(sha512crypt('a'), sha512crypt('a'))
  t.regex(sha512crypt('a'), /^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/)
})

test('a random password has the length that was asked for and no letters that look alike', t => {
  t.regex(randomPassword(200), /^[2-9A-HJ-NP-Za-km-z]{200}$/)
  t.not(randomPassword(20), randomPassword(20))
})
