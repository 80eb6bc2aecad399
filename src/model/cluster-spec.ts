// Written by `npm run generate` from src/model/cluster.schema.json; do not edit.

/**
 * All that a pair of directors is: hardware, addresses, services, access. `./director build`
 * makes images from it.
 */
export interface ClusterSpec {
  /** Names the folder of the images and appears in status and log. */
  readonly cluster: string
  /** The kind of hardware: the name of a folder in board/. */
  readonly board: string
  /** The two directors. */
  readonly nodes: readonly NodeSpec[]
  /** What the interfaces of every node are for, by name. */
  readonly interfaces: Readonly<Record<string, InterfaceSpec>>
  /** Which addresses move between the nodes (VIPs), and which of them move together. */
  readonly vrrp: VrrpSpec
  /** How the two nodes hear each other beside VRRP. Absent: VRRP alone. */
  readonly heartbeat?: HeartbeatSpec
  /** Connectivity groups by name. */
  readonly connectivity: Readonly<Record<string, ConnectivitySpec>>
  /** How the heartbeat and VRRP decide together. */
  readonly arbitration: ArbitrationSpec
  /** The virtual services; the same on both nodes. */
  readonly services: readonly ServiceSpec[]
  /** Who may log in. Absent: nobody; the console shows messages only. */
  readonly access: AccessSpec
  /** Files of yours that go into the base image, and into its hash. */
  readonly files: readonly OperatorFileSpec[]
  /** Packages of yours that go into the base image, and into its hash. */
  readonly packages: readonly PackageSpec[]
  /** Restarts a node whose agent gives no sign of life any more. Absent: none is used. */
  readonly watchdog?: WatchdogSpec
}

/** Taken from a file, named relative to the folder of the cluster file. */
export interface FileReference {
  /** Path of the file, relative to the folder of the cluster file. */
  readonly file: string
}

/**
 * How an image that holds several nodes knows this one, beside the MAC addresses of its
 * NICs.
 */
export interface IdentitySpec {
  /**
   * The serial number of the machine, as `dmidecode -s system-serial-number` shows it; in
   * quotes where it is all digits.
   */
  readonly dmi_serial?: string
}

/** One director: what differs from the other one. */
export interface NodeSpec {
  /** Becomes the host name; unique in the cluster. */
  readonly name: string
  /**
   * The node with the higher priority becomes active when both start together. The two nodes
   * need different ones, or the higher address decides.
   */
  readonly priority: number
  /**
   * The priority of this node in the groups that are named, instead of `priority`: two groups
   * can each be at home on another node.
   */
  readonly priorities: Readonly<Record<string, number>>
  /**
   * For each interface that the cluster declares: which NIC it is and which addresses this
   * node has there.
   */
  readonly interfaces: Readonly<Record<string, NodeInterfaceSpec>>
  /** The serial ports of a node. */
  readonly serial?: SerialSpec
  /**
   * How an image that holds several nodes knows this one, beside the MAC addresses of its
   * NICs.
   */
  readonly identity?: IdentitySpec
  /**
   * An unencrypted OpenSSH private key of type ed25519, in a file of mode 0600, as `init` and
   * `ssh-keygen -t ed25519` write it. It goes into this node's stamp. Absent: a new key is
   * made at each boot.
   */
  readonly ssh_host_key?: FileReference
}

/** Which NIC of this node it is, and this node's own addresses on it. */
export interface NodeInterfaceSpec {
  /**
   * Exactly one of MAC address, PCI path or kernel name. MAC is surest: names depend on the
   * order in which drivers load.
   */
  readonly match: MatchSpec
  /**
   * The node's own addresses; adverts are sent from the first of the family (IPv6: from the
   * link-local one). They stay with the node, unlike VIPs.
   */
  readonly addresses: readonly string[]
}

/**
 * Exactly one of MAC address, PCI path or kernel name. MAC is surest: names depend on the
 * order in which drivers load.
 */
export type MatchSpec =
  | { readonly mac: string }
  | { readonly pci: string }
  | { readonly name: string }

