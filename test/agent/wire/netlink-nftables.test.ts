import test from 'ava'
import { encodeMessage } from '../../../src/agent/wire/netlink.ts'
import {
  batch,
  decodeIngressChain,
  deleteTable,
  dumpChains,
  getChain,
  newClosedChain,
  newTable,
  setPolicy,
} from '../../../src/agent/wire/netlink-nftables.ts'
import { isAsFixture } from '../../support/netlink-fixture.ts'
import { messagesOf, neverThrows, sameAsPeer } from '../../support/netlink-peer.ts'

const zeroCounters = {
  NFTA_CHAIN_COUNTERS: { BYTES: '0000000000000000', PACKETS: '0000000000000000' },
}

test('the table, the chain and its policy are sent as nft sends them, with counters', t => {
  sameAsPeer(t, 'netfilter', 'peer-table-add', newTable('director'), { 2: undefined })
  const chain = newClosedChain('director', 'vr4.10.2', 'vr4.10.2')
  sameAsPeer(t, 'netfilter', 'peer-chain-add', chain, zeroCounters)
  const open = setPolicy('director', 'vr4.10.2', 'accept')
  sameAsPeer(t, 'netfilter', 'peer-policy-accept', open)
})

test('a batch begins and ends as that of nft', t => {
  const sent = batch([newTable('director')])
  const peer = messagesOf('peer-table-add')
  t.deepEqual(
    sent.map(({ type }) => type),
    peer.map(({ type }) => type),
  )
  t.deepEqual(sent[0]?.payload, peer[0]?.payload.slice())
  t.deepEqual(sent.at(-1)?.payload, peer.at(-1)?.payload.slice())
})

test('closing sets the counters to zero, opening leaves them', t => {
  const bytes = (policy: 'accept' | 'drop') =>
    encodeMessage(setPolicy('director', 'vr4.10.2', policy), 1)
  t.true(isAsFixture('request-policy-accept', 'netfilter', bytes('accept')))
  t.true(isAsFixture('request-policy-drop', 'netfilter', bytes('drop')))
})

test('every other request has the bytes of its fixture', t => {
  for (const [name, request] of [
    ['table-add', newTable('director')],
    ['table-delete', deleteTable('director')],
    ['chain-add', newClosedChain('director', 'vr4.10.2', 'vr4.10.2')],
    ['chain', getChain('director', 'vr4.10.2')],
    ['chains', dumpChains()],
  ] as const) {
    t.true(isAsFixture(`request-${name}`, 'netfilter', encodeMessage(request, 1)), name)
  }
})

test('a chain is read with its device, its policy and what it has counted', t => {
  t.deepEqual(
    messagesOf('reply-chains').flatMap(each => decodeIngressChain(each) ?? []),
    [
      {
        ...{ table: 'director', name: 'vr4.10.2', device: 'vr4.10.2', policy: 'accept' as const },
        ...{ frames: 0, bytes: 0 },
      },
    ],
  )
  const own = newClosedChain('director', 'vr4.10.2', 'vr4.10.2')
  t.like(decodeIngressChain({ ...own, sequence: 1, port: 0 }), { policy: 'drop', frames: 0 })
})

test('chains of other families and broken ones are undefined', t => {
  const [chain] = messagesOf('reply-chains')
  if (chain === undefined) return t.fail()
  neverThrows(t, [chain], decodeIngressChain)
  const payload = Uint8Array.from([2, ...chain.payload.slice(1)])
  t.is(decodeIngressChain({ ...chain, payload }), undefined)
})
