import test from 'ava'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import { decodeFamily, decodeGeneric, getFamily } from '../../../src/agent/wire/netlink-generic.ts'
import { isAsFixture } from '../../support/netlink-fixture.ts'
import { messagesOf, neverThrows } from '../../support/netlink-peer.ts'

test('the number of a family is asked for by its name and read', t => {
  const request = { ...getFamily('IPVS'), flags: 5 }
  t.true(isAsFixture('request-family', 'generic', encodeMessage(request, 1)))
  t.deepEqual(decodeFamily(messagesOf('reply-family')[0] ?? (t.fail() as never)), {
    id: 0x23,
    name: 'IPVS',
  })
})

test('another type, another command or a broken answer is no family', t => {
  const [answer] = messagesOf('reply-family')
  if (answer === undefined) return t.fail()
  t.is(decodeFamily({ ...answer, type: 0x11 }), undefined)
  t.is(
    decodeFamily({ ...answer, payload: Uint8Array.from([3, ...answer.payload.slice(1)]) }),
    undefined,
  )
  neverThrows(t, [answer], decodeFamily)
  neverThrows(t, [answer], decodeGeneric)
})
