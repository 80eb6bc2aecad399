import test from 'ava'
import type { MadeVipDevice } from '../../../src/agent/kernel/vip-device.ts'
import {
  hasCarrierAllTheSame,
  judgeAddresses,
  judgeDevice,
} from '../../../src/agent/kernel/vip-verdict.ts'
import { IFF_UP } from '../../../src/agent/wire/netlink-link.ts'
import { encodeIpv4 } from '../../../src/agent/wire/text-address.ts'
import { linkOf } from '../../support/link.ts'

const device: MadeVipDevice = {
  instance: 'front',
  name: 'vr4.10.2',
  index: 4,
  parent: { index: 2, name: 'front' },
  mac: new Uint8Array([0, 0, 0x5e, 0, 1, 10]),
  family: 4 as const,
  accept: true,
  addresses: [encodeIpv4('192.0.2.100'), encodeIpv4('192.0.2.101')],
}
const link = linkOf({
  ...{
    index: 4,
    name: 'vr4.10.2',
    mac: device.mac,
    parent: 2,
    kind: 'macvlan',
    isBridgeMode: true,
  },
})
const chain = {
  ...{ table: 'director', name: 'vr4.10.2', device: 'vr4.10.2', policy: 'accept' as const },
  ...{ frames: 0, bytes: 0 },
}
const closedLink = { ...link, isProtoDown: true, flags: IFF_UP }
const closedChain = { ...chain, policy: 'drop' as const }

test('a device that is as it must be has no differences', t => {
  t.deepEqual(judgeDevice(device, 'open', link, chain), [])
  t.deepEqual(judgeDevice(device, 'closed', closedLink, closedChain), [])
})

test('each way in which a device can differ is named', t => {
  t.deepEqual(judgeDevice(device, 'open', undefined, chain), ['the device is gone'])
  t.deepEqual(judgeDevice(device, 'open', link, undefined), ['its chain is gone'])
  for (const [change, difference] of [
    [{ name: 'x' }, 'the name is x, expected vr4.10.2'],
    [{ parent: 3 }, 'the parent is 3, expected 2'],
    [{ isBridgeMode: false }, 'the mode is another, expected bridge'],
    [{ mac: linkOf({}).mac }, 'the address is 52:54:00:d1:01:01, expected 00:00:5e:00:01:0a'],
    [{ flags: 0 }, 'the flag UP is clear, expected set'],
    [{ isProtoDown: true }, 'protodown is on, expected off'],
    [{ protoDownReasons: 4 }, 'another program holds it down (reason bits 4)'],
  ] as const) {
    t.deepEqual(judgeDevice(device, 'open', { ...link, ...change }, chain), [difference])
  }
  const opened = { ...closedLink, isProtoDown: false }
  t.deepEqual(judgeDevice(device, 'closed', opened, closedChain), ['protodown is off, expected on'])
  t.deepEqual(judgeDevice(device, 'closed', closedLink, chain), [
    'the policy is accept, expected drop',
  ])
  const { device: _, ...unbound } = chain
  t.deepEqual(judgeDevice(device, 'open', link, unbound), [
    "the chain's device is none, expected vr4.10.2",
  ])
})

test('a carrier counts on a device that is held down, and is no difference of its own', t => {
  // As the kernel leaves it when the parent gets its carrier back.
  const carried = { ...link, isProtoDown: true }
  t.true(hasCarrierAllTheSame(carried))
  t.deepEqual(judgeDevice(device, 'closed', carried, closedChain), [])
  t.false(hasCarrierAllTheSame(closedLink))
  t.false(hasCarrierAllTheSame(link))
  t.false(hasCarrierAllTheSame(undefined))
})

test('addresses that are missing, foreign or too wide are told apart; other links do not count', t => {
  const at = (address: string, index = 4, prefixLength = 32) => ({
    ...{ index, address: encodeIpv4(address), prefixLength, flags: 0x80 },
  })
  t.deepEqual(judgeAddresses(device, [at('192.0.2.101'), at('192.0.2.100'), at('10.0.0.1', 2)]), {
    missing: [],
    foreign: [],
  })
  const verdict = judgeAddresses(device, [at('192.0.2.100', 4, 24), at('192.0.2.9')])
  t.deepEqual(verdict.missing, device.addresses)
  t.is(verdict.foreign.length, 2)
})
