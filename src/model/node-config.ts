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
  /** How the two nodes hear each other beside VRRP. */
  readonly heartbeat?: HeartbeatConfig
  /** Connectivity groups. Absent: none. */
  readonly connectivity?: readonly ConnectivityConfig[]
  /** How the heartbeat and VRRP decide together. */
  readonly arbitration?: ArbitrationConfig
  /** Restarts the node when the agent gives no sign of life. Absent: none is used. */
  readonly watchdog?: WatchdogConfig
  /** The node was restored: it takes nothing over until `directorctl join`. Absent: false. */
  readonly held?: boolean
}

/** Which node this is. */
export interface NodeIdentity {
  /** Becomes the host name. */
  readonly name: string
  /** 1 for the first node of the cluster file, 2 for the second. */
  readonly id: number
  /** How an image that holds several nodes knows this one, beside its MAC addresses. */
  readonly dmi_serial?: string
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
  /** How long a change of carrier must last before it counts. */
  readonly link?: LinkDelaysConfig
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
  /** How VIPs are made known. */
  readonly announce?: AnnounceConfig
}

/** A virtual router. */
export interface VrrpInstanceConfig {
  /** Name of the instance. */
  readonly name: string
  /** The name of one of `interfaces`. */
  readonly interface: string
  /** Unique on its interface. */
  readonly vrid: number
  /** The node's own; 255: it owns the addresses. */
  readonly priority: number
  /** Time between two adverts. Unit: ms. */
  readonly advert_interval_ms: number
  /** With prefix length, in the order in which adverts list them. */
  readonly addresses: readonly string[]
  /** 2 only for IPv4. */
  readonly version: 2 | 3
  /** Of what is sent; both are accepted. */
  readonly checksum: ChecksumForm
  /** Adverts go to `peer` and come only from there. */
  readonly unicast: boolean
  /**
   * The address that the other node's adverts come from. Absent: not known before it is heard
   * (IPv6 without a link-local address in the cluster file).
   */
  readonly peer?: string
  /** false: VIPs answer only for services. */
  readonly accept: boolean
  /** false: the VIPs are on the interface itself, with its own MAC address. Absent: true. */
  readonly virtual_mac?: boolean
  /** Networks that the active node answers for. Absent: none. */
  readonly blocks?: readonly string[]
  /** Through the interface, while the instance is active. Absent: none. */
  readonly routes?: readonly MovingRouteConfig[]
  /** While the instance is active. Absent: none. */
  readonly rules?: readonly MovingRuleConfig[]
  /** With prefix length; they move along and are not in adverts. Absent: none. */
  readonly more_addresses?: readonly string[]
}

/** Of what is sent; both are accepted. */
export type ChecksumForm = 'message' | 'pseudo_header'

/** Where packets go while the instance is active. */
export interface MovingRouteConfig {
  /** A network with prefix length; of length 0: the default route. */
  readonly to: string
  /** Absent: the destination is on the link. */
  readonly via?: string
  /** Number of the routing table. */
  readonly table: number
  /** A VIP of the instance. Absent: the kernel chooses. */
  readonly source?: string
}

/** Which packets look up a table while the instance is active. */
export interface MovingRuleConfig {
  /** Absent: from anywhere. */
  readonly from?: string
  /** Absent: to anywhere. */
  readonly to?: string
  /** Number of the routing table. */
  readonly table: number
  /** The lowest is looked at first. */
  readonly preference: number
}

