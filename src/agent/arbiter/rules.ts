/**
 * The guarded arbitration: whether a group is active here, by VRRP and every path together.
 *
 * While any path says how the peer is, VRRP's timers decide nothing: a takeover is claimed and
 * granted, or the peer has said that it is not ready. When every path is silent VRRP decides, held
 * back by what is still known. The first rule of the role that matches wins; the last one of each
 * role is unconditional. `docs/heartbeat.md` has the reasons in words.
 */

import type { Reason } from '../reasons.ts'
import type { Cause } from '../wire/heartbeat-body.ts'
import type { View } from './view.ts'

/** `silence`: VRRP's own reason, which says how the timers came to run out. */
export type Because = Reason | 'silence' | 'claim'

export type Act =
  /** Stay backup. */
  | { readonly do: 'wait' }
  /** Stay backup and let the peer take over. */
  | { readonly do: 'grant' }
  /** Stay backup, the claim stands. */
  | { readonly do: 'persist' }
  /** Ask the peer. */
  | { readonly do: 'claim'; readonly cause: Cause }
  | { readonly do: 'take' }
  | { readonly do: 'fence' }
  /** Stay active. */
  | { readonly do: 'keep' }
  /** Close, then let the peer take over. */
  | { readonly do: 'release' }
  /** Close: the peer is active already, or nobody shall be. */
  | { readonly do: 'yield' }

export interface Guard {
  readonly id: string
  readonly when: (view: View) => boolean
  readonly act: Act
  readonly because: Because
}

const always = () => true
const claim = (cause: Cause): Act => ({ do: 'claim', cause })
const [wait, take, keep] = [{ do: 'wait' }, { do: 'take' }, { do: 'keep' }] as const
const [release, give] = [{ do: 'release' }, { do: 'yield' }] as const

/** A group that listens: may it take over? */
const backup: readonly Guard[] = [
  {
    id: 'G1',
    when: v => v.isAlive && v.peerClaim !== undefined && !(v.isClaiming && v.outranks),
    act: { do: 'grant' },
    because: 'peer_claims',
  },
  { id: 'G2', when: v => v.hasGranted, act: wait, because: 'peer_claims' },
  { id: 'G3', when: v => v.isHeld, act: wait, because: 'in_standby' },

  // The peer is heard: nothing happens but with its word.
  { id: 'G4', when: v => v.isAlive && v.isGranted, act: take, because: 'claim' },
  {
    id: 'G5',
    when: v => v.isAlive && v.isClaiming && v.peerRole !== 'active',
    act: { do: 'persist' },
    because: 'peer_not_active',
  },
  {
    id: 'G6',
    when: v => v.isAlive && v.peerRole === 'active' && v.isPeerOffering,
    act: claim('offered'),
    because: 'peer_offers',
  },
  {
    id: 'G7',
    when: v => v.isAlive && v.peerRole === 'active' && v.isWanted,
    act: claim('operator'),
    because: 'operator_takeover',
  },
  {
    id: 'G8',
    when: v => v.isAlive && v.peerRole === 'active' && v.reachesMore,
    act: claim('reach'),
    because: 'reaches_more',
  },
  {
    id: 'G9',
    when: v => isFailback(v) && !v.isSameConfig,
    act: wait,
    because: 'config_differs',
  },
  // Who reaches less would be asked to give the group back at once.
  {
    id: 'G26',
    when: v => isFailback(v) && v.reachesLess,
    act: wait,
    because: 'reaches_less',
  },
  { id: 'G10', when: v => isFailback(v), act: claim('failback'), because: 'failback' },
  {
    id: 'G11',
    when: v => v.isAlive && v.peerRole === 'active',
    act: wait,
    because: 'peer_active',
  },
  { id: 'G12', when: v => v.isAlive && v.isOtherHeard, act: wait, because: 'active_heard' },
  { id: 'G13', when: v => v.isAlive && !v.isPeerClosed, act: wait, because: 'peer_not_closed' },
  // A node that stops comes back as another one, which has to ask.
  {
    id: 'G14',
    when: v => v.isAlive && v.isPeerStopping && !v.isLate,
    act: take,
    because: 'peer_stopping',
  },
  // After a cold start the better one is worth the short wait; later nobody waits for a hold.
  {
    id: 'G24',
    when: v => v.isAlive && v.isCold && v.isPeerHolding && !v.outranks,
    act: wait,
    because: 'cold_start',
  },
  { id: 'G15', when: v => v.isAlive, act: claim('ownerless'), because: 'peer_not_active' },

  // Every path is silent: VRRP decides, held back by what is known.
  // A node that was stalled for long has not read yet what the peer said.
  { id: 'G25', when: v => v.isJustBack, act: wait, because: 'loop_late' },
  { id: 'G16', when: v => !v.isSilent, act: wait, because: 'active_heard' },
  { id: 'G17', when: v => v.stranger === 'active', act: wait, because: 'stranger_active' },
  {
    id: 'G18',
    when: v => v.isLowerHeard && v.stranger === 'present',
    act: wait,
    because: 'stranger_present',
  },
  { id: 'G19', when: v => v.isCutOff && !v.mayServeCutOff, act: wait, because: 'cut_off' },
  { id: 'G29', when: v => v.mayPeerServe, act: wait, because: 'peer_may_serve' },
  // Whoever answers at the virtual MAC serves the VIP, though nothing of it is heard.
  { id: 'G27', when: v => v.isAnswered, act: wait, because: 'vip_answers' },
  { id: 'G28', when: v => v.isAsking, act: wait, because: 'vip_asked' },
  { id: 'G20', when: v => v.fencing === 'needed', act: { do: 'fence' }, because: 'fencing' },
  { id: 'G21', when: v => v.fencing === 'running', act: wait, because: 'fencing' },
  { id: 'G22', when: v => v.fencing === 'failed', act: wait, because: 'fencing_failed' },
  { id: 'G23', when: always, act: take, because: 'silence' },
]

