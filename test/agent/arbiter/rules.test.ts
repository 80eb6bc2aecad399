import test from 'ava'
import { arbitrate, type Guard, guards } from '../../../src/agent/arbiter/rules.ts'
import type { View } from '../../../src/agent/arbiter/view.ts'

// Nothing is known of anybody; each case says what differs.
const quiet: View = {
  role: 'backup',
  ...{ isHeld: false, isOffering: false, isWanted: false, isAutomatic: false },
  ...{ isAlive: false, peerRole: 'initialize', isPeerClosed: true, canPeerTake: false },
  ...{
    isPeerStopping: false,
    isLate: false,
    isPeerHolding: false,
    isCold: false,
    isJustBack: false,
    isPeerOffering: false,
    peerClaim: undefined,
    isPeerDeaf: false,
  },
  ...{ isSameConfig: true, outranks: false, isClaiming: false, isGranted: false },
  ...{ hasGranted: false, isSilent: true, isOtherHeard: false, isLowerHeard: false },
  ...{ mayPeerServe: false, isAsking: false, isAnswered: false },
  ...{ stranger: 'none', reachesMore: false, reachesLess: false, peerReachesLess: false },
  ...{ isCutOff: false, mayServeCutOff: false, fencing: 'none' },
}

const peer = (fields: Partial<View>): Partial<View> => ({ isAlive: true, ...fields })
const active = (fields: Partial<View>) => ({ role: 'active' as const, ...fields })

// The rule that decides, what it does, and the nearest view in which it does not decide.
const cases: readonly (readonly [string, Guard['act']['do'], Partial<View>, Partial<View>])[] = [
  ['G1', 'grant', peer({ peerClaim: 'ownerless' }), { peerClaim: 'ownerless' }],
  ['G2', 'wait', { hasGranted: true }, {}],
  ['G3', 'wait', { isHeld: true }, {}],
  ['G4', 'take', peer({ isClaiming: true, isGranted: true }), peer({ isClaiming: true })],
  [
    'G5',
    'persist',
    peer({ isClaiming: true, isPeerClosed: false }),
    peer({ isClaiming: true, peerRole: 'active' }),
  ],
  [
    'G6',
    'claim',
    peer({ peerRole: 'active', isPeerOffering: true }),
    peer({ peerRole: 'backup', isPeerOffering: true }),
  ],
  ['G7', 'claim', peer({ peerRole: 'active', isWanted: true }), peer({ isWanted: true })],
  ['G8', 'claim', peer({ peerRole: 'active', reachesMore: true }), peer({ reachesMore: true })],
  [
    'G9',
    'wait',
    peer({ peerRole: 'active', isAutomatic: true, outranks: true, isSameConfig: false }),
    peer({ peerRole: 'active', isAutomatic: true, outranks: true }),
  ],
  [
    'G26',
    'wait',
    peer({ peerRole: 'active', isAutomatic: true, outranks: true, reachesLess: true }),
    peer({ peerRole: 'active', isAutomatic: true, outranks: true }),
  ],
  [
    'G10',
    'claim',
    peer({ peerRole: 'active', isAutomatic: true, outranks: true }),
    peer({ peerRole: 'active', isAutomatic: true }),
  ],
  ['G11', 'wait', peer({ peerRole: 'active' }), peer({ peerRole: 'backup' })],
  ['G12', 'wait', peer({ isOtherHeard: true }), { isOtherHeard: true }],
  ['G13', 'wait', peer({ isPeerClosed: false }), peer({})],
  ['G14', 'take', peer({ isPeerStopping: true }), peer({ isPeerStopping: true, isLate: true })],
  [
    'G24',
    'wait',
    peer({ isCold: true, isPeerHolding: true }),
    peer({ isCold: true, isPeerHolding: true, outranks: true }),
  ],
  ['G15', 'claim', peer({}), {}],
  ['G25', 'wait', { isJustBack: true }, {}],
  ['G16', 'wait', { isSilent: false }, {}],
  ['G17', 'wait', { stranger: 'active' }, { stranger: 'present' }],
  ['G18', 'wait', { isLowerHeard: true, stranger: 'present' }, { isLowerHeard: true }],
  ['G19', 'wait', { isCutOff: true }, { isCutOff: true, mayServeCutOff: true }],
  ['G29', 'wait', { mayPeerServe: true }, {}],
  ['G27', 'wait', { isAnswered: true }, {}],
  ['G28', 'wait', { isAsking: true }, {}],
  ['G20', 'fence', { fencing: 'needed' }, { fencing: 'done' }],
  ['G21', 'wait', { fencing: 'running' }, { fencing: 'done' }],
  ['G22', 'wait', { fencing: 'failed' }, { fencing: 'done' }],
  ['G23', 'take', {}, { isHeld: true }],
  [
    'K1',
    'yield',
    active(peer({ peerRole: 'active' })),
    active(peer({ peerRole: 'active', outranks: true })),
  ],
  [
    'K2',
    'release',
    active(peer({ peerClaim: 'offered', isOffering: true })),
    active(peer({ peerClaim: 'offered' })),
  ],
  ['K3', 'release', active(peer({ peerClaim: 'operator' })), active({ peerClaim: 'operator' })],
  [
    'K4',
    'release',
    active(peer({ peerClaim: 'failback' })),
    active(peer({ peerClaim: 'failback', outranks: true })),
  ],
  [
    'K5',
    'release',
    active(peer({ peerClaim: 'reach', reachesLess: true })),
    active(peer({ peerClaim: 'reach' })),
  ],
  [
    'K6',
    'yield',
    active(peer({ isPeerDeaf: true, canPeerTake: true })),
    active(peer({ isPeerDeaf: true })),
  ],
  ['K7', 'yield', active({ isCutOff: true }), active(peer({ isCutOff: true }))],
  ['K8', 'keep', active({}), active({ isCutOff: true })],
]

for (const [id, act, fires, near] of cases) {
  test(`${id} decides its case, to ${act}, and not the nearest other one`, t => {
    const rule = arbitrate({ ...quiet, ...fires })
    t.is(rule.id, id)
    t.is(rule.act.do, act)
    t.not(arbitrate({ ...quiet, ...near }).id, id)
  })
}

test('every rule has its case, and the last one of each role is unconditional', t => {
  const ids = Object.values(guards).flatMap(rules => rules.map(({ id }) => id))
  t.deepEqual(
    cases.map(([id]) => id),
    ids,
  )
  for (const rules of Object.values(guards)) t.true(rules.at(-1)?.when(quiet))
})

test('a failback is given only to a peer of the same configuration that reaches no less', t => {
  const asked = active(peer({ peerClaim: 'failback' }))
  t.is(arbitrate({ ...quiet, ...asked }).id, 'K4')
  t.is(arbitrate({ ...quiet, ...asked, peerReachesLess: true }).id, 'K8')
  t.is(arbitrate({ ...quiet, ...asked, isSameConfig: false }).id, 'K8')
})

test('a backup never takes while the peer is alive but by its grant, or when it stops', t => {
  const flags = Object.keys(quiet).filter(key => typeof quiet[key as keyof View] === 'boolean')
  for (let bits = 0; bits < 20_000; bits += 1) {
    const view = { ...quiet } as Record<string, unknown>
    flags.forEach((key, at) => {
      view[key] = ((Math.imul(bits + 1, 2_654_435_761) >>> at) & 1) === 1
    })
    const seen = { ...(view as unknown as View), isAlive: true }
    if (arbitrate(seen).act.do !== 'take') continue
    t.true(seen.isGranted || (seen.isPeerStopping && seen.isPeerClosed))
  }
  t.pass()
})
