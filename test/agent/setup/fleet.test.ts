import test, { type ExecutionContext } from 'ava'
import {
  type Choice,
  chooseNode,
  type FleetNode,
  type MachineMarks,
} from '../../../src/agent/setup/choose-node.ts'
import { setUpNode } from '../../../src/agent/setup/director-setup.ts'
import { askedNode } from '../../../src/agent/setup/fleet.ts'
import { sha256 } from '../../../src/kit/hash.ts'
import { encodeNodeConfig } from '../../../src/model/resolve.ts'
import { encodeFleet } from '../../../src/stamp/fleet.ts'
import { decodeStamp, encodeStamp } from '../../../src/stamp/stamp.ts'
import { decodeArchive } from '../../../src/stamp/stamp-archive.ts'
import { RelayedKernel } from '../../support/netlink-relay.ts'
import { pairOf } from '../../support/pair.ts'
import { requires } from '../../support/requires.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'

const live = requires('root', 'netns', 'command:perl')
const tools = { sha256, decode: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') }

const nodes: readonly FleetNode[] = [
  { cluster: 'pair', node: 'lb1', macs: ['52:54:00:d1:01:01'], dmi_serial: 'A1' },
  { cluster: 'pair', node: 'lb2', macs: ['52:54:00:d1:02:01', '52:54:00:d1:02:02'] },
  { cluster: 'shop', node: 'lb2', macs: [] },
]
const machine = (...macs: readonly string[]): MachineMarks => ({
  nics: macs.map((mac, index) => ({ name: `eth${index}`, macs: [mac] })),
})
const told = (choice: Choice) =>
  choice.kind === 'chosen'
    ? `${choice.node.cluster}/${choice.node.node} by ${choice.by}`
    : choice.complaint.code

test('a machine is the node that has one of its MAC addresses, or its serial number', t => {
  const choose = (marks: MachineMarks) => told(chooseNode(nodes, marks))
  t.is(choose(machine('52:54:00:d1:01:01')), 'pair/lb1 by MAC 52:54:00:d1:01:01')
  t.is(
    choose(machine('52:54:00:00:00:01', '52:54:00:d1:02:02')),
    'pair/lb2 by MAC 52:54:00:d1:02:02',
  )
  t.is(choose({ ...machine(), dmi_serial: 'A1' }), 'pair/lb1 by DMI serial A1')
  t.is(choose({ ...machine(), dmi_serial: 'A2' }), 'fleet_stranger')
})

test('a permanent address counts as well as the one that is set', t => {
  const nics = [{ name: 'eth0', macs: ['52:54:00:d1:01:01', '02:00:00:00:00:01'] }]
  t.is(told(chooseNode(nodes, { nics })), 'pair/lb1 by MAC 52:54:00:d1:01:01')
})

test('a machine that would be two nodes is refused, and both are named', t => {
  const mixed = chooseNode(nodes, { ...machine('52:54:00:d1:02:01'), dmi_serial: 'A1' })
  t.like(mixed, {
    complaint: {
      code: 'fleet_ambiguous',
      found: 'pair/lb1 by DMI serial A1; pair/lb2 by MAC 52:54:00:d1:02:01',
    },
  })
  const moved = chooseNode(nodes, machine('52:54:00:d1:01:01', '52:54:00:d1:02:01'))
  t.is(told(moved), 'fleet_ambiguous')
})

test('a machine that is none of the nodes says what it looked for and what there is', t => {
  const choice = chooseNode(nodes, machine('52:54:00:99:00:01', '52:54:00:99:00:02'))
  t.like(choice, {
    complaint: {
      code: 'fleet_stranger',
      message: 'this machine is none of the 3 nodes that this image holds',
      expected:
        'pair/lb1 (MAC 52:54:00:d1:01:01, DMI serial A1); ' +
        'pair/lb2 (MAC 52:54:00:d1:02:01 52:54:00:d1:02:02); shop/lb2 (by name only)',
      found: 'MAC 52:54:00:99:00:01 (eth0), 52:54:00:99:00:02 (eth1); DMI serial none',
    },
  })
  const many = Array.from({ length: 40 }, (_, at) => ({ cluster: 'c', node: `n${at}`, macs: [] }))
  const few = chooseNode(many, machine())
  t.regex(few.kind === 'refused' ? (few.complaint.expected ?? '') : '', /c\/n15 .*; and 24 more$/)
  t.regex(few.kind === 'refused' ? (few.complaint.found ?? '') : '', /^no NIC at all;/)
})

test('a person may say which node it is, and what they say must name one', t => {
  const choose = (asked: string) =>
    told(chooseNode(nodes, { ...machine('52:54:00:d1:02:01'), asked }))
  t.is(choose('lb1'), 'pair/lb1 by director.node=lb1')
  t.is(choose('shop/lb2'), 'shop/lb2 by director.node=shop/lb2')
  t.is(choose('lb2'), 'fleet_ambiguous_name')
  t.is(choose('lb3'), 'fleet_unknown_name')
})

test('the last word of a kernel command line counts', t => {
  t.is(askedNode('quiet director.node=lb1 panic=10\n'), 'lb1')
  t.is(askedNode('director.node=lb1 director.node=lb2\n'), 'lb2')
  t.is(askedNode('director.node=\n'), undefined)
  t.is(askedNode('xdirector.node=lb1 director.nodes=lb1'), undefined)
})

const BASE = 'ab'.repeat(32)

/** What the kernel unpacks of an image that holds the pair, without services. */
function fleetFiles(more: Readonly<Record<string, string>> = {}): MemoryFiles {
  const stamps = pairOf({ services: [] }).map(config => {
    const { cluster, node } = config
    const bytes = encodeNodeConfig(config)
    return decodeStamp(encodeStamp({ cluster, node: node.name, baseSha256: BASE, config: bytes }))
  })
  const { tree } = decodeArchive(encodeFleet(BASE, stamps))
  const files = [...tree].flatMap(([path, entry]) =>
    entry.kind === 'file' ? [[`/${path}`, Buffer.from(entry.content).toString()]] : [],
  )
  const base = { schema: 1, base_sha256: BASE, kernel: '6', agent: '0', features: [] }
  return new MemoryFiles({
    ...Object.fromEntries(files),
    '/etc/shadow': 'root:*:0:0:99999:7:::\n',
    '/etc/director/base.json': JSON.stringify(base),
    ...more,
  })
}

async function setUp(
  t: ExecutionContext,
  macs: Readonly<Record<string, string>>,
  files: MemoryFiles,
) {
  const kernel = RelayedKernel.inNamespace()
  try {
    for (const [name, mac] of Object.entries(macs)) {
      await kernel.run(`ip link add ${name} address ${mac} type veth peer name p-${name}`)
      await kernel.run(`ip link set p-${name} up`)
    }
    const report = await kernel.value(setUpNode(tools), files)
    t.log(report.lines.join('\n'))
    return report
  } finally {
    kernel.close()
  }
}

live(
  'of an image with two nodes a machine becomes its own, and keeps nothing of the other',
  async t => {
    const files = fleetFiles()
    const cards = { en1: '52:54:00:d1:02:01', en2: '52:54:00:d1:02:02', en3: '52:54:00:d1:02:03' }
    const report = await setUp(t, cards, files)
    t.is(report.exitCode, 0)
    t.regex(report.lines[0] ?? '', /this machine is lb2 of pair by MAC 52:54:00:d1:02:01/)
    t.true(files.contents.has('/etc/director/stamp.d/lb2'))
    const left = [...files.contents.keys()].filter(path => path.endsWith('/node.json'))
    t.deepEqual(left, ['/etc/director/node.json'])
  },
)

live('a machine that is none of them serves nothing', async t => {
  const files = fleetFiles()
  const report = await setUp(t, { en1: '52:54:00:99:02:01' }, files)
  t.is(report.exitCode, 3)
  t.regex(
    report.lines.join('\n'),
    /none of the 2 nodes[\s\S]*52:54:00:99:02:01[\s\S]*; DMI serial /,
  )
  t.false(files.contents.has('/etc/director/node.json'))
  t.false(files.contents.has('/run/director/ready'))
})

test('an index that is missing or not ours is refused before anything is touched', t => {
  for (const [text, code] of [
    [undefined, 'fleet_truncated'],
    ['{', 'fleet_malformed'],
    ['{"schema":2,"nodes":[]}', 'fleet_malformed'],
    ['{"schema":1,"nodes":[{"cluster":1}]}', 'fleet_malformed'],
  ] as const) {
    const files = fleetFiles()
    files.contents.delete('/etc/director/fleet.json')
    if (text !== undefined) files.contents.set('/etc/director/fleet.json', text)
    const { end } = hold(setUpNode(tools), () => answered(), files)
    t.like(end, { kind: 'done', value: { exitCode: 3, complaints: [{ code }] } })
    t.deepEqual(files.written, [])
  }
})

test('a stamp that was loaded beside the fleet is a second node', t => {
  const files = fleetFiles({
    '/proc/cmdline': 'director.node=lb2',
    '/etc/director/stamp.d/lb1': '',
  })
  const { end } = hold(setUpNode(tools), () => answered(), files)
  t.like(end, { kind: 'done', value: { complaints: [{ code: 'stamp_doubled' }] } })
})
