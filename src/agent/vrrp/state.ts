import type { TrackConfig } from '../../model/node-config.ts'
import type { Effect, Ticket } from '../machine.ts'
import type { Reason } from '../reasons.ts'
import type { Instant } from '../units.ts'
import type { Address, Family } from '../wire/address.ts'
import type { Ipv4 } from '../wire/ipv4.ts'
import type { Ipv6 } from '../wire/ipv6.ts'
import type { Role, Router } from './router.ts'

/** Why something changes, with the evidence. */
export interface Cause {
  readonly reason: Reason
  readonly facts: Transition['facts']
}

export interface InterfaceState {
  readonly name: string
  /** What the kernel said last; `up` follows when it has lasted. Undefined: nothing yet. */
  carrier: boolean | undefined
  /** When `up` follows `carrier`. */
  settlesAt: Instant | undefined
  /** Undefined: the kernel has not spoken of it yet. */
  up: boolean | undefined
  mac: string
  address: Ipv4 | undefined
  /** The link-local one, once it is known to be unique. */
  address6: Ipv6 | undefined
  /** When `up` last changed. */
  since: Instant
  /** The index of the instance of each VRID; the families have routers of their own. */
  readonly instances: Readonly<Record<Family, Readonly<Record<number, number>>>>
  /** Packets refused before an instance was known, by rule. */
  readonly discards: Record<string, number>
  /** When each refusal was last said, by rule. */
  readonly warnedAt: Record<string, Instant>
}

export interface InstanceState {
  readonly name: string
  readonly index: number
  readonly group: number
  readonly interface: number
  readonly vrid: number
  readonly family: Family
  addresses: readonly Address[]
  /** The VIPs are on the interface itself, and its own MAC address stands for them. */
  readonly onOwnMac: boolean
  /** So many of them, the first ones, are in adverts. */
  listed: number
  /** Where the other node's adverts come from, as far as the configuration knows. */
  readonly peer: Address | undefined
  router: Router
  vips: Vips
  /** Ready to send; rebuilt when the interface's address changes. Undefined: no address. */
  frames: Frames | undefined
  announcing: Announcing | undefined
  announcedAt: Instant | undefined
  /** When our timer ran out while another member of the group still heard the active router. */
  silentAt: Instant | undefined
  /** The active router that our timer follows, while we are backup. */
  following: { readonly address: Address; readonly priority: number } | undefined
  /** Who gave up with priority 0, while our timer runs because of it. */
  releasedBy: Address | undefined
  /** Priority 0 is owed once the VIPs are seen to be closed. */
  owesRelease: boolean
  peers: Peer[]
  /** The last question who has the first VIP; undefined: none was asked yet. */
  probe: Probe | undefined
  /** Who else says that he has a VIP, the one heard first in front. */
  conflicts: Conflict[]
  /** When one of them is to be looked at again. */
  conflictAt: Instant | undefined
  readonly counters: InstanceCounters
  /** When each limited warning was last given, by its reason. */
  readonly warnedAt: Record<string, Instant>
  /** The last changes, oldest first. */
  history: Transition[]
}

export interface Vips {
  is: 'unknown' | 'opening' | 'open' | 'closing' | 'closed'
  since: Instant
  /** The answer that is awaited. */
  ticket: Ticket | undefined
  /** When to give up waiting, or to try closing again. */
  dueAt: Instant | undefined
  /** How often in a row the kernel refused. */
  failures: number
  errno: number
}

/** Gratuitous ARP under way: the VIP to go on with, and the round. */
export interface Announcing {
  round: number
  next: number
  nextAt: Instant
  /** Indexes of VIPs; undefined: all of them. */
  only: readonly number[] | undefined
}

/** VIPs that an instance is to have instead of those that it has. */
export interface VipChange {
  /** By index. */
  readonly instance: number
  readonly addresses: readonly Address[]
  readonly listed: number
  /** As the config has them, with prefix length. */
  readonly prefixes: readonly string[]
  /** The answer that is awaited. */
  ticket: Ticket | undefined
  /** When to give up waiting, or to ask again. */
  dueAt: Instant
  /** How often in a row the kernel refused, and with what. */
  failures: number
  errno: number
  /** What the kernel was last seen to hold, likewise. */
  readonly held: readonly string[]
}

/** Whole Ethernet frames, or whole IP packets for the peer alone. */
export interface Frames {
  readonly advert: SendEffect
  readonly release: SendEffect
}

type SendEffect = Effect & { readonly kind: 'send' | 'send_to' }

export interface Peer {
  readonly address: Address
  priority: number
  interval_us: number
  firstAt: Instant
  lastAt: Instant
  adverts: number
}

export interface Probe {
  /** Of the first question of a series. */
  readonly since: Instant
  readonly at: Instant
  /** When it was last answered from where the active router answers. */
  readonly answeredAt: Instant | undefined
}

/** A VIP at a MAC address that is neither the virtual one nor ours. */
export interface Conflict {
  readonly address: Address
  readonly mac: string
  readonly firstAt: Instant
  lastAt: Instant
  count: number
  /** When we last announced the VIP because of it. */
  defendedAt: Instant | undefined
  /** When it is to be announced again, since a claim came too soon to be answered. */
  againAt: Instant | undefined
}

export interface InstanceCounters {
  adverts_sent: number
  adverts_received: number
  priority_zero_sent: number
  priority_zero_received: number
  pseudo_header_checksums: number
  address_list_differs: number
  /** From a router that is neither of the pair. */
  foreign_adverts: number
  /** Of VIPs, by a MAC address that is neither the virtual one nor ours. */
  conflicts_heard: number
  conflicts_answered: number
  conflicts_dropped: number
  probes_sent: number
  arps_sent: number
  neighbours_sent: number
  became_active: number
  peers_dropped: number
}

export interface Transition {
  readonly at: Instant
  readonly from: Role
  readonly to: Role
  readonly reason: Reason
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

export interface TrackerState {
  readonly kind: TrackConfig['kind']
  readonly subject: string
  readonly weight: number | undefined
  /** How much is wrong: 0 nothing. Undefined: not known yet. */
  down: number | undefined
}

export interface GroupState {
  readonly name: string
  readonly index: number
  readonly members: readonly number[]
  role: Role
  /** When the startup hold ends; undefined: it does not run. */
  holdAt: Instant | undefined
  /** Why the group may not leave `initialize`; undefined: it may. */
  blocked: Reason | undefined
  readonly trackers: readonly TrackerState[]
  /** When the first of some members that open together was seen to be open. */
  openedAt: Instant | undefined
  /** After a failed flip: not before this. */
  faultUntil: Instant | undefined
  /** When failback may begin; undefined: now, or never. */
  failbackAt: Instant | undefined
  /**
   * The operator's order to stay backup: `handing_over` until another active router is heard;
   * `held` until `join`, whatever is heard. Undefined: no such order.
   */
  standby: 'handing_over' | 'held' | undefined
  /** The arbitration decides, by the heartbeat and VRRP together; else VRRP alone. */
  readonly guarded: boolean
  /** Guarded and active: the arbitration says that the peer's adverts are none to yield to. */
  keeps: boolean
  /** Guarded: losing a link that is no front does not end the service, the peer has none either. */
  spared: boolean
  /** Active by the operator's order, against a router that was active: it must yield. */
  isTakeover: boolean
}
