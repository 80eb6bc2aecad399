/**
 * RFC 5227 section 2.4, for an address that moves: somebody says that he has one of our VIPs.
 *
 * The active router defends a VIP and never gives it up because of such a claim, which anybody on
 * the segment can make. A backup owns nothing that it could defend.
 */

import { type Duration, seconds } from '../units.ts'
import type { Role } from './router.ts'

/** DEFEND_INTERVAL, RFC 5227 section 1.1: a VIP is announced because of claims so often at most. */
export const DEFEND_INTERVAL = seconds(10)

/** What the rules need to know of who says that he has a VIP. */
export interface Said {
  /** It came from this node's own MAC address. */
  readonly isOwn: boolean
  /** It came from where the active router, whichever it is, has the VIP. */
  readonly isRouter: boolean
  /** How long ago the VIP was last announced because of that; undefined: never. */
  readonly since_defence: Duration | undefined
}

/**
 * `answer`: the active router has it. `alarm`: a stranger has it. `defend`: and it is announced.
 * `later`: and it will be announced, when DEFEND_INTERVAL is over.
 */
export type NeighbourMove = 'ignore' | 'answer' | 'alarm' | 'defend' | 'later'

export interface NeighbourRule {
  readonly id: string
  /** The section of RFC 5227, or `none`. */
  readonly rfc: string
  readonly when: (said: Said) => boolean
  readonly move: NeighbourMove
}

const always = () => true
const isOwn = (said: Said) => said.isOwn
const isRouter = (said: Said) => said.isRouter

const listening: readonly NeighbourRule[] = [
  { id: 'C1', rfc: '2.4', when: isOwn, move: 'ignore' },
  { id: 'C2', rfc: 'none', when: isRouter, move: 'answer' },
  { id: 'C3', rfc: '2.1.1', when: always, move: 'alarm' },
]

/** The first rule of the role that matches; the last one is unconditional. */
export const onNeighbour: Readonly<Record<Role, readonly NeighbourRule[]>> = {
  initialize: listening,
  backup: listening,
  active: [
    { id: 'C4', rfc: '2.4', when: isOwn, move: 'ignore' },
    // Which of two routers has the VIP is decided by adverts and the heartbeat.
    { id: 'C5', rfc: 'none', when: isRouter, move: 'ignore' },
    {
      id: 'C6',
      rfc: '2.4',
      when: ({ since_defence }) => since_defence === undefined || since_defence >= DEFEND_INTERVAL,
      move: 'defend',
    },
    { id: 'C7', rfc: '2.4', when: always, move: 'later' },
  ],
}

/** What is to be done about it. */
export function judgeNeighbour(role: Role, said: Said): NeighbourMove {
  const rule = onNeighbour[role].find(({ when }) => when(said))
  if (rule === undefined) throw new Error(`no rule of ${role} matched`)
  return rule.move
}
