import test from 'ava'
import type { NamedLicences } from '../src/base/copyright.ts'
import type { ImageFile } from '../src/compose/image-files.ts'
import { type BillRequest, type Ingredient, makeBill } from '../src/sbom/bill.ts'
import { encodeBill } from '../src/sbom/cyclonedx.ts'
import { licenceChoices } from '../src/sbom/licence.ts'
import { debianPurl } from '../src/sbom/purl.ts'
import { faultsOfBill, wrongReferences } from './support/cyclonedx.ts'

const SUM = 'a'.repeat(64)
const fields = (...names: readonly string[]): NamedLicences => ({ read: 'fields', names })

function ingredient(name: string, changes: Partial<Ingredient> = {}): Ingredient {
  const source = { name, version: '1:1.0-1' }
  const about = { licences: fields('Expat'), builtUsing: [] }
  const own = { name, version: '1:1.0-1+b2', sha256: SUM, source, arch: 'amd64' }
  return { ...own, about, use: 'root file system', files: [], ...changes }
}

const file = (path: string, from: string): ImageFile => ({
  ...{ path, kind: 'file', mode: '0644', size: 1, sha256: SUM, from },
})

function request(changes: Partial<BillRequest> = {}): BillRequest {
  const quickjs = {
    source: { version: '2025.04.26-1', files: [] },
    about: { licences: fields('Expat'), builtUsing: [] },
  }
  return {
    cluster: 'pair',
    tool: { name: 'director-firmware', version: '0.1.0', licence: 'Apache-2.0' },
    baseSha256: SUM,
    packages: [ingredient('busybox-static', { files: [{ path: 'usr/bin/busybox', sha256: SUM }] })],
    agent: {
      version: '0.1.0',
      file: { path: 'usr/bin/directord', sha256: SUM },
      linked: [ingredient('musl-dev')],
      quickjs,
    },
    own: [file('etc/inittab', 'overlay'), file('etc/banner', 'files:')],
    ...changes,
  }
}

test('a bill keeps the rules of CycloneDX 1.6, and its references lead somewhere', t => {
  const odd = fields('GPL-2+', 'MIT or Unheard-1', 'LGPL-2.1 or BSD-2-clause', 'A, B and Zlib')
  const about = { licences: odd, builtUsing: [{ name: 'glibc', version: '2.41-12' }] }
  const free = { licences: { read: 'references', names: ['GPL-2'] }, builtUsing: [] } as const
  const none = { licences: { read: 'none', names: [] }, builtUsing: [] } as const
  const packages = [
    ingredient('one', { about }),
    ingredient('two', { about: free }),
    ingredient('three', { about: none }),
  ]
  for (const bill of [makeBill(request()), makeBill(request({ packages }))]) {
    t.deepEqual(faultsOfBill(bill), [])
    t.deepEqual(wrongReferences(bill), [])
  }
})

test('the check of a bill finds a wrong licence, a wrong serial number and a missing name', t => {
  const bill = makeBill(request())
  const licenses = [{ license: { id: 'GPL-2' } }]
  t.not(faultsOfBill({ ...bill, components: [{ ...bill.components[0], licenses }] }).length, 0)
  t.not(faultsOfBill({ ...bill, serialNumber: 'urn:uuid:1' }).length, 0)
  t.not(faultsOfBill({ ...bill, components: [{ type: 'library' }] }).length, 0)
  t.deepEqual(wrongReferences({ dependencies: [{ ref: 'gone', dependsOn: [] }] }), ['"gone"'])
})

test('equal images give equal bytes, and another image another serial number', t => {
  t.is(encodeBill(makeBill(request())), encodeBill(makeBill(request())))
  const other = makeBill(request({ baseSha256: 'b'.repeat(64) }))
  t.not(other.serialNumber, makeBill(request()).serialNumber)
  t.notRegex(encodeBill(other), /timestamp/)
})

test('a package is named with its source, with what is built in, and with its files', t => {
  const about = { licences: fields('GPL-2'), builtUsing: [{ name: 'linux', version: '6.12-1' }] }
  const files = [{ path: 'vmlinuz', sha256: 'c'.repeat(64) }]
  const source = { name: 'linux-signed-amd64', version: '6.12+1' }
  const kernel = ingredient('linux-image-6.12-amd64', { about, files, source })
  const component = makeBill(request({ packages: [kernel] })).components[0]
  t.is(component?.type, 'operating-system')
  t.deepEqual(
    component?.pedigree?.ancestors.map(({ name, version }) => `${name} ${version}`),
    ['linux-signed-amd64 6.12+1', 'linux 6.12-1'],
  )
  t.is(component?.components?.[0]?.hashes?.[0]?.content, 'c'.repeat(64))
  t.deepEqual(component?.licenses, [{ license: { id: 'GPL-2.0-only' } }])
})

test('what no copyright file tells is said, and not made up', t => {
  const about = { licences: { read: 'none', names: [] }, builtUsing: [] } as const
  const [component] = makeBill(request({ packages: [ingredient('odd', { about })] })).components
  t.is(component?.licenses, undefined)
  const said = component?.properties?.find(({ name }) => name === 'director:licences')
  t.regex(said?.value ?? '', /could not be read/)
})

const idsOf = (licences: NamedLicences) =>
  licenceChoices(licences).map(({ license }) => Object.entries(license).flat().join(' '))

test("Debian's names of licences become SPDX's ids where there is one", t => {
  t.deepEqual(idsOf(fields('GPL-2', 'GPL-3+', 'LGPL-2.1+', 'Expat', 'AGPL-3')), [
    'id GPL-2.0-only',
    'id GPL-3.0-or-later',
    'id LGPL-2.1-or-later',
    'id MIT',
    'id AGPL-3.0-only',
  ])
  t.deepEqual(idsOf(fields('MIT and BSD-3-clause', 'GPL-2 or BSD-2-clause')), [
    'id MIT',
    'id BSD-3-Clause',
    'name GPL-2.0-only OR BSD-2-Clause',
  ])
  t.deepEqual(idsOf(fields('public-domain or WTFPL-2', 'GPL-3+ with Bison exception')), [
    'name public-domain or WTFPL-2',
    'name GPL-3+ with Bison exception',
  ])
})

test('a reference to the text of a licence stays a name: it leaves open which versions count', t => {
  t.deepEqual(idsOf({ read: 'references', names: ['GPL-2'] }), ['name GPL-2'])
})

test('a package URL holds an epoch, a plus and the architecture', t => {
  const url = debianPurl({ name: 'libstdc++6', version: '1:14.2+b1~deb13', arch: 'amd64' })
  t.is(url, 'pkg:deb/debian/libstdc%2B%2B6@1:14.2%2Bb1~deb13?arch=amd64&distro=trixie')
})
