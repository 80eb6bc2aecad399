import test from 'ava'
import { tieToLife } from '../../../src/agent/kernel/vip-alive.ts'
import type { MadeVipDevice } from '../../../src/agent/kernel/vip-device.ts'
import { encodeIpv4 } from '../../../src/agent/wire/text-address.ts'

const device: MadeVipDevice = {
  instance: 'front',
  name: 'vr4.10.2',
  parent: { index: 2, name: 'front' },
  mac: new Uint8Array([0, 0, 0x5e, 0, 1, 10]),
  family: 4 as const,
  accept: true,
  addresses: [encodeIpv4('192.0.2.100')],
  index: 5,
}

function asked(devices: readonly MadeVipDevice[]) {
  const talk = tieToLife(devices)
  if (talk.kind !== 'ask') throw new Error(talk.kind)
  return talk
}

/** The texts in a request, and its message. */
const shown = ({ type, payload }: { type: number; payload: Uint8Array }) =>
  `${type & 0xff} ${Buffer.from(payload)
    .toString('latin1')
    .match(/[a-z][a-z0-9.-]{2,}/g)}`

test('one batch makes the owned table, and for each device the mark and the drop without it', t => {
  const { ask } = asked([device])
  t.is(ask.socket, 'netfilter')
  t.deepEqual(ask.requests.map(shown), [
    '16 null',
    '0 director-alive',
    '3 director-alive,vr4.10.2,vr4.10.2,filter',
    '6 director-alive,vr4.10.2,immediate,meta',
    '6 director,vr4.10.2,meta,cmp,immediate',
    '6 director,vr4.10.2,immediate,meta',
    '17 null',
  ])
  // NFTA_TABLE_FLAGS with NFT_TABLE_F_OWNER.
  const table = Buffer.from(ask.requests[1]?.payload ?? []).toString('hex')
  t.true(table.endsWith('0800020000000002'), table)
  t.is(asked([device, { ...device, name: 'vr4.20.2' }]).ask.requests.length, 11)
})

test('a kernel without owned tables is told, and nothing of it is left half done', t => {
  const answer = (errno: number) => asked([device]).next({ errno, errors: [], messages: [] })
  t.deepEqual(answer(0), { kind: 'done', value: true })
  t.deepEqual(answer(95), { kind: 'done', value: false })
})
