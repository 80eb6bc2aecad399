/** What can be done to the pair, as plain data: scenarios and found failures are lists of it. */

import type { OrderName } from '../agent/control/order.ts'
import type { Instant } from '../agent/units.ts'
import type { ServiceConfig } from '../model/node-config.ts'
import type { LineFaults } from './serial.ts'

export type FaultAction =
  /** Power off: the kernel and its VIPs are gone at once. */
  | { readonly kind: 'power_off'; readonly node: string }
  /** Power on: a fresh kernel, and the process starts. */
  | { readonly kind: 'power_on'; readonly node: string }
  /** The process is killed: its supervisor closes the VIPs at once. */
  | { readonly kind: 'kill'; readonly node: string }
  /** The supervisor of the process ends, or is started again. */
  | { readonly kind: 'supervisor'; readonly node: string; readonly running: boolean }
  /** A clean stop of the process; the machine stays on. */
  | { readonly kind: 'stop'; readonly node: string }
  /** The process starts again on the same kernel, with its config or with one that is wrong. */
  | { readonly kind: 'start'; readonly node: string; readonly isConfigWrong?: boolean }
  /** A cable is pulled or plugged. */
  | { readonly kind: 'carrier'; readonly node: string; readonly path: string; readonly up: boolean }
  /** The next adverts and ARPs that the node sends on a path are lost. */
  | { readonly kind: 'lose'; readonly node: string; readonly path: string; readonly count: number }
  /** What one node sends does not reach the other, on one path; carrier stays. */
  | {
      readonly kind: 'one_way'
      readonly from: string
      readonly to: string
      readonly path: string
      readonly broken: boolean
    }
  /** The process does not run for a while; the kernel does. */
  | { readonly kind: 'stall'; readonly node: string }
  | { readonly kind: 'resume'; readonly node: string }
  /** The kernel refuses flips, IPVS requests, or a change of VIPs with this errno; 0 ends it. */
  | {
      readonly kind: 'refuse'
      readonly node: string
      readonly what: 'open' | 'closed' | 'ipvs' | 'vips'
      readonly errno: number
    }
  /** A third router says on a path that it is active. */
  | {
      readonly kind: 'foreign_advert'
      readonly path: string
      readonly vrid: number
      readonly priority: number
      /** With the checksum of RFC 5798 as others read it. */
      readonly pseudo_header?: boolean
      readonly family?: 'ipv4' | 'ipv6'
    }
  /** How much is wrong with an entry of what the first group of a node tracks; 0: nothing. */
  | {
      readonly kind: 'tracked'
      readonly node: string
      readonly index: number
      readonly down: number
    }
  /** A third host says once on a path that an address is at its MAC address. */
  | {
      readonly kind: 'claim'
      readonly path: string
      readonly address: string
      readonly mac: string
    }
  /** A third host has an address, and answers for it, or has it no more. */
  | {
      readonly kind: 'squat'
      readonly path: string
      readonly address: string
      readonly present: boolean
    }
  /** The delay of a path, in microseconds. */
  | {
      readonly kind: 'delay'
      readonly path: string
      readonly minimum_us: number
      readonly maximum_us: number
    }
  /** All that a node sends or receives on a path is lost, to and from everybody; carrier stays. */
  | {
      readonly kind: 'broken'
      readonly node: string
      readonly path: string
      readonly way: 'tx' | 'rx'
      readonly broken: boolean
    }
  /** A filter lets adverts, ARP probes, or datagrams of the heartbeat pass no more on a path. */
  | {
      readonly kind: 'blocked'
      readonly path: string
      readonly cargo: 'frame' | 'arp' | 'datagram'
      readonly blocked: boolean
    }
  /** Chances that something on a path is lost, comes twice, or comes damaged. */
  | {
      readonly kind: 'disturb'
      readonly path: string
      readonly lose: number
      readonly duplicate: number
      readonly corrupt: number
    }
  /** What a node sends on the serial line is hurt so from now on. */
  | ({ readonly kind: 'line'; readonly from: string } & Partial<LineFaults>)
  /** Bytes from nowhere at a node's end of the line: noise, or a console that writes. */
  | { readonly kind: 'inject'; readonly node: string; readonly hex: string }
  /** What a node sends by the heartbeat is recorded from now on. */
  | { readonly kind: 'tap'; readonly node: string }
  /** All that was recorded of a node comes to the other once more, by the same paths. */
  | { readonly kind: 'replay'; readonly of: string }
  /** The link-local address of IPv6 is tentative, or gone, or ready to be used. */
  | {
      readonly kind: 'address6'
      readonly node: string
      readonly path: string
      readonly ready: boolean
    }
  /** Someone sets arp_ignore of the interfaces back: closed VIPs answer, until it is repaired. */
  | { readonly kind: 'arp_ignore_reset'; readonly node: string }
  /** The adapter of the line is pulled or plugged. */
  | { readonly kind: 'adapter'; readonly node: string; readonly plugged: boolean }
  /** An address answers pings or not, those of one node or of both (`*`). */
  | {
      readonly kind: 'target'
      readonly node: string
      readonly address: string
      readonly up: boolean
    }
  /** The fencing hook fails with this errno; 0: it works. */
  | { readonly kind: 'fencing'; readonly errno: number }
  /** The machine is frozen as it is, and later put back to that. */
  | { readonly kind: 'snapshot'; readonly node: string }
  | { readonly kind: 'restore'; readonly node: string }
  /** The wall clock steps: nothing of the director has it, so nothing may happen. */
  | { readonly kind: 'clock_step'; readonly node: string; readonly length_s: number }
  /** Someone empties the IPVS table of a node. */
  | { readonly kind: 'ipvs_clear'; readonly node: string }
  /** The operator orders it on the node; the node may refuse. */
  | {
      readonly kind: 'order'
      readonly node: string
      readonly order: OrderName
      readonly force?: boolean
    }
  /** The operator reloads the node's config with these differences; the node may refuse. */
  | ({ readonly kind: 'reload'; readonly node: string } & ConfigEdit)
  /** A real server stops or begins to answer. */
  | { readonly kind: 'real_server'; readonly address: string; readonly up: boolean }

/** What of a node's config is other, and all that is absent stays. */
export interface ConfigEdit {
  readonly services?: readonly ServiceConfig[]
  /** VIPs by instance, with prefix length, all in adverts. */
  readonly vips?: Readonly<Record<string, readonly string[]>>
  /** A byte in hexadecimal that the digest of what both nodes share is made of. */
  readonly digest?: string
  /** Of every instance. */
  readonly priority?: number
  /** It is no config at all. */
  readonly isConfigWrong?: boolean
  /** Only what it would change is asked. */
  readonly isCheck?: boolean
}

export type Fault = FaultAction & { readonly at: Instant }
