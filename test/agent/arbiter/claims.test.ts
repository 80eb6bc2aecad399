import test from 'ava'
import { grantIfAsked } from '../../../src/agent/arbiter/claims.ts'
import type { GroupReport } from '../../../src/agent/wire/heartbeat-body.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { peerSays } from '../../support/peer-says.ts'
import { newRig } from '../../support/rig.ts'

/** What a group in its startup hold, in term 7, grants to a peer that says this. */
function grantedTo(said: Partial<GroupReport>) {
  const rig = newRig(pairConfigs({ paths: ['line'] })[0]).toBackup()
  const { state, now } = rig
  const [group] = state.groups
  const [arbiter] = state.arbiter.groups
  if (group === undefined || arbiter === undefined) throw new Error('there is a group')
  arbiter.term = 7
  peerSays(rig, { claims: true, cause: 1, ...said })
  grantIfAsked({ at: now, state, effects: [] }, group, arbiter)
  return { granted: arbiter.granting ? arbiter.grant?.term : undefined, term: arbiter.term }
}

test('a claim is granted in its term, which is ours from then on', t => {
  t.deepEqual(grantedTo({ term: 8 }), { granted: 8, term: 8 })
  t.deepEqual(grantedTo({ term: 7 }), { granted: 7, term: 7 })
})

test('an old claim is not granted, and our term stays', t => {
  t.deepEqual(grantedTo({ term: 6 }), { granted: undefined, term: 7 })
  t.deepEqual(grantedTo({ claims: false }), { granted: undefined, term: 7 })
})
