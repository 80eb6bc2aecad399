import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'

const page = readFileSync('docs/internals/rfc9568.md', 'utf8')
const textOf = (file: string) => readFileSync(file, 'utf8')

/** The first cells of the table below a heading. */
const idsBelow = (heading: string) => {
  const [, part = ''] = page.split(`\n## ${heading}`)
  const [table = ''] = part.split('\n## ')
  return [...table.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id = '']) => id)
}

const vrrpTests = [
  ...readdirSync('test/agent/vrrp').map(name => `test/agent/vrrp/${name}`),
  ...['pair', 'kinds', 'accept', 'interop'].map(name => `test/netns/${name}.test.ts`),
].map(textOf)

const isTested = (id: string) =>
  vrrpTests.some(text =>
    new RegExp(`^\\s*(test|netns\\.serial)?\\(?['"\`].*\\b${id}\\b`, 'm').test(text),
  )

test('every test that the ledger names is there', t => {
  const [, part = ''] = page.split('\n## Each MUST and SHOULD, and its test')
  const named = [...part.matchAll(/\| `(test\/[^`]+)`: "([^"]+)" \|$/gm)]
  t.true(named.length > 45, `${named.length}`)
  for (const [, file = '', title = ''] of named) {
    // "R6 refuses": one of the cases that the table of that file makes.
    const [, check] = /^(R\d+) refuses$/.exec(title) ?? []
    t.true(textOf(file).includes(check === undefined ? title : `['${check}', '`), title)
  }
})

test('every rule of the state machine is in the title of a test', t => {
  const ids = idsBelow('State machine (6.4)')
  t.true(ids.length >= 20)
  // What the kernel does or does not do is asked by the tests that the ledger names for it.
  const ofTheKernel = ['B1', 'A1']
  t.deepEqual(
    ids.filter(id => !ofTheKernel.includes(id) && !isTested(id)),
    [],
  )
})

test('every receive check has a packet that it refuses and one that it lets through', t => {
  const ids = idsBelow('Receive checks (7.1)')
  t.is(ids.length, 16)
  const cases = textOf('test/agent/vrrp/receive.test.ts')
  const refused = new Set(
    [...cases.matchAll(/^ {2}\[?\s*'(R\d+)', '/gm), ...cases.matchAll(/\['(R\d+)', '/g)].map(
      ([, id]) => id,
    ),
  )
  // These say something and discard nothing.
  const tolerant = ids.filter(id => !refused.has(id))
  t.deepEqual(tolerant, ['R10', 'R12', 'R13'])
  for (const id of tolerant) t.true(isTested(id), id)
})

test('hosts are not redirected away from a VIP', t => {
  const sysctls = textOf('overlay/etc/sysctl.conf')
  for (const scope of ['all', 'default']) {
    t.true(sysctls.includes(`net.ipv4.conf.${scope}.send_redirects = 0`))
  }
})
