import test from 'ava'
import type { Answer, Ask } from '../../../src/agent/kernel/talk.ts'
import {
  closingDatagrams,
  flip,
  readBack,
  type VipState,
} from '../../../src/agent/kernel/vip-flip.ts'
import {
  bytesOf,
  encodeAttributes,
  nest,
  text,
  u8,
  u32,
} from '../../../src/agent/wire/netlink-attributes.ts'
import { newClosedChain, setPolicy } from '../../../src/agent/wire/netlink-nftables.ts'
import { isAsFixture } from '../../support/netlink-fixture.ts'
import { answered, hold, withMessages } from '../../support/scripted-kernel.ts'

const device = {
  instance: 'front',
  name: 'vr4.10.2',
  index: 4,
  parent: { index: 2, name: 'front' },
  mac: new Uint8Array([0, 0, 0x5e, 0, 1, 10]),
  family: 4 as const,
  accept: true,
  addresses: [],
}

/** A kernel of one device and one chain, which may refuse any of the two settings. */
class OneDevice {
  isProtoDown: boolean
  policy: 'accept' | 'drop'
  /** It says yes and does nothing. */
  forgets = false
  /** So often the device gets a carrier back right after it was taken. */
  carriers = 0
  readonly refused = new Map<string, number>()
  readonly done: string[] = []

  constructor(state: VipState) {
    this.isProtoDown = state === 'closed'
    this.policy = state === 'open' ? 'accept' : 'drop'
  }

  answer = (ask: Ask): Answer => {
    const request = ask.requests[ask.socket === 'netfilter' && ask.requests.length > 1 ? 1 : 0]
    switch (request?.type) {
      case 18:
        return withMessages([{ type: 16, flags: 0, sequence: 1, port: 0, payload: this.#link() }])
      case 0xa04: {
        const { type, payload } = newClosedChain('director', device.name, device.name)
        const chain = payload.slice()
        // The policy is the last byte of its attribute.
        const at = Buffer.from(chain).indexOf(Buffer.from([8, 0, 5, 0]))
        chain[at + 7] = this.policy === 'accept' ? 1 : 0
        return withMessages([{ type, flags: 0, sequence: 1, port: 0, payload: chain }])
      }
      case 19: {
        const set = this.#set(`protodown ${request.payload[20] === 1 ? 'on' : 'off'}`, name => {
          this.isProtoDown = name.endsWith('on')
        })
        const link = { type: 16, flags: 0, sequence: 1, port: 0, payload: this.#link() }
        return { ...set, messages: [link] }
      }
      default: {
        const accepts = Buffer.from(request?.payload ?? []).equals(
          Buffer.from(setPolicy('director', device.name, 'accept').payload),
        )
        return this.#set(`policy ${accepts ? 'accept' : 'drop'}`, () => {
          this.policy = accepts ? 'accept' : 'drop'
        })
      }
    }
  }

  #set(name: string, change: (name: string) => void): Answer {
    const errno = this.refused.get(name) ?? 0
    this.done.push(errno === 0 ? name : `${name} refused`)
    if (errno === 0 && !this.forgets) change(name)
    return answered(errno)
  }

  #link(): Uint8Array {
    const header = new Uint8Array(16)
    new DataView(header.buffer).setInt32(4, 4, true)
    header[8] = 1
    // IFF_LOWER_UP
    if (!this.isProtoDown || this.carriers > 0) header[10] = 1
    if (this.isProtoDown && this.carriers > 0) this.carriers -= 1
    return new Uint8Array([
      ...header,
      ...encodeAttributes([
        text(3, device.name),
        bytesOf(1, device.mac),
        u32(5, 2),
        nest(18, text(1, 'macvlan'), nest(2, u32(1, 4))),
        u8(39, this.isProtoDown ? 1 : 0),
      ]),
    ])
  }
}

test('to open, the device may send before the filter lets anything in', t => {
  const kernel = new OneDevice('closed')
  t.deepEqual(hold(flip(device, 'open'), kernel.answer).end, {
    kind: 'done',
    value: { dropped: 0, keepsCarrier: false },
  })
  t.deepEqual(kernel.done, ['protodown off', 'policy accept'])
})

test('to close, the filter shuts before the device falls silent', t => {
  const kernel = new OneDevice('open')
  t.deepEqual(hold(flip(device, 'closed'), kernel.answer).end, {
    kind: 'done',
    value: { dropped: 0, keepsCarrier: false },
  })
  t.deepEqual(kernel.done, ['policy drop', 'protodown on'])
})

