import type { ExecutionContext } from 'ava'
import type { NetlinkSocket } from '../../src/agent/kernel/talk.ts'
import {
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  type NetlinkRequest,
} from '../../src/agent/wire/netlink.ts'
import { fc } from './fast-check.ts'
import { readHex } from './hex-fixture.ts'
import { attributeTree } from './netlink-fixture.ts'

/** The messages of a captured datagram. */
export const messagesOf = (fixture: string): readonly NetlinkMessage[] =>
  decodeMessages(readHex(`netlink/${fixture}.hex`))

/**
 * Our request holds the attributes that the other program sent, whatever their order. Where it
 * means to differ, `ours` says what is there instead (undefined: nothing).
 */
export function sameAsPeer(
  t: ExecutionContext,
  kind: NetlinkSocket,
  fixture: string,
  request: NetlinkRequest,
  ours: object = {},
): void {
  const peer = messagesOf(fixture).find(({ type }) => kind !== 'netfilter' || type >= 0xa00)
  if (peer === undefined) throw new Error(`${fixture} holds no message`)
  const [own] = decodeMessages(encodeMessage(request, 1))
  if (own === undefined) throw new Error('nothing was encoded')
  t.deepEqual(
    attributeTree(kind, own),
    JSON.parse(JSON.stringify({ ...attributeTree(kind, peer), ...ours })),
  )
}

/** Random bytes in place of a message's payload, and its truncations, are never thrown at. */
export function neverThrows(
  t: ExecutionContext,
  samples: readonly NetlinkMessage[],
  decode: (message: NetlinkMessage) => unknown,
): void {
  for (const sample of samples) {
    for (let length = 0; length <= sample.payload.length; length++) {
      decode({ ...sample, payload: sample.payload.subarray(0, length) })
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        payload => void decode({ ...sample, payload }),
      ),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.nat(sample.payload.length), fc.nat(255), (at, byte) => {
        const payload = sample.payload.slice()
        payload[at] = byte
        decode({ ...sample, payload })
      }),
      { numRuns: 200 },
    )
  }
  t.pass()
}
