/** The answer to `status`, as docs/status.md and status.schema.json describe it. */

export interface Status {
  readonly schema: 1
  readonly cluster: string
  readonly node: { readonly name: string; readonly id: number }
  readonly version: string
  readonly uptime_s: number
  readonly phase: 'loading' | 'listening' | 'stopping' | 'stopped'
  readonly shared_digest: string
  readonly announce: {
    readonly repeat: number
    readonly rate_per_s: number
    readonly refresh_s: number | null
  }
  /** Of all groups, if they agree. */
  readonly state: InstanceState | 'mixed'
  readonly problems: readonly Problem[]
  readonly interfaces: readonly InterfaceStatus[]
  readonly groups: readonly GroupStatus[]
  readonly instances: readonly InstanceStatus[]
  readonly services: readonly ServiceStatus[]
  readonly ipvs: IpvsStatus
  readonly health: {
    readonly targets: number
    readonly started: number
    readonly failed: number
    readonly unknown: number
    readonly lost: number
  }
  readonly loop: LoopStatus
  /** From the shell; absent in the simulator. */
  readonly host?: HostStatus
}

export interface HostStatus {
  readonly console_lines_dropped: number
  readonly frames_unsent: number
  /** Seconds in which so many claims of our VIPs came that the rest was not read. */
  readonly neighbour_floods: number
  readonly clients_refused: number
  readonly vip_repairs: number
  /** Events that followers of `events` were too slow to take. */
  readonly events_dropped: number
  readonly scheduling: 'real_time' | 'normal'
  readonly memory: 'locked' | 'pageable'
  readonly supervisor: {
    readonly running: boolean
    readonly restarts: number
    /** Silence of the agent's loop after which it closes the VIPs. */
    readonly silence_ms_max: number
  }
  /** null: the config wants none. */
  readonly watchdog: { readonly running: boolean; readonly timeout_s: number } | null
}

export interface Problem {
  readonly level: 'warning' | 'alarm'
  readonly code: string
  readonly subject: string
  /** One sentence for a person. */
  readonly text: string
}

/** `opening`: active, but the kernel has not opened the VIPs yet. `fault`: it refused to. */
export type InstanceState = 'initialize' | 'backup' | 'opening' | 'active' | 'fault'

export interface InterfaceStatus {
  readonly name: string
  readonly role: 'front' | 'back' | 'management'
  readonly link: 'up' | 'down' | 'unknown'
  readonly since_s: number
  readonly mac: string
  readonly address: string | null
  /** The link-local one. */
  readonly address6: string | null
  /** VRRP packets refused before an instance was known, by rule. */
  readonly discards: Readonly<Record<string, number>>
}

export interface GroupStatus {
  readonly name: string
  readonly state: InstanceState
  readonly failback: 'manual' | 'automatic'
  readonly instances: readonly string[]
  /** Why the group may not serve yet. */
  readonly waiting_for: string | null
  readonly waiting_s: number | null
  /** The operator's order to stay backup; null: there is none. */
  readonly standby: 'handing_over' | 'held' | null
  readonly track: readonly TrackStatus[]
}

export interface TrackStatus {
  readonly kind: 'link' | 'address' | 'script' | 'file'
  readonly subject: string
  readonly state: 'up' | 'down' | 'unknown'
  /** Priority that it costs now; null: while it is down the group cannot be active. */
  readonly priority_lost: number | null
}

export interface InstanceStatus {
  readonly name: string
  readonly group: string
  readonly interface: string
  readonly vrid: number
  /** null: the VIPs are on the interface's own MAC address. */
  readonly virtual_mac: string | null
  readonly state: InstanceState
  readonly since_s: number
  /** Of the last change; `started` before the first. */
  readonly reason: string
  readonly facts: Facts
  readonly priority: number
  readonly advert_interval_ms: number
  /** What the active router announced; used for our own timers. */
  readonly learned_interval_ms: number
  /** Until the backup would take over, if it hears nothing. */
  readonly active_down_s: number | null
  readonly vips: {
    readonly state: 'unknown' | 'opening' | 'open' | 'closing' | 'closed'
    readonly since_s: number
    readonly errno: number
    readonly addresses: readonly string[]
    /** What a reload wants instead, and why the kernel has refused it; absent: nothing else. */
    readonly changing?: { readonly addresses: readonly string[]; readonly errno: number }
    /** What follows the VIPs, as `ip` writes it; absent: nothing of the kind. */
    readonly blocks?: readonly string[]
    readonly routes?: readonly string[]
    readonly rules?: readonly string[]
  }
  /** VIPs that are being made known, or will be again; null: all is said. */
  readonly announcing: {
    readonly round: number
    readonly left: number
    readonly next_in_s: number
  } | null
  readonly peers: readonly PeerStatus[]
  /** Other machines that say they have a VIP, within the last minute; at most 8. */
  readonly conflicts: readonly ConflictStatus[]
  readonly counters: Readonly<Record<string, number>>
  readonly history: readonly HistoryEntry[]
}

export type Facts = Readonly<Record<string, string | number | boolean>>

export interface PeerStatus {
  readonly address: string
  readonly priority: number
  readonly advert_interval_ms: number
  /** Since its last advert. */
  readonly age_s: number
  readonly adverts: number
}

export interface ConflictStatus {
  readonly address: string
  readonly mac: string
  readonly claims: number
  readonly first_age_s: number
  readonly last_age_s: number
  /** Since the VIP was announced because of it; null: it was not. */
  readonly answered_age_s: number | null
}

export interface HistoryEntry {
  readonly age_s: number
  readonly from: 'initialize' | 'backup' | 'active'
  readonly to: 'initialize' | 'backup' | 'active'
  readonly reason: string
  readonly facts: Facts
}

export interface ServiceStatus {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly scheduler: string
  readonly forward: 'nat' | 'dr'
  /** Whether the kernel was last seen to hold exactly what it should. */
  readonly in_kernel: boolean
  readonly real_servers: readonly RealServerStatus[]
}

export interface RealServerStatus {
  readonly address: string
  readonly port: number
  readonly weight: number
  /** `unknown`: not yet probed, counts as up. `unchecked`: the service has no check. */
  readonly state: 'up' | 'down' | 'unknown' | 'unchecked'
  readonly since_s: number
  readonly last_error: {
    readonly errno: number
    readonly text: string
    readonly age_s: number
  } | null
  readonly in_kernel: boolean
  readonly active_connections: number | null
  readonly inactive_connections: number | null
}

export interface IpvsStatus {
  readonly verified: boolean
  /** Since the kernel was last read without a difference. */
  readonly matched_age_s: number | null
  readonly errno: number
  readonly reads: number
  readonly applies: number
  readonly changes: number
  readonly repairs: number
  readonly failures: number
}

export interface LoopStatus {
  /** The latest that the director was woken after a deadline. */
  readonly late_ms_max: number
  readonly stale_answers: number
  /** How often the supervisor closed the VIPs because the loop was silent. */
  readonly stalls: number
  readonly next_timer: string | null
  readonly next_in_ms: number | null
}
