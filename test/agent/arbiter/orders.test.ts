import test from 'ava'
import type { OrderAnswer } from '../../../src/agent/control/order.ts'
import { type PairOptions, pairConfigs } from '../../../src/sim/pair.ts'
import { peerSays } from '../../support/peer-says.ts'
import { answerIn, newRig, type Rig } from '../../support/rig.ts'

const AUTOMATIC: PairOptions = { paths: ['line'], failback: 'automatic' }

/** A backup of priority 200 whose peer is active, of this priority. */
function below(priority: number, pair: PairOptions = AUTOMATIC): Rig {
  const rig = newRig(pairConfigs(pair)[0]).toBackup()
  peerSays(rig, { role: 'active', isClosed: false, priority })
  return rig
}

function takeover(rig: Rig, force = false) {
  const said = answerIn(rig.ask({ command: 'takeover', force })) as OrderAnswer
  return said.groups[0]
}

test('takeover is refused where the peer would take the group back at once', t => {
  const said = takeover(below(250))
  t.like(said, { outcome: 'refused', reason: 'peer_fails_back', facts: { peer_says: 'active' } })
  t.regex(said?.remedy ?? '', /standby` on the active node/)
})

test('takeover is refused where the peer reaches more, and so would ask for the group', t => {
  const rig = below(100, { paths: ['line'], targets: ['192.0.2.1'] })
  const reaches = () =>
    peerSays(rig, { role: 'active', isClosed: false }, { reach: 1, reach_of: 1 })
  reaches()
  const said = takeover(rig)
  t.like(said, { outcome: 'refused', reason: 'peer_reaches_more' })
  t.regex(said?.remedy ?? '', /standby` on the active node/)
  reaches()
  for (const group of rig.state.connectivity) group.isUp = true
  t.like(takeover(rig), { outcome: 'begun', reason: 'operator_takeover' })
})

test('takeover is begun where the peer leaves the group here', t => {
  const begun = { outcome: 'begun', reason: 'operator_takeover' } as const
  t.like(takeover(below(100)), begun, 'it does not outrank us')
  t.like(takeover(below(250, { ...AUTOMATIC, failback: 'manual' })), begun, 'it waits for an order')
  const other = below(250)
  peerSays(other, { role: 'active', isClosed: false, priority: 250 }, { digest: 1 })
  t.like(takeover(other), begun, 'it has another configuration')
  const free = below(250)
  peerSays(free, { role: 'backup', priority: 250 })
  t.like(takeover(free), begun, 'it is not active')
  const blind = below(250, { ...AUTOMATIC, targets: ['192.0.2.1'] })
  for (const group of blind.state.connectivity) group.isUp = true
  t.like(takeover(blind), { outcome: 'refused' }, 'nothing is known of what it reaches')
  peerSays(blind, { role: 'active', isClosed: false, priority: 250 }, { reach_of: 1 })
  t.like(takeover(blind), begun, 'it reaches less')
})

test('a takeover that the peer would undo is begun if it is forced', t => {
  t.like(takeover(below(250), true), { outcome: 'begun', reason: 'operator_takeover' })
})
