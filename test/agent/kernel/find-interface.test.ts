import test from 'ava'
import {
  findInterface,
  pciAddress,
  readDevicePaths,
} from '../../../src/agent/kernel/find-interface.ts'
import { linkOf } from '../../support/link.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'

const [first, second] = [
  linkOf({ index: 2, name: 'eth0' }),
  linkOf({ index: 3, name: 'eth1', mac: new Uint8Array([0x52, 0x54, 0, 0xd1, 1, 2]) }),
]
const links = [linkOf({ index: 1, name: 'lo', mac: new Uint8Array(6) }), first, second]
const paths = new Map([
  ['eth0', '../../devices/pci0000:00/0000:00:03.0/virtio0/net/eth0'],
  ['eth1', '../../devices/pci0000:00/0000:00:1c.0/0000:02:00.1/net/eth1'],
])
const find = (match: Parameters<typeof findInterface>[0]['match'], among = links) =>
  findInterface({ name: 'front', match }, among, paths)

test('an interface is found by its MAC, in either case', t => {
  t.deepEqual(find({ mac: '52:54:00:D1:01:02' }), { kind: 'found', link: second })
  t.deepEqual(find({ mac: '52:54:00:d1:01:03' }), { kind: 'absent' })
})

test('the address that the hardware was made with counts before the one in use', t => {
  const made = linkOf({ index: 9, name: 'eth9', permanentMac: second.mac })
  t.deepEqual(find({ mac: '52:54:00:d1:01:02' }, [...links, made]), { kind: 'found', link: made })
})

test('stacked links share an address and are never meant', t => {
  for (const kind of ['macvlan', 'vlan', 'bridge', 'bond']) {
    const above = linkOf({ index: 9, name: 'above', kind })
    t.deepEqual(find({ mac: '52:54:00:d1:01:01' }, [...links, above]), {
      kind: 'found',
      link: first,
    })
  }
  const peer = linkOf({ index: 9, name: 'peer', kind: 'veth' })
  t.is(find({ mac: '52:54:00:d1:01:01' }, [...links, peer]).kind, 'ambiguous')
})

test('an interface is found by the PCI address of its device, behind bridges and virtio', t => {
  t.deepEqual(find({ pci: '0000:00:03.0' }), { kind: 'found', link: first })
  t.deepEqual(find({ pci: '0000:02:00.1' }), { kind: 'found', link: second })
  t.deepEqual(find({ pci: '0000:00:1c.0' }), { kind: 'absent' })
  t.is(pciAddress('../../../0000:00:1F.6'), '0000:00:1f.6')
  for (const path of [undefined, '', '../../devices/virtual/net/lo', '0000:00', 'usb1:1.0']) {
    t.is(pciAddress(path), undefined)
  }
})

test('an interface is found by its name, or by the new name that it has got', t => {
  t.deepEqual(find({ name: 'eth0' }), { kind: 'found', link: first })
  const renamed = linkOf({ index: 2, name: 'front' })
  t.deepEqual(find({ name: 'eth7' }, [renamed]), { kind: 'found', link: renamed })
})

test('the device of each link is read from /sys', t => {
  const files = new MemoryFiles()
  files.links.set('/sys/class/net/eth0', paths.get('eth0') ?? '')
  t.deepEqual(hold(readDevicePaths(links), () => answered(), files).end, {
    kind: 'done',
    value: new Map([['eth0', paths.get('eth0')]]),
  })
})
