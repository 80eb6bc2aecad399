// Written by `npm run generate` from src/model/node.schema.json; do not edit.

/**
 * `node.json`: all that one node needs to know, resolved from the cluster file. The tool
 * writes it, the agent and the boot read it. Nothing here refers to another file. The agent
 * refuses a key that it does not know.
 */
export interface NodeConfig {
  /** The version of this format. */
  readonly schema: 1
  /** Name of the cluster. */
  readonly cluster: string
  /** Which node this is. */
  readonly node: NodeIdentity
  /** SHA-256 of what both nodes must agree on (instances, groups, services); hexadecimal. */
  readonly shared_digest: string
  /** The interfaces of the node. */
  readonly interfaces: readonly InterfaceConfig[]
  /** The serial ports of the node. */
  readonly serial: SerialConfig
  /** The virtual routers of the node. */
  readonly vrrp: VrrpConfig
  /** The virtual services. */
  readonly services: readonly ServiceConfig[]
  /** Who may log in. */
  readonly access: AccessConfig
}

/** Which node this is. */
export interface NodeIdentity {
  /** Becomes the host name. */
  readonly name: string
  /** 1 for the first node of the cluster file, 2 for the second. */
  readonly id: number
}

/** An interface of the node. */
export interface InterfaceConfig {
  /** The name in the cluster file; at boot the kernel interface is renamed to it. */
  readonly name: string
  /** What the interface faces. */
  readonly role: InterfaceRole
  /** How the NIC is found: exactly one of these. */
  readonly match: InterfaceMatch
  /** The node's own addresses with prefix length. */
  readonly addresses: readonly string[]
  /** Routes through this interface. */
  readonly routes: readonly RouteConfig[]
  /** The largest IP packet. Absent: what the driver sets. Unit: bytes. */
  readonly mtu?: number
}

/** What the interface faces. */
export type InterfaceRole = 'front' | 'back' | 'management'

/** How the NIC is found: exactly one of these. */
export type InterfaceMatch =
  | { readonly mac: string }
  | { readonly pci: string }
  | { readonly name: string }

/** Where packets for other networks go. */
export interface RouteConfig {
  /** A network with prefix length, or `default`. */
  readonly to: string
  /** A neighbour in a subnet of the interface. */
  readonly via: string
}

/** A serial port and its speed. */
export interface SerialPort {
  /** The name under /dev, without the folder. */
  readonly port: string
  /** Line speed. Unit: bit/s. */
  readonly baud: number
}

/** The serial ports of the node. */
export interface SerialConfig {
  /** A serial port and its speed. */
  readonly console: SerialPort
  /** A serial port and its speed. */
  readonly heartbeat?: SerialPort
}

/** The virtual routers of the node. */
export interface VrrpConfig {
  /** No VIP is taken before the agent has listened this long with its links up. Unit: ms. */
  readonly startup_hold_ms: number
  /** The virtual routers. */
  readonly instances: readonly VrrpInstanceConfig[]
  /** Every instance is in exactly one. */
  readonly groups: readonly VrrpGroupConfig[]
}

/** A virtual router. */
export interface VrrpInstanceConfig {
  /** Name of the instance. */
  readonly name: string
  /** The name of one of `interfaces`. */
  readonly interface: string
  /** Unique on its interface. */
  readonly vrid: number
  /** The node's own. */
  readonly priority: number
  /** Time between two adverts. Unit: ms. */
  readonly advert_interval_ms: number
  /** With prefix length, in the order in which adverts list them. */
  readonly addresses: readonly string[]
}

/** Instances that move together. */
export interface VrrpGroupConfig {
  /** Name of the group. */
  readonly name: string
  /** Names of instances. */
  readonly instances: readonly string[]
  /** manual: a returning node stays backup (VRRP Preempt_Mode false). */
  readonly failback: 'manual' | 'automatic'
}

/** A virtual service. */
export interface ServiceConfig {
  /** Name of the service. */
  readonly name: string
  /** Transport protocol. */
  readonly protocol: 'tcp' | 'udp'
  /** A VIP of one of the instances. */
  readonly address: string
  /** The port that clients connect to. */
  readonly port: number
  /** IPVS scheduler. */
  readonly scheduler: Scheduler
  /** IPVS MASQ or DROUTE. */
  readonly forward: 'nat' | 'dr'
  /** The machines that do the work. */
  readonly real_servers: readonly RealServerConfig[]
  /** A TCP connection can be made. Absent: the real servers count as up. */
  readonly check?: TcpCheckConfig
}

/** IPVS scheduler. */
export type Scheduler = 'rr' | 'wrr' | 'lc' | 'wlc' | 'sh' | 'mh'

/** A machine that answers for a service. */
export interface RealServerConfig {
  /** Address of the machine. */
  readonly address: string
  /** Port on the machine. */
  readonly port: number
  /** 0 takes no new connection. */
  readonly weight: number
}

/** A TCP connection can be made. Absent: the real servers count as up. */
export interface TcpCheckConfig {
  /** Kind of check. */
  readonly type: 'tcp'
  /** Absent: the real server's own port. */
  readonly port?: number
  /** From start to start. Unit: ms. */
  readonly interval_ms: number
  /** Shorter than the interval. Unit: ms. */
  readonly timeout_ms: number
  /** So many failures in a row remove the real server. */
  readonly fall: number
  /** So many successes in a row restore it. */
  readonly rise: number
}

/** Who may log in. */
export interface AccessConfig {
  /** Lines of an OpenSSH authorized_keys file. */
  readonly authorized_keys: readonly string[]
  /** crypt(3) hash of root's password on the console; absent: the console has no log-in. */
  readonly console_password_hash?: string
  /** The private key file of dropbear, base64; absent: made at each boot. */
  readonly ssh_host_key?: string
}
