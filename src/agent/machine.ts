import type { Duration, Instant } from './units.ts'

/**
 * What the agent's core sees and says. The shell and the simulator both speak exactly this.
 *
 * Timers are state, not effects: the core names its next deadline, the shell holds one kernel
 * timer. An effect that can fail carries a ticket and gets exactly one `done`. Effects run in
 * list order. Bytes from the network reach the core as they came; a decoder returns a value or
 * the id of the rule that refused them.
 */
export interface Machine<State> {
  step(state: State, event: Event): readonly [State, readonly Effect[]]
  nextDeadline(state: State): Deadline | undefined
}

export interface Deadline {
  readonly at: Instant
  /** Which timer, for example `active_down front`: `explain` shows it. */
  readonly timer: string
}

/** Names one effect until its `done` has come. */
export type Ticket = number

/** An interface by its name in node.json. */
export type InterfaceName = string

export type Event = { readonly at: Instant } & (
  | { readonly kind: 'wake' } // a deadline has come; a spare one changes nothing
  | LinkEvent
  | { readonly kind: 'advert'; readonly interface: InterfaceName; readonly packet: Uint8Array } // a whole IPv4 packet, protocol 112
  | { readonly kind: 'done'; readonly ticket: Ticket; readonly errno: number } // 0 or a positive errno
  | {
      readonly kind: 'ipvs_table'
      readonly ticket: Ticket
      readonly services: readonly IpvsService[]
    }
  | { readonly kind: 'probe'; readonly probe: ProbeId; readonly errno: number } // 0: the connection was made
  | { readonly kind: 'command'; readonly client: ClientId; readonly request: unknown } // parsed JSON of one line
  | { readonly kind: 'stop' } // SIGTERM: release everything, then `exit`
)

/** What the kernel says of an interface: at start for each, then at each change. */
export interface LinkEvent {
  readonly kind: 'link'
  readonly interface: InterfaceName
  /** Administratively up and with carrier. */
  readonly up: boolean
  readonly mac: string
  /** The primary IPv4 address, which adverts are sent from; absent: none yet. */
  readonly address?: string
}

export type Effect =
  /** A whole Ethernet frame, through a packet socket. Nobody waits for it. */
  | { readonly kind: 'send'; readonly interface: InterfaceName; readonly frame: Uint8Array }
  /**
   * Opens or closes the VIPs of an instance in both directions, reads the kernel back, compares.
   * `done` with 0 says that the kernel was seen to hold it; EIO that the read-back differed.
   */
  | {
      readonly kind: 'flip'
      readonly ticket: Ticket
      readonly instance: string
      readonly to: 'open' | 'closed'
    }
  /**
   * Answered by one `ipvs_table`, or by `done` with an errno. Without a scope: the whole table.
   * An answer may hold more than was asked for; a service that it lacks is not in the kernel.
   */
  | { readonly kind: 'ipvs_read'; readonly ticket: Ticket; readonly scope?: IpvsScope }
  | {
      readonly kind: 'ipvs_apply'
      readonly ticket: Ticket
      readonly changes: readonly IpvsChange[]
    }
  /** Starts a TCP connection; answered by one `probe` unless it is cancelled. */
  | {
      readonly kind: 'probe_start'
      readonly probe: ProbeId
      readonly address: string
      readonly port: number
      readonly timeout: Duration
    }
  | { readonly kind: 'probe_cancel'; readonly probe: ProbeId }
  | { readonly kind: 'reply'; readonly client: ClientId; readonly answer: unknown }
  | Note
  | { readonly kind: 'exit'; readonly code: number }

/** An entry of the log and of the event stream. */
export interface Note {
  readonly kind: 'note'
  readonly level: 'info' | 'warning' | 'alarm'
  /** From the list in docs/status.md, for example `down_timer_expired`. */
  readonly reason: string
  /** Whom it concerns: an instance, a service, a real server, an interface. */
  readonly subject: string
  /** Evidence: flat, for a person and for a program. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
}

/** `services`: each service of the kernel without its destinations; keys: only these, if there. */
export type IpvsScope = 'services' | readonly IpvsServiceKey[]

export type ProbeId = number
export type ClientId = number

/** A virtual service as the kernel holds it. */
export interface IpvsService {
  readonly key: IpvsServiceKey
  readonly scheduler: string
  /** Without HASHED, which is the kernel's own. */
  readonly flags: number
  readonly timeout_s: number
  readonly destinations: readonly IpvsDestination[]
}

export interface IpvsServiceKey {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

export interface IpvsDestination {
  readonly address: string
  readonly port: number
  readonly forward: 'nat' | 'dr'
  readonly weight: number
  /** Only in what was read. */
  readonly active_connections?: number
  readonly inactive_connections?: number
}

export type IpvsChange =
  | { readonly kind: 'add_service' | 'set_service'; readonly service: IpvsService }
  | { readonly kind: 'delete_service'; readonly key: IpvsServiceKey }
  | {
      readonly kind: 'add_destination' | 'set_destination'
      readonly key: IpvsServiceKey
      readonly destination: IpvsDestination
    }
  | {
      readonly kind: 'delete_destination'
      readonly key: IpvsServiceKey
      readonly destination: Pick<IpvsDestination, 'address' | 'port'>
    }
