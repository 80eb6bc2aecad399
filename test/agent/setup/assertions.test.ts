import test from 'ava'
import { readLinks } from '../../../src/agent/kernel/read-network.ts'
import type { Talk } from '../../../src/agent/kernel/talk.ts'
import { assertHeartbeat, assertKernel } from '../../../src/agent/setup/assertions.ts'
import type { Complaint } from '../../../src/agent/setup/complaint.ts'
import { messagesOf } from '../../support/netlink-peer.ts'
import { RelayedKernel } from '../../support/netlink-relay.ts'
import { service } from '../../support/pair.ts'
import { requires } from '../../support/requires.ts'
import { answered, hold, MemoryFiles, withMessages } from '../../support/scripted-kernel.ts'
import { nodeOne } from '../../support/stamped.ts'

const port = { port: 'ttyS1', baud: 115_200 }
const tty = (type: string, active = 'tty0 ttyS0\n') => {
  const files = new MemoryFiles({
    '/sys/class/tty/ttyS1/type': `${type}\n`,
    '/sys/class/tty/console/active': active,
  })
  files.links.set('/sys/class/tty/ttyS1', '../../devices/pnp0/00:05/tty/ttyS1')
  return files
}
const codesOf = (talk: Talk<readonly Complaint[]>, files: MemoryFiles) => {
  const { end } = hold(talk, () => answered(), files)
  return end.kind === 'done'
    ? end.value.map(({ severity, code }) => `${severity} ${code}`)
    : end.kind
}

test('a heartbeat port that is there is fine, and so is none at all', t => {
  t.deepEqual(codesOf(assertHeartbeat(port), tty('4')), [])
  t.deepEqual(codesOf(assertHeartbeat(undefined), new MemoryFiles()), [])
})

test('a heartbeat port without hardware behind it, or without a name, is a warning', t => {
  t.deepEqual(codesOf(assertHeartbeat(port), tty('0')), ['warn heartbeat_port_absent'])
  t.deepEqual(codesOf(assertHeartbeat(port), new MemoryFiles()), ['warn heartbeat_port_absent'])
})

test('a heartbeat port that the kernel uses as a console is a warning', t => {
  t.deepEqual(codesOf(assertHeartbeat(port), tty('4', 'ttyS0 ttyS1\n')), [
    'warn heartbeat_port_is_console',
  ])
})

test('a USB port, which has no type, is there when its name is', t => {
  const files = new MemoryFiles()
  files.links.set('/sys/class/tty/ttyUSB0', '../../devices/usb1/ttyUSB0')
  t.deepEqual(codesOf(assertHeartbeat({ ...port, port: 'ttyUSB0' }), files), [])
})

// With no interface placed the VIP device is not tried, so that only IPVS is asked for.
const ipvsOf = (schedulers: readonly string[], errno: number) => {
  const services = schedulers.map((scheduler, at) => ({ ...service({ port: 80 + at }), scheduler }))
  const config = nodeOne({ services: services as ReturnType<typeof service>[] })
  return hold(assertKernel(config, []), ({ requests: [request] }) => {
    if (request?.type === 0x10) return withMessages(messagesOf('reply-family'))
    return answered(Buffer.from(request?.payload ?? []).includes('mh\0') ? errno : 0)
  })
}

test('each scheduler is tried once, with a service that is deleted again', t => {
  const { end, asks } = ipvsOf(['wlc', 'mh', 'wlc'], 0)
  t.deepEqual(end, { kind: 'done', value: [] })
  t.deepEqual(
    asks.slice(1).map(({ requests: [request] }) => request?.payload[0]),
    [1, 3, 1, 3],
  )
})

test('a scheduler that the kernel lacks refuses and is named', t => {
  const { end } = ipvsOf(['wlc', 'mh'], 2)
  t.like(end.kind === 'done' ? end.value[0] : undefined, {
    severity: 'refuse',
    code: 'scheduler_missing',
    message: 'the kernel has no IPVS scheduler mh for tcp',
    found: 'ENOENT',
  })
})

test('a kernel without IPVS refuses, but only where there are services', t => {
  const asked = (services: ReturnType<typeof service>[]) =>
    hold(assertKernel(nodeOne({ services }), []), () => answered(2)).end
  t.deepEqual(asked([]), { kind: 'done', value: [] })
  const end = asked([service({})])
  t.like(end.kind === 'done' ? end.value[0] : undefined, {
    severity: 'refuse',
    code: 'ipvs_missing',
    found: 'no generic netlink family IPVS',
  })
})

// In a network namespace with the kernel of this machine.
const live = requires('root', 'netns', 'command:perl')

/** Tries VIPs on an interface; what was found missing, and whether a macvlan was made for it. */
async function tryOn(kernel: RelayedKernel, virtual_mac: boolean) {
  const [front] = (await kernel.value(readLinks())).filter(({ name }) => name === 'front')
  const config = nodeOne({ services: [] })
  const instances = config.vrrp.instances.map(each => ({ ...each, virtual_mac }))
  const placed = config.interfaces
    .filter(({ name }) => name === 'front')
    .map(each => ({ config: each, index: front?.index ?? 0 }))
  let rest = assertKernel({ ...config, vrrp: { ...config.vrrp, instances } }, placed)
  let macvlans = 0
  while (rest.kind === 'ask' || rest.kind === 'file') {
    // RTM_NEWLINK
    const made = rest.kind === 'ask' && rest.ask.socket === 'route' ? rest.ask.requests : []
    macvlans += made.filter(({ type }) => type === 16).length
    rest = await kernel.once(rest)
  }
  return { macvlans, missing: rest.kind === 'done' ? rest.value : rest.failure }
}

live('a macvlan is tried only where an instance has a virtual MAC', async t => {
  const kernel = RelayedKernel.inNamespace()
  try {
    await kernel.run('ip link add front type veth peer name wire')
    await kernel.run('ip link set front up; ip link set wire up')
    t.deepEqual(await tryOn(kernel, true), { macvlans: 1, missing: [] })
    t.deepEqual(await tryOn(kernel, false), { macvlans: 0, missing: [] })
    t.is(await kernel.run('ip -o link show type macvlan'), '')
  } finally {
    kernel.close()
  }
})