/** Instances that move together. */
export interface VrrpGroupConfig {
  /** Name of the group. */
  readonly name: string
  /** Names of instances. */
  readonly instances: readonly string[]
  /** manual: a returning node stays backup (VRRP Preempt_Mode false). */
  readonly failback: 'manual' | 'automatic'
  /**
   * With failback automatic: not before the group was backup this long without a change. Unit:
   * ms.
   */
  readonly failback_delay_ms: number
  /** What must be in order for the group to be active here. Absent: nothing more. */
  readonly track?: readonly TrackConfig[]
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

/** A key that both nodes know. */
export interface HeartbeatKey {
  /** Named in each frame. */
  readonly id: number
  /** 32 bytes, hexadecimal. */
  readonly key: string
}

/** The other node. */
export interface PeerConfig {
  /** As in its own node.json. */
  readonly id: number
  /** Its host name. */
  readonly name: string
}

/** A way for frames to the peer. The keys after `kind` are there for udp only. */
export interface HeartbeatPath {
  /** In status and log. */
  readonly name: string
  /** serial: the line between the heartbeat ports. udp: datagrams between two addresses. */
  readonly kind: 'serial' | 'udp'
  /** Datagrams leave and come in through this interface only. */
  readonly interface?: string
  /** Datagrams are sent from here. */
  readonly address?: string
  /** Datagrams go there; those of others are not taken. */
  readonly peer_address?: string
  /** UDP port, the same at both ends. */
  readonly port?: number
}

/**
 * What a peer can do whose frames are whole and cannot be verified: another key, another
 * version.
 */
export interface StrangerConfig {
  /**
   * hold: no takeover while such frames say on the serial line that it is active. ignore: they
   * count for nothing.
   */
  readonly action: 'hold' | 'ignore'
  /** Counted from when adverts are no longer heard. Unit: ms. */
  readonly hold_ms_max: number
}

/** How the two nodes hear each other beside VRRP. */
export interface HeartbeatConfig {
  /** Time between two frames on each path. Unit: ms. */
  readonly interval_ms: number
  /** Silence that counts as the loss of a path. Unit: ms. */
  readonly dead_ms: number
  /** The id of one of `keys`. */
  readonly send_with: number
  /** Keys that are accepted; two while they are being changed. */
  readonly keys: readonly HeartbeatKey[]
  /** The other node. */
  readonly peer: PeerConfig
  /** In the order in which frames report them. */
  readonly paths: readonly HeartbeatPath[]
  /**
   * What a peer can do whose frames are whole and cannot be verified: another key, another
   * version.
   */
  readonly stranger: StrangerConfig
}

/**
 * Addresses that show whether an interface reaches the world: it does while any of them
 * answers.
 */
export interface ConnectivityConfig {
  /** In status and log. */
  readonly name: string
  /** Echo requests go out here. */
  readonly interface: string
  /** IPv4 or IPv6 addresses. */
  readonly targets: readonly string[]
  /** Time between two echo requests to a target. Unit: ms. */
  readonly interval_ms: number
  /** An answer later than this does not count. Unit: ms. */
  readonly timeout_ms: number
}

/** A program that must succeed before a takeover while every path is silent. */
export interface FencingConfig {
  /** Its absolute path in the running system. */
  readonly hook: string
  /** Longer than this and it has failed. Unit: ms. */
  readonly timeout_ms: number
}

/** How the heartbeat and VRRP decide together. */
export interface ArbitrationConfig {
  /**
   * guarded: nobody takes over while any path says that the peer is active. strict_rfc: VRRP
   * alone decides.
   */
  readonly policy: 'guarded' | 'strict_rfc'
  /**
   * Every path is silent and no target of a connectivity group answers. serve: be active all
   * the same. hold: do not.
   */
  readonly all_silent: 'serve' | 'hold'
  /** A program that must succeed before a takeover while every path is silent. */
  readonly fencing?: FencingConfig
}

/** How long a change of carrier must last before it counts. */
export interface LinkDelaysConfig {
  /** Carrier counts as up after this long. Unit: ms. */
  readonly up_delay_ms: number
  /** Lost carrier counts as down after this long. Unit: ms. */
  readonly down_delay_ms: number
}

/** One thing that must be in order. */
export interface TrackConfig {
  /** What the subject is. */
  readonly kind: 'link' | 'address' | 'script' | 'file'
  /** Name of an interface, an address or a path. */
  readonly subject: string
  /** Priority lost while it is down. Absent: the group cannot be active. */
  readonly weight?: number
  /** Of a script or a file. Unit: ms. */
  readonly interval_ms?: number
  /** Of a script. Unit: ms. */
  readonly timeout_ms?: number
}

/** How VIPs are made known. */
export interface AnnounceConfig {
  /** Rounds after a takeover. */
  readonly repeat: number
  /** At most so many a second, over all instances. Unit: 1/s. */
  readonly rate_per_s: number
  /** Again so often while active. Absent: never. Unit: s. */
  readonly refresh_s?: number
}

/** Restarts the node when the agent gives no sign of life. Absent: none is used. */
export interface WatchdogConfig {
  /** After the last sign of life. Unit: s. */
  readonly timeout_s: number
}
