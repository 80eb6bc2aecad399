import test from 'ava'
import { isVipDevice, vipDevice } from '../../../src/agent/kernel/vip-device.ts'
import { linkOf } from '../../support/link.ts'

const instance = {
  name: 'front',
  interface: 'front',
  vrid: 255,
  priority: 100,
  advert_interval_ms: 1000,
  addresses: ['192.0.2.100/24', '192.0.2.101/24'],
  version: 3,
  checksum: 'message',
  unicast: false,
  accept: true,
} as const

test('a VIP device is named by VRID and parent and has the virtual MAC', t => {
  const device = vipDevice(instance, { index: 1_234_567, name: 'front' })
  t.is(device.name, 'vr4.255.1234567')
  t.true(device.name.length <= 15, 'IFNAMSIZ')
  t.deepEqual(device.mac, new Uint8Array([0, 0, 0x5e, 0, 1, 255]))
  t.deepEqual(
    device.addresses.map(each => each.join('.')),
    ['192.0.2.100', '192.0.2.101'],
  )
})

test('what is for a VIP is taken in accept mode, and by the owner of the addresses always', t => {
  const takes = (accept: boolean, priority: number) =>
    vipDevice({ ...instance, accept, priority }, { index: 2, name: 'front' }).accept
  t.deepEqual([takes(true, 100), takes(false, 254), takes(false, 255)], [true, false, true])
})

test('only a macvlan with such a name is a VIP device', t => {
  const is = (name: string, kind = 'macvlan') => isVipDevice(linkOf({ name, kind }))
  t.true(is('vr4.10.2'))
  t.true(is('vr6.10.2'))
  t.false(is('vr4.10.2', 'veth'))
  for (const name of ['vr4.10', 'vr4.10.2.3', 'vr4.x.2', 'vr4..2', 'vr5.10.2', 'front']) {
    t.false(is(name), name)
  }
})
