import test, { type ExecutionContext } from 'ava'
import { type SetupReport, setUpNode } from '../../../src/agent/setup/director-setup.ts'
import { sha256 } from '../../../src/kit/hash.ts'
import type { NodeConfig } from '../../../src/model/node-config.ts'
import { RelayedKernel } from '../../support/netlink-relay.ts'
import { requires } from '../../support/requires.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'
import { nodeOne, stampedFiles } from '../../support/stamped.ts'

// These run in a network namespace with the kernel of this machine; the files are in memory.
const live = requires('root', 'netns', 'command:perl')
const tools = { sha256, decode: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') }
const shadow = 'root:*:0:0:99999:7:::\n'

function filesOf(node: NodeConfig): MemoryFiles {
  const { base, stamp, config } = stampedFiles(node)
  return new MemoryFiles({
    '/etc/shadow': shadow,
    '/etc/director/base.json': base,
    '/etc/director/stamp.json': stamp,
    '/etc/director/node.json': config,
    [`/etc/director/stamp.d/${node.node.name}`]: '',
  })
}

/** Cards with the MACs of the first node: 1 front, 2 back, 3 management. */
async function setUp(
  t: ExecutionContext,
  node: NodeConfig,
  cards: readonly number[],
  judge: (report: SetupReport, files: MemoryFiles, kernel: RelayedKernel) => Promise<void>,
): Promise<void> {
  const kernel = RelayedKernel.inNamespace()
  try {
    for (const card of cards) {
      const mac = `address 52:54:00:d1:01:0${card}`
      // Their names are in each other's way.
      const name = ['', 'back', 'mgmt', 'front'][card]
      await kernel.run(`ip link add ${name} ${mac} type veth peer name wire${card}`)
      await kernel.run(`ip link set wire${card} up`)
    }
    const files = filesOf(node)
    const report = await kernel.value(setUpNode(tools), files)
    t.log(report.lines.join('\n'))
    await judge(report, files, kernel)
  } finally {
    kernel.close()
  }
}

// The kernel of the machine that tests need not have ip_vs.
const withoutServices = nodeOne({ services: [] })

live('a node with all its parts is set up and ready', async t => {
  await setUp(t, withoutServices, [1, 2, 3], async (report, files, kernel) => {
    t.is(report.exitCode, 0)
    t.is(files.contents.get('/run/director/ready'), 'lb1\n')
    t.is(report.lines.at(-1), 'director-setup: this is lb1 of pair, ready to serve')
    t.true(files.written.includes('/root/.ssh/authorized_keys'))
    t.is(files.contents.get('/run/director/management'), '198.51.100.11\n')
    const addresses = await kernel.run('ip -br -4 addr')
    t.regex(addresses, /^front@\S+ +UP +192\.0\.2\.11\/24/m)
    t.regex(addresses, /^back@\S+ +UP +10\.77\.0\.11\/24/m)
    t.regex(addresses, /^mgmt@\S+ +UP +198\.51\.100\.11\/24/m)
    t.regex(await kernel.run('ip route'), /^default via 192\.0\.2\.1 dev front/m)
    t.notRegex(await kernel.run('ip link'), /vr4/)
    t.is((await kernel.run('cat /proc/sys/net/ipv4/ip_forward')).trim(), '1')
  })
})

live('a node whose front NIC is not there refuses, and can still be logged in to', async t => {
  await setUp(t, withoutServices, [2, 3], async (report, files) => {
    t.is(report.exitCode, 2)
    t.false(files.contents.has('/run/director/ready'))
    t.true(files.written.includes('/etc/shadow'))
    t.regex(report.lines.join('\n'), /the NIC of interface front \(front\) is not there/)
  })
})

live('a node whose management NIC is not there warns and serves', async t => {
  await setUp(t, withoutServices, [1, 2], async (report, files) => {
    t.is(report.exitCode, 0)
    t.true(files.contents.has('/run/director/ready'))
    t.is(files.contents.get('/run/director/management'), '')
    t.deepEqual(report.complaints.map(({ severity, code }) => `${severity} ${code}`).slice(0, 1), [
      'warn interface_absent',
    ])
  })
})

test('an image without a valid stamp touches nothing and refuses', t => {
  const files = new MemoryFiles({ '/etc/director/base.json': '{}' })
  const { end, asks } = hold(setUpNode(tools), () => answered(), files)
  t.like(end, { kind: 'done', value: { exitCode: 1 } })
  t.deepEqual([asks, files.written], [[], []])
})

test('a kernel that cannot even be asked is a refusal that names the step', t => {
  const files = filesOf(withoutServices)
  const { end } = hold(setUpNode(tools), () => answered(1), files)
  if (end.kind !== 'done') return t.fail()
  t.is(end.value.exitCode, 2)
  t.regex(end.value.lines.join('\n'), /director-setup cannot read the links/)
  t.false(files.contents.has('/run/director/ready'))
})

test('a file that cannot be written is a warning: the node serves all the same', t => {
  const files = filesOf(withoutServices)
  const whole = files.do.bind(files)
  files.do = step =>
    step.kind === 'write' && step.path === '/etc/shadow' ? { errno: 28 } : whole(step)
  const { end } = hold(setUpNode(tools), () => answered(), files)
  if (end.kind !== 'done') return t.fail()
  t.regex(end.value.lines.join('\n'), /warning: director-setup cannot write \/etc\/shadow/)
})