/** The serial ports of a node. */
export interface SerialSpec {
  /**
   * The port of the loader, the kernel messages and the log-in. It is the board's console
   * port; stated here, it is checked against it.
   */
  readonly console?: string
  /**
   * The port of the null-modem line to the peer: a name, or a name and a speed. Never the
   * console.
   */
  readonly heartbeat?: HeartbeatPortSpec
}

/**
 * The port of the null-modem line to the peer: a name, or a name and a speed. Never the
 * console.
 */
export type HeartbeatPortSpec =
  | string
  | {
      /** The name under /dev, without the folder. */
      readonly port: string
      /** Line speed, the same on both nodes. Unit: bit/s. */
      readonly baud:
        | 9600
        | 19200
        | 38400
        | 57600
        | 115200
        | 230400
        | 460800
        | 921600
        | 1000000
        | 1500000
        | 2000000
        | 3000000
        | 4000000
    }

/** What an interface is for; the same on every node. */
export interface InterfaceSpec {
  /**
   * front: faces the clients. back: faces the real servers. management: log-in and monitoring;
   * no VIP and no service is ever there.
   */
  readonly role: 'front' | 'back' | 'management'
  /** Routes through this interface. */
  readonly routes: readonly RouteSpec[]
  /** The largest IP packet on this interface. Absent: what the driver sets. Unit: bytes. */
  readonly mtu?: number
  /** How long a change of carrier must last before it counts. Absent: it counts at once. */
  readonly link?: LinkDelaysSpec
}

/** Where packets for other networks go. */
export interface RouteSpec {
  /** A network with prefix length, or `default`. */
  readonly to: string
  /** A neighbour in a subnet of the interface. */
  readonly via: string
}

/** Where packets go while the instance is active here. */
export interface MovingRouteSpec {
  /** A network with prefix length, or `default` (of the family of the instance). */
  readonly to: string
  /** A neighbour in a subnet of the interface. Absent: the destination itself is on the link. */
  readonly via?: string
  /** Number of the routing table; 254 is the main one. */
  readonly table: number
  /**
   * The VIP of the instance that packets of the node itself then come from. Absent: the kernel
   * chooses an address of the interface.
   */
  readonly source?: string
}

/**
 * Which packets look up a table while the instance is active here. At least one of from and
 * to.
 */
export interface MovingRuleSpec {
  /** Packets from this network. */
  readonly from?: string
  /** Packets to this network. */
  readonly to?: string
  /** Number of the routing table that is looked up. */
  readonly table: number
  /** The rule with the lowest number is looked at first; that of the main table is 32766. */
  readonly preference: number
}

/** Which addresses move between the nodes (VIPs), and which of them move together. */
export interface VrrpSpec {
  /**
   * After its start a node listens this long with its links up before it may take a VIP. Unit:
   * ms.
   */
  readonly startup_hold_ms: number
  /** VRRP instances (virtual routers) by name. */
  readonly instances: Readonly<Record<string, InstanceSpec>>
  /** Instances that move together. Every instance is in exactly one group. */
  readonly groups: Readonly<Record<string, GroupSpec>>
  /** How the VIPs of a new active node are made known: gratuitous ARP. */
  readonly announce?: AnnounceSpec
}

