import test from 'ava'
import type { Answer, Ask } from '../../../src/agent/kernel/talk.ts'
import { flipTogether } from '../../../src/agent/kernel/vip-flip-group.ts'
import {
  bytesOf,
  encodeAttributes,
  nest,
  text,
  u8,
  u32,
} from '../../../src/agent/wire/netlink-attributes.ts'
import { newClosedChain } from '../../../src/agent/wire/netlink-nftables.ts'
import { answered, hold, withMessages } from '../../support/scripted-kernel.ts'

const mac = new Uint8Array([0, 0, 0x5e, 0, 1, 10])
const devices = Array.from({ length: 200 }, (_, index) => ({
  ...{ instance: `i${index}`, name: `vr4.10.${index + 10}`, index: index + 300, mac },
  ...{ parent: { index: 2, name: 'front' }, family: 4 as const, accept: true, addresses: [] },
}))

/**
 * A kernel that does what it is told, but for one device whose protodown never changes, and those
 * that it gives a carrier once, after they were closed.
 */
function kernel(stubborn?: number, carried: Set<number> = new Set()) {
  const down = new Set(devices.map(({ index }) => index))
  let policy = 0
  const steps: string[] = []
  const say = (step: string) => steps.at(-1) !== step && steps.push(step)
  const answer = ({ socket, requests }: Ask): Answer => {
    if (socket === 'netfilter' && requests[0]?.type === 16) {
      const last = requests.at(-2)?.payload ?? new Uint8Array(0)
      policy = Buffer.from(last).includes(Buffer.from([8, 0, 5, 0, 0, 0, 0, 1])) ? 1 : 0
      say(policy === 1 ? 'accept' : 'drop')
      return answered(0)
    }
    const messages = requests.flatMap(({ type, payload }) => {
      const index = new DataView(payload.buffer, payload.byteOffset).getInt32(4, true)
      if (type === 19) {
        say(payload[20] === 1 ? 'protodown' : 'no protodown')
        if (payload[20] === 1) down.add(index)
        else if (index !== stubborn) down.delete(index)
        return []
      }
      say(type === 18 ? 'read links' : 'read chains')
      if (type !== 18) return [chainOf(payload, policy)]
      return [linkOf(index, down.has(index), carried.delete(index))]
    })
    return withMessages(messages)
  }
  return { answer, steps }
}

function linkOf(index: number, isDown: boolean, isCarried: boolean) {
  const device = devices.find(each => each.index === index)
  const header = new Uint8Array(16)
  new DataView(header.buffer).setInt32(4, index, true)
  header[8] = 1
  // IFF_LOWER_UP
  if (isCarried) header[10] = 1
  const attributes = encodeAttributes([
    ...[text(3, device?.name ?? ''), bytesOf(1, mac), u32(5, 2)],
    ...[nest(18, text(1, 'macvlan'), nest(2, u32(1, 4))), u8(39, isDown ? 1 : 0)],
  ])
  const payload = new Uint8Array([...header, ...attributes])
  return { type: 16, flags: 0, sequence: 1, port: 0, payload }
}

function chainOf(request: Uint8Array, policy: number) {
  const name = devices.find(each => Buffer.from(request).includes(`${each.name}\0`))?.name ?? ''
  const { type, payload } = newClosedChain('director', name, name)
  const chain = payload.slice()
  chain[Buffer.from(chain).indexOf(Buffer.from([8, 0, 5, 0])) + 7] = policy
  return { type, flags: 0, sequence: 1, port: 0, payload: chain }
}

test('many devices pass each gate together, in the order of one, and each is read back', t => {
  const { answer, steps } = kernel()
  const { end, asks } = hold(flipTogether(devices, 'open'), answer)
  t.is(end.kind, 'done')
  // A datagram holds 64 devices, each set and read, or 128 chains; the filter is one batch.
  const four = (held: string) => Array.from({ length: 4 }, () => [held, 'read links']).flat()
  t.deepEqual(steps, [...four('no protodown'), 'accept', 'read chains'])
  t.is(asks.length, 4 + 1 + 2)
  const closing = hold(flipTogether(devices, 'closed'), answer)
  t.is(closing.end.kind, 'done')
  t.deepEqual(steps.slice(10), ['drop', ...four('protodown'), 'read chains'])
})

test('one device that is not as it must be fails all of them, and is named', t => {
  const { answer } = kernel(devices[150]?.index)
  const { end } = hold(flipTogether(devices, 'open'), answer)
  t.like(end, {
    kind: 'failed',
    failure: { errno: 5, step: 'vr4.10.160: protodown is on, expected off' },
  })
})

test('of many devices those alone that got a carrier are closed once more', t => {
  const { answer, steps } = kernel(undefined, new Set([300, 420]))
  const { end, asks } = hold(flipTogether(devices, 'closed'), answer)
  t.is(end.kind, 'done')
  // All, in pieces; then for each of the two: the filter, protodown and the device, its chain.
  t.is(asks.length, 1 + 4 + 2 + 2 * 3)
  const closed = ['drop', 'protodown', 'read links', 'read chains']
  t.deepEqual(steps.slice(-8), [...closed, ...closed])
})
