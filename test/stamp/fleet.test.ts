import test from 'ava'
import { encodeNodeConfig } from '../../src/model/resolve.ts'
import { encodeLoaderSettings } from '../../src/stamp/console-args.ts'
import { encodeFleet, isFleet, readFleet } from '../../src/stamp/fleet.ts'
import { memoryReader } from '../../src/stamp/image-reader.ts'
import { fleetPatches, openDirectorIso, readStamped, removalPatches } from '../../src/stamp/iso.ts'
import { patchedReader } from '../../src/stamp/patch.ts'
import { decodeStamp, encodeStamp, type Stamp } from '../../src/stamp/stamp.ts'
import { decodeArchive, encodeArchive, ownFile } from '../../src/stamp/stamp-archive.ts'
import { pairOf } from '../support/pair.ts'
import { BASE, CONSOLE, LAYOUT, OTHER_BASE, problemOf, sampleIso } from './sample.ts'

interface Change {
  readonly cluster?: string
  readonly mac?: string
  readonly dmi_serial?: string
  readonly baseSha256?: string
}

/** The stamp of the first or the second node of a pair. */
function stamp(id: 1 | 2, change: Change = {}): Stamp {
  const { cluster = 'pair', mac, dmi_serial, baseSha256 = BASE } = change
  const found = pairOf(mac === undefined ? {} : { match: { mac } })[id - 1]
  if (found === undefined) throw new Error('a pair has two nodes')
  const serial = dmi_serial === undefined ? {} : { dmi_serial }
  const config = { ...found, cluster, node: { ...found.node, ...serial } }
  const bytes = encodeNodeConfig(config)
  return decodeStamp(encodeStamp({ cluster, node: config.node.name, baseSha256, config: bytes }))
}

const pair = [stamp(1, { dmi_serial: 'A1' }), stamp(2)]

test('a fleet gives back the stamps that it was made of, in any order the same bytes', t => {
  const bytes = encodeFleet(BASE, pair)
  t.deepEqual(encodeFleet(BASE, pair.toReversed()), bytes)
  const archive = decodeArchive(Buffer.concat([bytes, new Uint8Array(99)]))
  t.true(isFleet(archive))
  const { index, stamps } = readFleet(archive)
  t.deepEqual(stamps, pair)
  t.is(index.base_sha256, BASE)
  t.like(index.nodes[0], { cluster: 'pair', node: 'lb1', dmi_serial: 'A1' })
  t.deepEqual(index.nodes[1], {
    ...{ cluster: 'pair', node: 'lb2' },
    macs: ['52:54:00:d1:02:01', '52:54:00:d1:02:02', '52:54:00:d1:02:03'],
  })
})

test('a hundred nodes take less than a third of what they take one by one', t => {
  const [node] = pairOf({ services: [] })
  if (node === undefined) throw new Error('a pair has two nodes')
  const stamps = Array.from({ length: 100 }, (_, at) => {
    const cluster = `c${at}`
    const interfaces = node.interfaces.map((each, card) => ({
      ...each,
      match: { mac: `52:54:00:d1:${at.toString(16).padStart(2, '0')}:f${card}` },
    }))
    const bytes = encodeNodeConfig({ ...node, cluster, interfaces })
    return decodeStamp(encodeStamp({ cluster, node: 'lb1', baseSha256: BASE, config: bytes }))
  })
  t.true(encodeFleet(BASE, stamps).length < 100 * 300)
})

test('two nodes that a machine could not tell apart are refused, and both are named', async t => {
  const conflicts: readonly [string, Stamp, Stamp][] = [
    ['name pair/lb1 for pair/lb1 and for pair/lb1', stamp(1), stamp(1)],
    [
      'MAC 52:54:00:d1:02:01 for pair/lb1 and for pair/lb2',
      stamp(1, { mac: '52:54:00:d1:02:01' }),
      stamp(2),
    ],
    [
      'DMI serial A1 for pair/lb1 and for pair/lb2',
      stamp(1, { dmi_serial: 'A1' }),
      stamp(2, { dmi_serial: 'A1' }),
    ],
    [
      'MAC 52:54:00:d1:01:01 for pair/lb1 and for shop/lb1',
      stamp(1),
      stamp(1, { cluster: 'shop' }),
    ],
  ]
  for (const [found, one, other] of conflicts) {
    const problem = await problemOf(() => encodeFleet(BASE, [one, other]))
    t.like(problem, { code: 'fleet_conflict', found })
  }
  const foreign = await problemOf(() => encodeFleet(OTHER_BASE, pair))
  t.is(foreign.code, 'stamp_foreign')
})