/** A virtual router: one virtual MAC with its addresses on one interface. */
export interface InstanceSpec {
  /** The interface, front or back, on which the VIPs live. */
  readonly interface: string
  /**
   * Unique on its network segment, routers of others included: it makes the virtual MAC
   * 00:00:5e:00:01:VRID, or for IPv6 00:00:5e:00:02:VRID.
   */
  readonly vrid: number
  /**
   * The virtual addresses, all of one family, with the prefix length of their subnet or of one
   * address (/32, /128), in the order in which adverts list them. The first one of IPv6 is
   * link-local.
   */
  readonly addresses: readonly string[]
  /**
   * Time between two adverts. The backup takes over after three of them are missing, and a
   * little more by its priority. Unit: ms.
   */
  readonly advert_interval_ms: number
  /**
   * 3, or 2 for IPv4 routers that speak nothing newer; then the advert interval is in whole
   * seconds.
   */
  readonly version: 2 | 3
  /**
   * Of the adverts that are sent, for IPv4 and version 3. message: RFC 9568. pseudo_header: as
   * keepalived and FRR send it unless told otherwise; the keepalived of Debian 12 takes no
   * other. Both are always accepted.
   */
  readonly checksum: 'message' | 'pseudo_header'
  /**
   * true: adverts go to the other node's address, and only those from there are taken. For
   * networks that do not carry multicast.
   */
  readonly unicast: boolean
  /**
   * Name of the node that owns these addresses: there the priority is 255, it takes them at
   * its start and from anybody. They may stand among its own addresses too, behind one that is
   * not a VIP.
   */
  readonly owner?: string
  /**
   * false: a VIP answers only for services; what else is sent to it is dropped, such as ping
   * and SSH. ARP and neighbour discovery are always answered.
   */
  readonly accept: boolean
  /**
   * false: the VIPs are on the interface itself, with its own MAC address, for a hypervisor
   * that forbids a second one. A takeover then takes longer the more VIPs there are, and
   * neighbours have to learn another MAC address.
   */
  readonly virtual_mac: boolean
  /**
   * Networks whose every address is served by the active node, and which the routers before it
   * send to the first VIP. No neighbour asks for them, so nothing is announced for them, and a
   * service may be at any of their addresses.
   */
  readonly blocks: readonly string[]
  /**
   * Routes through the interface of the instance that are there only while it is active on the
   * node.
   */
  readonly routes: readonly MovingRouteSpec[]
  /**
   * Policy rules that are there only while the instance is active on the node: which packets
   * look up which table.
   */
  readonly rules: readonly MovingRuleSpec[]
  /**
   * VIPs that move along and are not in adverts, so that the other router need not list them:
   * for more than an advert can carry. Of the same family.
   */
  readonly more_addresses: readonly string[]
}

/** Instances that are active on the same node, always. */
export interface GroupSpec {
  /** Names of instances. */
  readonly instances: readonly string[]
  /**
   * manual: a node that returns stays backup until an operator moves the group. automatic: the
   * node with the higher priority takes over as soon as it can. The long form can make it
   * wait.
   */
  readonly failback: FailbackSpec
  /** What else must be in order on a node for this group to be active there. */
  readonly track: readonly TrackSpec[]
}

/**
 * manual: a node that returns stays backup until an operator moves the group. automatic: the
 * node with the higher priority takes over as soon as it can. The long form can make it
 * wait.
 */
export type FailbackSpec =
  | string
  | {
      /** As the short form. */
      readonly mode: 'manual' | 'automatic'
      /**
       * With mode automatic: the group must have been backup this long without a change before it
       * takes over from a lower priority. Unit: ms.
       */
      readonly delay_ms: number
    }

/** Connections to a VIP and port, spread over real servers by IPVS. */
export interface ServiceSpec {
  /** Unique in the cluster; status and log use it. */
  readonly name: string
  /** A VIP of one of the instances, without prefix length. */
  readonly address: string
  /** The port that clients connect to. */
  readonly port: number
  /** Transport protocol of the service. */
  readonly protocol: 'tcp' | 'udp'
  /**
   * How a real server is chosen. rr: in turn. wrr: in turn by weight. lc: fewest connections.
   * wlc: fewest connections by weight. sh: by hash of the client address. mh: Maglev, by hash
   * of the client address with little change when a server goes.
   */
  readonly scheduler: 'rr' | 'wrr' | 'lc' | 'wlc' | 'sh' | 'mh'
  /**
   * nat: the director rewrites addresses, and the real servers use a VIP on their side as
   * gateway. dr: direct routing; the real servers hold the VIP on a loopback interface and
   * answer the client themselves.
   */
  readonly forward: 'nat' | 'dr'
  /**
   * How the director finds out whether a real server works. Absent: every real server counts
   * as up.
   */
  readonly check?: CheckSpec
  /** The machines that do the work. */
  readonly real_servers: readonly RealServerSpec[]
}

