import test from 'ava'
import {
  holdSysctls,
  linkSysctls,
  nodeSysctls,
  vipDeviceSysctls,
} from '../../../src/agent/kernel/sysctl.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'

const path = '/proc/sys/net/ipv4/conf/front/arp_ignore'

test('a value that is right already is not written', t => {
  const files = new MemoryFiles({ [path]: '1\n' })
  t.deepEqual(hold(holdSysctls([{ path, value: '1' }]), () => answered(), files).end, {
    kind: 'done',
    value: { repaired: 0 },
  })
  t.deepEqual(files.written, [])
})

test('a value that differs is written and read back', t => {
  const files = new MemoryFiles({ [path]: '0\n' })
  t.is(hold(holdSysctls([{ path, value: '1' }]), () => answered(), files).end.kind, 'done')
  t.is(files.contents.get(path), '1')
})

test('a value that does not stay is a failure that says so', t => {
  const files = new MemoryFiles({ [path]: '0\n' })
  files.do = step =>
    step.kind === 'write' ? { errno: 0 } : { errno: 0, content: new Uint8Array([0x30]) }
  t.deepEqual(hold(holdSysctls([{ path, value: '1' }]), () => answered(), files).end, {
    kind: 'failed',
    failure: { errno: 5, step: `set ${path} to 1: it reads 0` },
  })
})

test('a file that is not there fails, unless the kernel may be without it', t => {
  const absent = { path, value: '1' }
  t.like(hold(holdSysctls([absent]), () => answered()).end, { kind: 'failed' })
  const optional = { ...absent, isOptional: true }
  t.is(hold(holdSysctls([optional]), () => answered()).end.kind, 'done')
})

test('ARP is answered for an own address alone, forwarding is on, no reverse path is checked', t => {
  const name = (list: readonly { path: string; value: string }[]) =>
    list.map(each => `${each.path.replace('/proc/sys/net/', '')}=${each.value}`)
  t.deepEqual(name(nodeSysctls(4)), ['ipv4/ip_forward=1', 'ipv4/conf/all/rp_filter=0'])
  t.deepEqual(name(linkSysctls('front')), [
    'ipv4/conf/front/arp_ignore=1',
    'ipv4/conf/front/arp_announce=2',
    'ipv4/conf/front/rp_filter=0',
  ])
  t.deepEqual(name(vipDeviceSysctls('vr4.10.2', 4)).at(-1), 'ipv6/conf/vr4.10.2/disable_ipv6=1')
  // The kernel must not make an address of the virtual MAC, nor take one that a router offers.
  t.deepEqual(name(nodeSysctls(6)), ['ipv6/conf/all/forwarding=1'])
  t.deepEqual(
    name(vipDeviceSysctls('vr6.10.2', 6)).slice(3),
    [
      'addr_gen_mode=1',
      'disable_ipv6=0',
      'accept_ra=0',
      'autoconf=0',
      'accept_dad=0',
      'forwarding=1',
    ].map(line => `ipv6/conf/vr6.10.2/${line}`),
  )
})
