import test from 'ava'
import { namesTag, readRange } from '../../src/serve/range.ts'
import { readMac, readRoute } from '../../src/serve/route.ts'

const MAC = '52:54:00:d1:01:01'

test('the tree of a netboot folder is at the root', t => {
  t.deepEqual(readRoute('/'), { kind: 'index' })
  t.deepEqual(readRoute('/vmlinuz'), { kind: 'file', path: 'netboot/vmlinuz' })
  t.deepEqual(readRoute('/efi/ipxe.efi'), { kind: 'file', path: 'netboot/efi/ipxe.efi' })
  t.deepEqual(readRoute('/boot.ipxe?x=1'), { kind: 'file', path: 'netboot/boot.ipxe' })
  t.deepEqual(readRoute('/base.iso'), { kind: 'file', path: 'base.iso' })
})

test('what holds secrets is a route of its own, never a file', t => {
  const own = (what: string): unknown => ({ kind: 'own', of: { node: 'lb1' }, what })
  t.deepEqual(readRoute('/nodes/lb1.img'), own('stamp'))
  t.deepEqual(readRoute('//nodes//lb1.img'), own('stamp'))
  t.deepEqual(readRoute('/iso/lb1.iso'), own('iso'))
  t.deepEqual(readRoute('/flash/lb1.img'), own('flash'))
  t.deepEqual(readRoute('/iso/fleet.iso'), { kind: 'fleet' })
  for (const path of ['/nodes', '/nodes/lb1.json', '/nodes/x/lb1.img', '/iso/lb1', '/flash/a/b']) {
    t.is(readRoute(path), undefined, path)
  }
})

test('a machine has a view of its own by its MAC address, however it writes it', t => {
  const script: unknown = { kind: 'script', of: { mac: MAC } }
  for (const path of [
    `/mac/${MAC}/boot.ipxe`,
    '/mac/52-54-00-D1-01-01/boot.ipxe',
    '/mac/525400d10101/',
    '/mac/52%3A54%3A00%3Ad1%3A01%3A01/boot.ipxe',
    `/boot.ipxe?mac=${MAC}`,
    '/boot.ipxe?a=b&mac=52%3a54%3a00%3ad1%3a01%3a01',
  ]) {
    t.deepEqual(readRoute(path), script, path)
  }
  t.deepEqual(readRoute(`/mac/${MAC}/vmlinuz`), { kind: 'file', path: 'netboot/vmlinuz' })
  const stamp: unknown = { kind: 'own', of: { mac: MAC }, what: 'stamp' }
  t.deepEqual(readRoute(`/mac/${MAC}/node.img`), stamp)
  const iso: unknown = { kind: 'own', of: { node: 'lb1' }, what: 'iso' }
  t.deepEqual(readRoute('/node/lb1/node.iso'), iso)
  for (const path of ['/mac/', '/mac/52-54-00-d1-01/boot.ipxe', '/mac/52:54-00:d1:01:01/x']) {
    t.is(readRoute(path), undefined, path)
  }
})

test('no path leads out of the folder or to a hidden file', t => {
  for (const path of [
    ...['/..', '/../x', '/a/../../x', '/%2e%2e/x', '/a%2f..%2fx', '/.git/config', '/a\0', '/%00'],
    ...[
      '/%',
      '/a\\..\\x',
      'http://elsewhere/x',
      '*',
      '',
      '/a/a/a/a/a/a/a/a/a',
      `/${'a'.repeat(200)}`,
    ],
  ]) {
    t.is(readRoute(path), undefined, path)
  }
})

test('a MAC address has six bytes and one kind of mark between them', t => {
  t.is(readMac('5254.00d1.0101'), undefined)
  t.is(readMac('52:54:00:d1:01:0g'), undefined)
  t.is(readMac('52:54:00:D1:01:01'), MAC)
})

test('a range is read as RFC 9110 has it', t => {
  const part = (start: number, end: number) => ({ kind: 'part', start, end })
  const cases: readonly [string | undefined, unknown][] = [
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', part(0, 1)],
    ['bytes=2-', part(2, 10)],
    ['bytes=2-99', part(2, 10)],
    ['bytes=-3', part(7, 10)],
    ['bytes=-99', part(0, 10)],
    ['Bytes= 2-3 ', part(2, 4)],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=3-2', { kind: 'whole' }],
    ['bytes=0-1,4-5', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['lines=1-2', { kind: 'whole' }],
    ['bytes=0x1-2', { kind: 'whole' }],
  ]
  for (const [header, wanted] of cases) t.deepEqual(readRange(header, 10), wanted, header)
  t.is(readRange('bytes=0-', 0).kind, 'unsatisfiable')
})

test('an entity tag is found in a list, weak ones too', t => {
  t.true(namesTag('"a", W/"b"', '"b"'))
  t.true(namesTag('*', '"b"'))
  t.false(namesTag('"a"', '"b"'))
  t.false(namesTag(undefined, '"b"'))
})
