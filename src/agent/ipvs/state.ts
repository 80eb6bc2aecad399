import type { IpvsScope, IpvsService, IpvsServiceKey, Ticket } from '../machine.ts'
import type { Instant } from '../units.ts'

/** What the director wants the kernel to hold, and what the kernel was seen to hold. */
export interface IpvsState {
  /** By `nameOfKey`: after the health of the real servers. */
  desired: Record<string, IpvsService>
  /** By `nameOfKey`: as last read. Undefined: nothing was read yet. */
  actual: Record<string, IpvsService> | undefined
  /** Every service of the config, in slices for the audit. */
  slices: readonly (readonly IpvsServiceKey[])[]
  /** The next slice; one past the end: the list of services. */
  cursor: number
  /** By `nameOfKey`: services to look at as soon as the kernel is not busy. */
  dirty: Record<string, IpvsServiceKey>
  /** What the kernel is busy with; undefined: nothing. */
  busy: Busy | undefined
  /** Requests in a row that failed. */
  failures: number
  /** Batches of changes in a row after which the kernel still read back otherwise. */
  rounds: number
  errno: number
  /**
   * When the kernel was first seen to hold every service. One real server that the kernel refuses
   * is an alarm, but does not keep the others from being served.
   */
  loadedAt: Instant | undefined
  /** When the whole table was first seen to be right. */
  verifiedAt: Instant | undefined
  /** When the kernel was last read without a difference. */
  matchedAt: Instant | undefined
  /** When to go on: the next look of the audit, or a new try. */
  nextAt: Instant | undefined
  /** Real servers that nobody wants and that still have connections: since when they drain. */
  readonly draining: Record<string, Instant>
  /** Real servers that a reload took out, likewise: that they go is no surprise. */
  leaving: Record<string, true>
  readonly counters: {
    reads: number
    applies: number
    changes: number
    /** Differences that we had not made ourselves. */
    repairs: number
    failures: number
  }
}

export interface Busy {
  readonly ticket: Ticket
  readonly doing: 'read' | 'apply'
  /** What is read, or what the changes touch. Undefined: the whole table. */
  readonly scope: IpvsScope | undefined
  readonly dueAt: Instant
  /** Whether a difference would be a surprise, because nothing is under way. */
  readonly auditing: boolean
}
