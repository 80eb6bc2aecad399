/** One virtual router as RFC 9568 section 6 describes it, and the shape of its rules. */

import { item } from '../never.ts'
import type { Duration, Instant } from '../units.ts'
import type { Address } from '../wire/address.ts'
import type { Version } from '../wire/vrrp.ts'

export type Role = 'initialize' | 'backup' | 'active'

/** The state of section 6.4 with the parameters of section 6.1 that the rules read. */
export interface Router {
  role: Role
  /** Of the protocol: what it sends, and all that it hears. */
  readonly version: Version
  readonly priority: number
  /** Preempt_Mode. */
  readonly preempt: boolean
  /** Advertisement_Interval: our own, which we send. */
  readonly own_interval: Duration
  /** Active_Adver_Interval: learned from the active router. */
  interval: Duration
  /** The interface's primary IPv4 address, or its link-local one of IPv6; 0: none. */
  readonly address: Address
  /** Active_Down_Timer; undefined: not running. */
  downAt: Instant | undefined
  /** Adver_Timer; undefined: not running. */
  advertAt: Instant | undefined
}

/** What the rules need to know of an advertisement that passed the receive checks. */
export interface Heard {
  readonly source: Address
  readonly priority: number
  readonly interval: Duration
}

/**
 * What a rule asks of the instance and of its group. A rule does not change the role by itself:
 * the members of a group move together, so the group does it.
 */
export type Move =
  /** Send an advertisement. */
  | 'advertise'
  /** Become active: everyone listened for long enough. */
  | 'take'
  /** Become backup: a better router is active. */
  | 'yield'
  /** Become backup before anything is sent: our own loop was late. */
  | 'stalled'
  /** The active router gave up: the other members of the group need not wait longer. */
  | 'released'
  /** Another router claimed the VIPs: announce them again. */
  | 'announce'

/** `when` and `act` see the router, what was heard (undefined: a timer) and the time. */
export interface Rule<Input> {
  /** The id in the ledger, in the history and in the title of its test. */
  readonly id: string
  /** The section of RFC 9568. */
  readonly rfc: string
  readonly when: (router: Router, input: Input, at: Instant) => boolean
  /** Changes the router in place: with hundreds of instances copies of it would show. */
  readonly act: (router: Router, input: Input, at: Instant) => void
  readonly moves: readonly Move[]
}

export type Rules<Input> = Readonly<Record<Role, readonly Rule<Input>[]>>

export const always = () => true
export const ignore = () => {}

/**
 * Runs the first rule of the role that matches; gives it, for the moves that it asks for. The last
 * one of each role is unconditional.
 */
export function applyRules<Input>(
  rules: Rules<Input>,
  router: Router,
  input: Input,
  at: Instant,
): Rule<Input> {
  const ofRole = rules[router.role]
  // By index: this runs for each advert, and an iterator costs several times as much.
  for (let index = 0; index < ofRole.length; index += 1) {
    const rule = item(ofRole, index)
    if (!rule.when(router, input, at)) continue
    rule.act(router, input, at)
    return rule
  }
  throw new Error(`no rule of ${router.role} matched`)
}