/** A group that is active: may it stay so? */
const active: readonly Guard[] = [
  {
    id: 'K1',
    when: v => v.isAlive && v.peerRole === 'active' && !v.outranks,
    act: give,
    because: 'peer_outranks',
  },
  {
    id: 'K2',
    when: v => v.isAlive && v.peerClaim === 'offered' && v.isOffering,
    act: release,
    because: 'operator_standby',
  },
  {
    id: 'K3',
    when: v => v.isAlive && v.peerClaim === 'operator',
    act: release,
    because: 'peer_takeover',
  },
  {
    id: 'K4',
    when: v => v.isAlive && v.peerClaim === 'failback' && mayPeerFailBack(v),
    act: release,
    because: 'peer_failback',
  },
  {
    id: 'K5',
    when: v => v.isAlive && v.peerClaim === 'reach' && v.reachesLess,
    act: release,
    because: 'peer_reaches_more',
  },
  {
    id: 'K6',
    when: v => v.isAlive && v.isPeerDeaf && v.canPeerTake,
    act: give,
    because: 'peer_deaf',
  },
  {
    id: 'K7',
    when: v => !v.isAlive && v.isCutOff && !v.mayServeCutOff,
    act: give,
    because: 'cut_off',
  },
  { id: 'K8', when: always, act: keep, because: 'active_alone' },
]

/** The rules by role. A group that may not serve has none: its own state holds it back. */
export const guards = { backup, active } as const

/** The rule that decides, of the group's role. */
export function arbitrate(view: View): Guard {
  const rules = view.role === 'active' ? guards.active : guards.backup
  for (const rule of rules) if (rule.when(view)) return rule
  throw new Error('no rule of the arbitration matched')
}

const isFailback = (v: View) => v.isAlive && v.peerRole === 'active' && v.isAutomatic && v.outranks

/**
 * Whether the peer gets the group when it asks for a failback. Who reaches less would be asked to
 * give it back: 1.0 asks for it all the same.
 */
export const mayPeerFailBack = (v: View): boolean =>
  !v.outranks && v.isSameConfig && !v.peerReachesLess
