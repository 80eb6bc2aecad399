import test from 'ava'
import { type GroupArbiter, newArbiter } from '../../../src/agent/arbiter/state.ts'
import { hasClaimed, isGranted, peerClaim } from '../../../src/agent/arbiter/terms.ts'
import { after, instant, milliseconds } from '../../../src/agent/units.ts'
import { CAUSES, type GroupReport } from '../../../src/agent/wire/heartbeat-body.ts'

const NOW = instant(60_000_000)

const arbiterWith = (fields: Partial<GroupArbiter>): GroupArbiter => {
  const [arbiter] = newArbiter(1, NOW).groups
  if (arbiter === undefined) throw new Error('one group was asked for')
  return Object.assign(arbiter, fields)
}

const says = (fields: Partial<GroupReport>): GroupReport => ({
  ...{ index: 0, role: 'backup', isClosed: true, canTake: true, claims: false, grants: false },
  ...{ offers: false, isInhibited: false, cause: 0, term: 7, priority: 100, advert_age: 0 },
  ...fields,
})

test('a claim counts in our term and in a newer one, whatever its number', t => {
  const claims = (own: number, term: number) =>
    hasClaimed(arbiterWith({ term: own }), says({ claims: true, term }))
  t.true(claims(7, 7))
  t.true(claims(7, 8))
  t.false(claims(7, 6))
  // Terms go round, RFC 1982.
  t.true(claims(65_535, 0))
  t.false(claims(0, 65_535))
  t.false(hasClaimed(arbiterWith({ term: 7 }), says({})))
})

test('what the peer claims for is known until the grant for its term is over', t => {
  const claim = says({ claims: true, cause: CAUSES.failback })
  const asked = (fields: Partial<GroupArbiter>) => peerClaim(arbiterWith(fields), claim, NOW)
  const grant = (length_ms: number, term = 7) => ({
    term: 7,
    grant: { term, until: after(NOW, milliseconds(length_ms)) },
  })
  t.is(asked({ term: 7 }), 'failback')
  t.is(asked({ term: 8 }), undefined)
  t.is(asked(grant(1)), 'failback')
  t.is(asked(grant(0)), undefined)
  t.is(asked(grant(0, 6)), 'failback')
  t.is(peerClaim(arbiterWith({}), undefined, NOW), undefined)
})

test('a grant counts for our claim in its term, with VIPs closed, until the claim is void', t => {
  const claim = { cause: 'ownerless', term: 7, at: NOW } as const
  const granted = (fields: Partial<GroupReport>, length_ms = 0) => {
    const report = says({ grants: true, ...fields })
    return isGranted(arbiterWith({ claim }), report, after(NOW, milliseconds(length_ms)))
  }
  t.true(granted({}))
  t.true(granted({}, 699))
  t.false(granted({}, 700))
  t.false(granted({ term: 6 }))
  t.false(granted({ term: 8 }))
  t.false(granted({ isClosed: false }))
  t.false(granted({ grants: false }))
  t.false(isGranted(arbiterWith({}), says({ grants: true }), NOW))
  t.false(isGranted(arbiterWith({ claim }), undefined, NOW))
})