test('a flip is three exchanges, whatever the number of addresses', t => {
  t.is(hold(flip(device, 'open'), new OneDevice('closed').answer).asks.length, 3)
  t.is(hold(flip(device, 'closed'), new OneDevice('open').answer).asks.length, 3)
})

test('flipping to where it is already changes nothing and succeeds', t => {
  t.is(hold(flip(device, 'open'), new OneDevice('open').answer).end.kind, 'done')
  t.is(hold(flip(device, 'closed'), new OneDevice('closed').answer).end.kind, 'done')
})

test('a device that does not open is closed again, and the first reason is told', t => {
  const kernel = new OneDevice('closed')
  kernel.refused.set('policy accept', 2)
  t.deepEqual(hold(flip(device, 'open'), kernel.answer).end, {
    kind: 'failed',
    failure: { errno: 2, step: 'set the policy of vr4.10.2 to accept' },
  })
  t.deepEqual(kernel.done, [
    'protodown off',
    'policy accept refused',
    'policy drop',
    'protodown on',
  ])
  t.true(kernel.isProtoDown)

  const busy = new OneDevice('closed')
  busy.refused.set('protodown off', 16)
  t.like(hold(flip(device, 'open'), busy.answer).end, { failure: { errno: 16 } })
  t.is(busy.policy, 'drop')
})

test('a gate that does not close does not keep the other one open', t => {
  const kernel = new OneDevice('open')
  kernel.refused.set('policy drop', 1)
  t.like(hold(flip(device, 'closed'), kernel.answer).end, { kind: 'failed', failure: { errno: 1 } })
  t.true(kernel.isProtoDown)
})

test('a change that the kernel took but does not hold is EIO', t => {
  const kernel = new OneDevice('closed')
  kernel.forgets = true
  t.deepEqual(hold(flip(device, 'open'), kernel.answer).end, {
    kind: 'failed',
    failure: {
      errno: 5,
      step: 'open vr4.10.2: protodown is on, expected off; the policy is drop, expected accept',
    },
  })
})

test('a carrier that the kernel gives a closed device is taken again, a few times in a row', t => {
  const kernel = new OneDevice('open')
  kernel.carriers = 8
  t.is(hold(flip(device, 'closed'), kernel.answer).end.kind, 'done')
  t.deepEqual(kernel.done, ['policy drop', ...Array(9).fill('protodown on')])

  const stubborn = new OneDevice('open')
  stubborn.carriers = Number.POSITIVE_INFINITY
  t.deepEqual(hold(flip(device, 'closed'), stubborn.answer).end, {
    kind: 'failed',
    failure: { errno: 5, step: 'close vr4.10.2: it keeps a carrier' },
  })
  t.is(stubborn.done.length, 1 + 9)
})

test('a carrier that was given meanwhile is taken when the device is read back, or reported', t => {
  const once = new OneDevice('closed')
  once.carriers = 1
  t.deepEqual(hold(readBack(device, 'closed'), once.answer).end, {
    kind: 'done',
    value: { dropped: 0, keepsCarrier: false },
  })
  t.deepEqual(once.done, ['protodown on'])

  const stubborn = new OneDevice('closed')
  stubborn.carriers = Number.POSITIVE_INFINITY
  t.deepEqual(hold(readBack(device, 'closed'), stubborn.answer).end, {
    kind: 'done',
    value: { dropped: 0, keepsCarrier: true },
  })
})

test('many devices are closed by one batch and few datagrams, then the filter of each alone', t => {
  const devices = Array.from({ length: 300 }, (_, index) => ({
    ...device,
    name: `vr4.${index % 255}.${index}`,
    index: index + 10,
  }))
  const datagrams = closingDatagrams(devices)
  t.deepEqual(
    datagrams.slice(0, 5).map(({ socket }) => socket),
    ['netfilter', 'route', 'route', 'route', 'netfilter'],
  )
  t.is(datagrams.length, 1 + 3 + 300)
  const bytes = datagrams.reduce((sum, { datagram }) => sum + datagram.length, 0)
  t.true(bytes < 80_000, `${bytes} bytes`)
})

test('the datagrams that close a device have the bytes of their fixtures', t => {
  const [policy, protoDown, ...more] = closingDatagrams([device])
  t.deepEqual(more, [])
  t.true(policy && isAsFixture('close-policy', policy.socket, policy.datagram))
  t.true(protoDown && isAsFixture('close-protodown', protoDown.socket, protoDown.datagram))
})
