import type { ProbeId } from '../machine.ts'
import type { Duration, Instant } from '../units.ts'

export interface HealthState {
  /** One for each distinct check, however many real servers of however many services need it. */
  targets: readonly Target[]
  /** When each target has something to do; an entry that a target no longer means is skipped. */
  readonly agenda: Appointment[]
  /** By `<service> <real server>`, for example `tcp 192.0.2.100:80 10.77.0.21:80`: is down. */
  down: Record<string, true>
  /** Counts the probes started. */
  probes: number
  readonly counters: {
    started: number
    failed: number
    /** Ended without a verdict, because this node lacked the means. */
    unknown: number
    /** Never answered by the host. */
    lost: number
  }
}

export interface Appointment {
  readonly at: Instant
  readonly seq: number
  readonly target: number
}

export interface Target {
  readonly address: string
  readonly port: number
  readonly interval: Duration
  readonly timeout: Duration
  readonly fall: number
  readonly rise: number
  /** Real servers that this target speaks for: service and real server by index in the config. */
  uses: readonly { readonly service: number; readonly real: number }[]
  /** Counts as up until `fall` probes in a row have failed. */
  verdict: 'unknown' | 'up' | 'down'
  since: Instant
  failures: number
  successes: number
  /** The probe under way. */
  probe: ProbeId | undefined
  startedAt: Instant | undefined
  /** When to start the next probe, or to give up waiting for the one under way. */
  dueAt: Instant
  errno: number
  errorAt: Instant | undefined
}
