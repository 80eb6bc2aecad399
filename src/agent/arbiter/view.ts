/** What the rules look at: facts, each with one meaning, collected from the whole state. */

import type { Role } from '../vrrp/router.ts'
import type { WireRole } from '../wire/heartbeat.ts'
import type { Cause } from '../wire/heartbeat-body.ts'

export interface View {
  readonly role: Role
  /** The operator keeps the group from taking over. */
  readonly isHeld: boolean
  /** The operator wants the group to be handed over. */
  readonly isOffering: boolean
  /** The operator wants the group here. */
  readonly isWanted: boolean
  /** failback: automatic. */
  readonly isAutomatic: boolean

  /** The peer is heard by the heartbeat, verified, on any path. */
  readonly isAlive: boolean
  /** The rest of the peer is what it said last, and counts only while it is alive. */
  readonly peerRole: WireRole
  readonly isPeerClosed: boolean
  readonly canPeerTake: boolean
  readonly isPeerStopping: boolean
  /** Its startup hold runs, and nothing else stands against it. */
  readonly isPeerHolding: boolean
  /** This node's loop was late by more than an interval: what it reads may be old. */
  readonly isLate: boolean
  /** This node's loop has just gone on after so long that paths died unread. */
  readonly isJustBack: boolean
  readonly isPeerOffering: boolean
  /** It claims, in a term that is not over. */
  readonly peerClaim: Cause | undefined
  /** It hears nothing of us any more, neither frames nor adverts. */
  readonly isPeerDeaf: boolean
  readonly isSameConfig: boolean
  /** Of the two, this node is the one to be active. */
  readonly outranks: boolean

  /** Nobody was active since this node started, and its wait for the peer is not over. */
  readonly isCold: boolean

  /** This node claims. */
  readonly isClaiming: boolean
  /** The peer grants that claim, in time. */
  readonly isGranted: boolean
  /** This node granted a claim of the peer, and that still binds it. */
  readonly hasGranted: boolean

  /** VRRP: the timer of each member has run out. */
  readonly isSilent: boolean
  /** VRRP: an active router that is not the peer is heard. */
  readonly isOtherHeard: boolean
  /** VRRP: the timers ran out although an active router of lower priority is heard. */
  readonly isLowerHeard: boolean
  /** A peer that was stalled after its last frame need not be closed by its supervisor yet. */
  readonly mayPeerServe: boolean
  /** The VIPs were not yet asked for, or the time to answer is not over. */
  readonly isAsking: boolean
  /** A VIP has just answered at its virtual MAC address. */
  readonly isAnswered: boolean
  /** Frames that cannot be verified: none lately, some, or some that say active on the line. */
  readonly stranger: 'none' | 'present' | 'active'

  /** Connectivity groups: this node reaches more of them than the peer for long enough. */
  readonly reachesMore: boolean
  readonly reachesLess: boolean
  /** By its last report alone. */
  readonly peerReachesLess: boolean
  /** This node reaches none of the groups that it has. */
  readonly isCutOff: boolean
  readonly mayServeCutOff: boolean
  readonly fencing: 'none' | 'needed' | 'running' | 'done' | 'failed'
}