test('a fleet with an entry too many, too few or changed is none', async t => {
  const { tree } = decodeArchive(encodeFleet(BASE, pair))
  const last = 'etc/director/fleet.json'
  const changed = (change: (files: Map<string, ReturnType<typeof ownFile>>) => void) => {
    const files = new Map([...tree].filter(([, entry]) => entry.kind === 'file'))
    change(files as Map<string, ReturnType<typeof ownFile>>)
    return decodeArchive(encodeArchive(files, last))
  }
  const folder = 'etc/director/fleet/pair'
  t.notThrows(() => readFleet(changed(() => undefined)))
  for (const change of [
    files => files.set('etc/shadow', ownFile(0o600, Buffer.from('root::::::::'))),
    files => files.delete(`${folder}/lb2/node.json`),
    files => files.set(`${folder}/lb2/node.json`, ownFile(0o600, Buffer.from('{}'))),
    files => files.set(last, ownFile(0o644, Buffer.from('{}'))),
  ] as ((files: Map<string, ReturnType<typeof ownFile>>) => void)[]) {
    t.is((await problemOf(() => readFleet(changed(change)))).code, 'stamp_malformed')
  }
})

const members = pair.map(each => ({ stamp: each, console: CONSOLE }))

test('an ISO of several nodes gives them back, and removing gives back the base', async t => {
  const base = sampleIso()
  const iso = await openDirectorIso(memoryReader(base, 'base.iso'))
  const stamped = patchedReader(iso.image, fleetPatches(iso, members))
  const again = await openDirectorIso(stamped)
  const found = await readStamped(again)
  t.is(found?.kind === 'fleet' ? found.fleet.stamps.length : 0, 2)
  const text = (await stamped.read(0, stamped.size)).toString('latin1')
  t.regex(text, /\nset fleet="pair\/lb1 pair\/lb2"\n/)
  const removed = patchedReader(stamped, removalPatches(again))
  t.true((await removed.read(0, base.length)).equals(base))
})

test('an ISO of several nodes needs room, one console, and a base that knows of fleets', async t => {
  const open = async (layout: object) =>
    openDirectorIso(memoryReader(sampleIso(layout), 'base.iso'))
  const old = await open({ ...LAYOUT, features: ['node-region', 'kargs-region'] })
  t.is((await problemOf(() => fleetPatches(old, members))).code, 'layout_unsupported')
  const iso = await open(LAYOUT)
  const [one, other] = members
  if (one === undefined || other === undefined) return t.fail()
  const consoles = [one, { ...other, console: { port: 'ttyS1', baud: 9600 } }]
  const problem = await problemOf(() => fleetPatches(iso, consoles))
  t.like(problem, { code: 'fleet_consoles', found: 'ttyS0 at 115200 baud and ttyS1 at 9600 baud' })
  const tight = await open({ ...LAYOUT, node: { ...LAYOUT.node, length: 900 } })
  t.is((await problemOf(() => fleetPatches(tight, members))).code, 'stamp_too_large')
})

test('the loader names as many nodes as there is room for', t => {
  const settings = (length: number, fleet: readonly string[]) =>
    Buffer.from(encodeLoaderSettings(CONSOLE, length, fleet)).toString()
  const plain = settings(512, [])
  t.notRegex(plain, /fleet/)
  const names = Array.from({ length: 40 }, (_, at) => `pair/node-${at}`)
  const cut = settings(512, names)
  t.is(cut.length, 512)
  t.regex(cut, /\nset fleet="pair\/node-0 .* \.\.\."\n#/)
  const room = plain.replace(/#*\n$/, '').length
  t.is(settings(room + 2, names).replace(/#/g, ''), `${plain.replace(/#*\n$/, '')}\n`)
})
