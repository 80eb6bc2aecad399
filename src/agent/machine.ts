import type { NodeConfig } from '../model/node-config.ts'
import type { LineCounters } from './line-counters.ts'
import type { ReloadEvent } from './reload-event.ts'
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
  /** Which timer and whose, for example `active_down` of `front`: `explain` shows it. */
  readonly timer: string
  readonly subject: string
}

/** Names one effect until its `done` has come. */
export type Ticket = number

/** An interface by its name in node.json. */
export type InterfaceName = string

/** A path of the heartbeat by its name in node.json. */
export type PathName = string

export type Event = { readonly at: Instant } & (
  | { readonly kind: 'wake' } // a deadline has come; a spare one changes nothing
  | LinkEvent
  | { readonly kind: 'advert'; readonly interface: InterfaceName; readonly packet: Uint8Array } // a whole IPv4 or IPv6 packet, protocol 112
  | NeighbourEvent
  | { readonly kind: 'done'; readonly ticket: Ticket; readonly errno: number } // 0 or a positive errno
  | {
      readonly kind: 'ipvs_table'
      readonly ticket: Ticket
      readonly services: readonly IpvsService[]
    }
  | { readonly kind: 'probe'; readonly probe: ProbeId; readonly errno: number } // 0: the connection was made
  | HeardEvent
  | PathEvent
  | { readonly kind: 'pong'; readonly target: string; readonly sequence: number }
  | { readonly kind: 'command'; readonly client: ClientId; readonly request: unknown } // parsed JSON of one line
  /** How much is wrong with an entry of a group's `track`: 0 nothing. Links are not told so. */
  | {
      readonly kind: 'tracked'
      readonly group: string
      readonly index: number
      readonly down: number
    }
  /** The loop was silent so long that the supervisor has closed every VIP in the kernel. */
  | { readonly kind: 'stalled'; readonly silent: Duration }
  | ReloadEvent
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
  /** The link-local IPv6 address, once it is known to be unique; absent: none yet. */
  readonly address6?: string
}

/**
 * An ARP packet whose sender has one of our VIPs, or a whole IPv6 packet with a neighbour
 * advertisement for one. From a virtual MAC of ours the kernel passes the first VIP of each
 * instance alone.
 */
export interface NeighbourEvent {
  readonly kind: 'neighbour'
  readonly interface: InterfaceName
  readonly packet: Uint8Array
}

/** What came in on a path of the heartbeat, in the order in which it came. */
export interface HeardEvent {
  readonly kind: 'heard'
  readonly path: PathName
  /** Serial: what one read gave, frames cut anywhere. UDP: one datagram from the peer's address. */
  readonly bytes: Uint8Array
}

/**
 * How a path is: at start for each, when it opens or closes, and when its counters have changed, a
 * few times a second at most. The counters are sums since the port was opened.
 */
export interface PathEvent {
  readonly kind: 'path'
  readonly path: PathName
  /** Frames can be sent and received. */
  readonly open: boolean
  /** Why it is not open, for example ENODEV for an adapter that was pulled; else 0. */
  readonly errno: number
  /** Serial: what the driver counted, TIOCGICOUNT. */
  readonly line?: LineCounters
  /** Frames that the kernel did not take: the port was still busy, or the network refused. */
  readonly unsent: number
}

export type Effect =
  /** A whole Ethernet frame, through a packet socket. Nobody waits for it. */
  | { readonly kind: 'send'; readonly interface: InterfaceName; readonly frame: Uint8Array }
  /** A whole IP packet for one address on the interface's link; nobody waits for it either. */
  | {
      readonly kind: 'send_to'
      readonly interface: InterfaceName
      readonly destination: string
      readonly packet: Uint8Array
    }
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
   * The VIPs of an instance, with prefix length, are these from now on: adds and removes, open or
   * closed as they are, reads back. `done` with 0 says that the kernel was seen to hold them.
   */
  | {
      readonly kind: 'set_vips'
      readonly ticket: Ticket
      readonly instance: string
      readonly addresses: readonly string[]
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
  /**
   * One frame of the heartbeat, delimiters included. It is written at once or not at all: the core
   * leaves a serial line the time that a frame takes on it. What is not written counts as unsent.
   */
  | { readonly kind: 'beat'; readonly path: PathName; readonly bytes: Uint8Array }
  /**
   * An ICMP or ICMPv6 echo request through an interface. A reply from that address is a `pong` with
   * its sequence number; nothing else is answered, the core counts the time itself.
   */
  | {
      readonly kind: 'ping'
      readonly interface: InterfaceName
      readonly target: string
      readonly sequence: number
    }
  /** Runs the fencing hook of the config. `done` with 0: the peer cannot own anything any more. */
  | { readonly kind: 'fence'; readonly ticket: Ticket; readonly timeout: Duration }
  /** The groups that the operator holds: the next start of the agent is given them. */
  | { readonly kind: 'remember'; readonly held: readonly string[] }
  /**
   * The running config is this one from now on, from a file as the operator named it: who claims
   * one of its VIPs is heard, and the next start of the agent is given it, until the machine boots.
   */
  | { readonly kind: 'adopt_config'; readonly file: string; readonly config: NodeConfig }
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
