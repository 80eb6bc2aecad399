/** All that the director remembers. Plain data; `step` owns it and changes it in place. */

import type { NodeConfig } from '../model/node-config.ts'
import type { ArbiterState } from './arbiter/state.ts'
import type { Hash } from './hash.ts'
import type { HealthState } from './health/state.ts'
import type { ConnectivityState } from './heartbeat/connectivity.ts'
import type { HeartbeatState } from './heartbeat/state.ts'
import type { IpvsState } from './ipvs/state.ts'
import type { Effect, Note } from './machine.ts'
import type { Reason } from './reasons.ts'
import type { Soonest } from './soonest.ts'
import type { Instant } from './units.ts'
import type { GroupState, InstanceState, InterfaceState, VipChange } from './vrrp/state.ts'

export interface DirectorState {
  /** Another one from a reload on. */
  config: NodeConfig
  readonly version: string
  readonly startedAt: Instant
  /** `loading` until VIPs are seen closed and IPVS is read back; then the startup hold begins. */
  phase: 'loading' | 'listening' | 'stopping' | 'stopped'
  listeningAt: Instant | undefined
  /** While stopping: when to give up waiting for the kernel. */
  stopAt: Instant | undefined
  /** The next deadline since the last step, where it was asked for since. */
  readonly next: Soonest
  isNextKnown: boolean
  /** As above, of what may change a decision: not of our adverts, pings and probes. */
  nextToJudge: number
  /** Counts the tickets given out. */
  tickets: number
  readonly interfaces: readonly InterfaceState[]
  readonly instances: readonly InstanceState[]
  readonly groups: readonly GroupState[]
  /** VIPs that a reload changes, until the kernel holds them. */
  changing: VipChange[]
  readonly ipvs: IpvsState
  /** Functions, and so the one thing here that is no plain data. */
  readonly hash: Hash
  readonly heartbeat: HeartbeatState | undefined
  readonly connectivity: readonly ConnectivityState[]
  readonly arbiter: ArbiterState
  readonly health: HealthState
  readonly loop: LoopState
}

export interface LoopState {
  /** How late the latest wake since the start was, in microseconds. */
  late_us_max: number
  stale_answers: number
  /** When the latest step was. */
  steppedAt: Instant
  /** How often the supervisor had to close the VIPs because the loop was silent. */
  stalls: number
  /** Gratuitous ARP of all instances share one pace: the window, and what went out in it. */
  arpWindowAt: Instant
  arps_in_window: number
}

/** One step: what the functions below it share. */
export interface Turn {
  readonly at: Instant
  readonly state: DirectorState
  readonly effects: Effect[]
}

/** Adds an entry of the log and of the event stream. */
export function note(
  turn: Turn,
  level: Note['level'],
  reason: Reason,
  subject: string,
  facts?: Note['facts'],
): void {
  turn.effects.push(
    facts === undefined
      ? { kind: 'note', level, reason, subject }
      : { kind: 'note', level, reason, subject, facts },
  )
}

// The slot says whose answer a ticket awaits: 0 is IPVS, above it the instances.
const SLOTS = 4_096

/** A new ticket. `slot` 0 is IPVS, 1 and above an instance by its index plus 1. */
export function newTicket(state: DirectorState, slot: number): number {
  state.tickets += 1
  return state.tickets * SLOTS + slot
}

export const slotOf = (ticket: number) => ticket % SLOTS