/** A machine that answers for a service. */
export interface RealServerSpec {
  /** The address of the machine itself. */
  readonly address: string
  /**
   * The port on the machine. Absent: the port of the service. With forward dr it cannot
   * differ.
   */
  readonly port?: number
  /**
   * Share of the connections, against the other weights of the service. 0: no new connection,
   * while those that exist go on.
   */
  readonly weight: number
}

/**
 * How the director finds out whether a real server works. Absent: every real server counts
 * as up.
 */
export interface CheckSpec {
  /** tcp: a TCP connection can be made. */
  readonly type: 'tcp'
  /** The port to try on the real server. Absent: the real server's own. */
  readonly port?: number
  /** From the start of one check to the start of the next. Unit: ms. */
  readonly interval_ms: number
  /** A check that takes longer has failed. Shorter than the interval. Unit: ms. */
  readonly timeout_ms: number
  /** So many failures in a row remove a real server. */
  readonly fall: number
  /** So many successes in a row restore it. */
  readonly rise: number
}

/** Who may log in. Absent: nobody; the console shows messages only. */
export interface AccessSpec {
  /**
   * Public keys that may log in as root by SSH on the management interface. There is no log-in
   * by password over the network.
   */
  readonly authorized_keys: readonly AuthorizedKeySpec[]
  /**
   * A file of mode 0600 whose one line is the crypt(3) hash of root's password on the console,
   * SHA-512 ($6$) or SHA-256 ($5$), as `init` and `openssl passwd -6` write it. Absent: no
   * log-in on the console.
   */
  readonly console_password_hash?: FileReference
}

/** A line of an OpenSSH authorized_keys file, or a file of such lines. */
export type AuthorizedKeySpec =
  | string
  | {
      /** Path of a file of public keys, relative to the folder of the cluster file. */
      readonly file: string
    }

/** A file of yours that goes into the base image. */
export interface OperatorFileSpec {
  /** Path of the file here, relative to the folder of the cluster file. */
  readonly source: string
  /** Absolute path of the file in the running system. */
  readonly destination: string
  /** Permission bits, as octal digits in quotes. */
  readonly mode: string
}

/** A package of the base distribution, by its name: all of its files, or those that you name. */
export type PackageSpec =
  | string
  | {
      /** Name of the package. */
      readonly name: string
      /**
       * Absolute paths of the files to take; a folder takes all below it. Absent: all files.
       * Shared libraries that they need follow by themselves.
       */
      readonly paths?: readonly string[]
    }

/** A key that both nodes know: in a file, or for trials the one that everybody knows. */
export interface HeartbeatKeySpec {
  /** Named in each frame; two live ids let keys be changed one node at a time. */
  readonly id: number
  /**
   * Path of a file of mode 0600 whose one line is 64 hexadecimal digits, relative to the
   * folder of the cluster file. `init` makes one.
   */
  readonly file?: string
  /**
   * true: the key of the examples, which is in the source of this program. It keeps out
   * accidents and nobody else.
   */
  readonly example?: true
}

/** A way to the peer: the serial line, or an interface. */
export interface HeartbeatPathSpec {
  /** true: the null-modem line between the heartbeat ports of the nodes. */
  readonly serial?: true
  /**
   * Datagrams between the first addresses of the nodes on this interface: of IPv4 where both
   * have one, else of IPv6, link-local ones last.
   */
  readonly interface?: string
  /** Of both ends. Only with `interface`. */
  readonly udp_port?: number
  /** Only addresses of this family are taken. Absent: either. Only with `interface`. */
  readonly family?: 'ipv4' | 'ipv6'
}

/**
 * What a peer can do whose frames are whole and cannot be verified: another key, another
 * version.
 */
export interface StrangerSpec {
  /**
   * hold: no takeover while such frames say on the serial line that it is active. ignore: they
   * count for nothing.
   */
  readonly action: 'hold' | 'ignore'
  /** Counted from when adverts are no longer heard. Unit: ms. */
  readonly hold_ms_max: number
}

