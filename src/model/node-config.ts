/**
 * `node.json`: all that one node needs to know, resolved from the cluster file.
 *
 * The tool writes it, the agent and the boot read it. Nothing here refers to another file.
 * Keys carry their unit. The agent refuses a key that it does not know.
 */
export interface NodeConfig {
  /** The version of this format. */
  readonly schema: 1
  readonly cluster: string
  readonly node: { readonly name: string; readonly id: number }
  /** SHA-256 of what both nodes must agree on (instances, groups, services); hexadecimal. */
  readonly shared_digest: string
  readonly interfaces: readonly InterfaceConfig[]
  readonly serial: SerialConfig
  readonly vrrp: VrrpConfig
  readonly services: readonly ServiceConfig[]
  readonly access: AccessConfig
}

export type InterfaceRole = 'front' | 'back' | 'management'

export interface InterfaceConfig {
  /** The name in the cluster file; at boot the kernel interface is renamed to it. At most 11 characters. */
  readonly name: string
  readonly role: InterfaceRole
  /** Exactly one of these. */
  readonly match: InterfaceMatch
  /** The node's own addresses with prefix length, for example `192.0.2.11/24`. */
  readonly addresses: readonly string[]
  readonly routes: readonly RouteConfig[]
  readonly mtu?: number
}

export type InterfaceMatch =
  | { readonly mac: string }
  /** As in /sys: `0000:00:03.0`. */
  | { readonly pci: string }
  | { readonly name: string }

export interface RouteConfig {
  /** A prefix, or `default`. */
  readonly to: string
  readonly via: string
}

export interface SerialConfig {
  readonly console: SerialPort
  readonly heartbeat?: SerialPort
}

export interface SerialPort {
  /** Without `/dev/`, for example `ttyS1`. */
  readonly port: string
  readonly baud: number
}

export interface VrrpConfig {
  /** No VIP is taken before the agent has listened this long with its links up. */
  readonly startup_hold_ms: number
  readonly instances: readonly VrrpInstanceConfig[]
  readonly groups: readonly VrrpGroupConfig[]
}

export interface VrrpInstanceConfig {
  readonly name: string
  /** The name of one of `interfaces`. */
  readonly interface: string
  /** 1 to 255, unique on its interface. */
  readonly vrid: number
  /** 1 to 254; the node's own. */
  readonly priority: number
  /** A multiple of 10 ms, 10 to 40950. */
  readonly advert_interval_ms: number
  /** The VIPs with prefix length, in the order in which adverts list them. */
  readonly addresses: readonly string[]
}

export interface VrrpGroupConfig {
  readonly name: string
  /** Names of instances that move together. Every instance is in exactly one group. */
  readonly instances: readonly string[]
  /** `manual`: a returning node stays backup (VRRP Preempt_Mode false). */
  readonly failback: 'manual' | 'automatic'
}

export type Scheduler = 'rr' | 'wrr' | 'lc' | 'wlc' | 'sh' | 'mh'

export interface ServiceConfig {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  /** A VIP of one of the instances. */
  readonly address: string
  readonly port: number
  readonly scheduler: Scheduler
  /** IPVS MASQ or DROUTE. */
  readonly forward: 'nat' | 'dr'
  readonly real_servers: readonly RealServerConfig[]
  /** Absent: the real servers count as up. */
  readonly check?: TcpCheckConfig
}

export interface RealServerConfig {
  readonly address: string
  readonly port: number
  /** 0 to 65535; 0 takes no new connection. */
  readonly weight: number
}

export interface TcpCheckConfig {
  readonly type: 'tcp'
  /** Absent: the real server's own port. */
  readonly port?: number
  readonly interval_ms: number
  readonly timeout_ms: number
  /** So many failures in a row remove the real server. */
  readonly fall: number
  /** So many successes in a row restore it. */
  readonly rise: number
}

export interface AccessConfig {
  /** Lines of an OpenSSH authorized_keys file. */
  readonly authorized_keys: readonly string[]
  /** crypt(3) hash of root's password on the console; absent: the console has no log-in. */
  readonly console_password_hash?: string
  /** The node's SSH host key as dropbear's private key file, base64; absent: made at each boot. */
  readonly ssh_host_key?: string
}
