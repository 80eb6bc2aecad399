import test from 'ava'
import { makePassword, sha512Crypt } from '../../src/lab/password.ts'

// From the specification's test vectors and from crypt(3) of the GNU C library.
const VECTORS = [
  [
    'Hello world!',
    'saltstring',
    5_000,
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'Hello world!',
    'saltstringsaltst',
    10_000,
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  [
    'lab',
    'abcdef',
    1_000,
    '$6$rounds=1000$abcdef$2SZVAMWEL0kFaMaMNv7LkeKednK19nKQloKi5RPfpqu3KCWJYh2/aIH1riooVFuM.dnSRI/ufW9OvTr6kDZZI/',
  ],
] as const

for (const [password, salt, rounds, hash] of VECTORS) {
  test(`the hash of ${password} with ${salt} is the one that crypt(3) makes`, t => {
    t.is(sha512Crypt(password, salt, rounds), hash)
  })
}

test('a password is random and its hash takes little time to check', t => {
  const [first, second] = [makePassword(), makePassword()]
  t.not(first.password, second.password)
  t.regex(first.hash, /^\$6\$rounds=1000\$[0-9a-f]{12}\$[./0-9A-Za-z]{86}$/)
})