/** How the two nodes hear each other beside VRRP. Absent: VRRP alone. */
export interface HeartbeatSpec {
  /** Keys that are accepted; two while they are being changed. */
  readonly keys: readonly HeartbeatKeySpec[]
  /** The id of one of the keys. Absent: the first. */
  readonly send_with?: number
  /** Time between two frames on each path. Unit: ms. */
  readonly interval_ms: number
  /** Silence that counts as the loss of a path, at least four intervals. Unit: ms. */
  readonly dead_ms: number
  /** Ways to the peer, by name. All carry the same frames. */
  readonly paths: Readonly<Record<string, HeartbeatPathSpec>>
  /**
   * What a peer can do whose frames are whole and cannot be verified: another key, another
   * version.
   */
  readonly stranger: StrangerSpec
}

/**
 * Addresses that show whether an interface reaches the world: it does while any of them
 * answers. The nodes compare how many groups they reach.
 */
export interface ConnectivitySpec {
  /** Echo requests go out here. */
  readonly interface: string
  /** Addresses that answer pings; several, so that one of them may be down. */
  readonly targets: readonly string[]
  /** Time between two echo requests to a target. Unit: ms. */
  readonly interval_ms: number
  /** An answer later than this does not count. Unit: ms. */
  readonly timeout_ms: number
}

/** A program that must succeed before a takeover while every path is silent. */
export interface FencingSpec {
  /** Its absolute path in the running system: one of `files`. */
  readonly hook: string
  /** Longer than this and it has failed. Unit: ms. */
  readonly timeout_ms: number
}

/** How the heartbeat and VRRP decide together. */
export interface ArbitrationSpec {
  /**
   * guarded: nobody takes over while any path says that the peer is active; it needs a
   * heartbeat and is the default with one. strict_rfc: VRRP alone decides.
   */
  readonly policy?: 'guarded' | 'strict_rfc'
  /**
   * Every path is silent and no connectivity group answers. serve: be active all the same.
   * hold: do not.
   */
  readonly all_silent: 'serve' | 'hold'
  /** A program that must succeed before a takeover while every path is silent. */
  readonly fencing?: FencingSpec
}

/** How long a change of carrier must last before it counts. Absent: it counts at once. */
export interface LinkDelaysSpec {
  /** Carrier counts as up only after this long. Unit: ms. */
  readonly up_delay_ms: number
  /**
   * Lost carrier counts as down only after this long. Shorter than three advert intervals, or
   * the other node may take over meanwhile. Unit: ms.
   */
  readonly down_delay_ms: number
}

/** Exactly one of link, address, script and file. */
export interface TrackSpec {
  /** An interface that must have its link. */
  readonly link?: string
  /** An address that must be present on the node. */
  readonly address?: string
  /**
   * Path of a program, run without arguments; exit code 0 is up. It belongs into `files` or
   * `packages`.
   */
  readonly script?: string
  /** Path of a file that holds a number: 0 is up, 1 and more says how much is wrong. */
  readonly file?: string
  /**
   * Priority that is lost while it is down; with a file, times its number. Absent: the group
   * cannot be active.
   */
  readonly weight?: number
  /** How often the script runs or the file is read. Absent: 1000. Unit: ms. */
  readonly interval_ms?: number
  /** A script that takes longer is ended and counts as down. Absent: the interval. Unit: ms. */
  readonly timeout_ms?: number
}

/** How the VIPs of a new active node are made known: gratuitous ARP. */
export interface AnnounceSpec {
  /** How often each VIP is announced after a takeover, 2 s apart. */
  readonly repeat: number
  /**
   * At most so many announcements a second, over all instances. Switches drop more than they
   * can learn. Unit: 1/s.
   */
  readonly rate_per_s: number
  /** While active, all VIPs are announced again so often. Absent: never. Unit: s. */
  readonly refresh_s?: number
}

/** Restarts a node whose agent gives no sign of life any more. Absent: none is used. */
export interface WatchdogSpec {
  /** So long after its last sign of life the hardware restarts the node. Unit: s. */
  readonly timeout_s: number
}
