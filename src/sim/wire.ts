/** One Ethernet segment: a switch with a cable to each node; each direction can be hurt alone. */

import { after, type Duration, microseconds } from '../agent/units.ts'
import type { Queue } from './queue.ts'
import type { Random } from './random.ts'

/** An advert or an announcement, a question who has a VIP or its answer, or a heartbeat. */
export type Cargo = 'frame' | 'arp' | 'datagram'

/** Chances for each thing that is sent to each receiver. */
export interface Disturbance {
  readonly lose: number
  readonly duplicate: number
  readonly corrupt: number
}

interface Port {
  readonly name: string
  readonly receive: Receive
}

interface Delivery {
  readonly to: Port
  readonly bytes: Uint8Array
  readonly cargo: Cargo
  readonly from: string
}

type Receive = (bytes: Uint8Array, cargo: Cargo, from: string) => void

export interface Wire {
  readonly name: string
  /** `from` is what a switch knows: the port that a frame came in by. */
  attach(node: string, receive: Receive): void
  send(from: string, bytes: Uint8Array, cargo?: Cargo): void
  /** The cable of one node; pulled, neither direction works and both ends see no carrier. */
  setCarrier(node: string, up: boolean): void
  hasCarrier(node: string): boolean
  /** Drops silently what goes this way; carrier stays. */
  setDeaf(from: string, to: string, deaf: boolean): void
  /** Drops silently all that a node sends or receives here, from the targets of pings too. */
  setBroken(node: string, way: 'tx' | 'rx', broken: boolean): void
  isBroken(node: string, way: 'tx' | 'rx'): boolean
  /** A filter or a switch that lets one kind of cargo pass no more. */
  setBlocked(cargo: Cargo, blocked: boolean): void
  disturb(disturbance: Disturbance): void
  /** Drops the next frames that a node sends. */
  dropNext(from: string, count: number): void
  setDelay(minimum: Duration, maximum: Duration): void
  readonly counters: { sent: number; delivered: number; lost: number }
}

const QUIET: Disturbance = { lose: 0, duplicate: 0, corrupt: 0 }

/** A wire without nodes, without loss, with 50 to 150 microseconds of delay. */
export function newWire(name: string, queue: Queue, random: Random): Wire {
  const ports: Port[] = []
  const unplugged = new Set<string>()
  const deaf = new Set<string>()
  const broken = new Set<string>()
  const blocked = new Set<Cargo>()
  const doomed = new Map<string, number>()
  const counters = { sent: 0, delivered: 0, lost: 0 }
  let disturbance = QUIET
  let [delay_min, delay_max] = [microseconds(50), microseconds(150)]

  const isLost = (from: string, to: string, cargo: Cargo) =>
    (unplugged.size > 0 && (unplugged.has(from) || unplugged.has(to))) ||
    (deaf.size > 0 && deaf.has(`${from}>${to}`)) ||
    (broken.size > 0 && (broken.has(`${from} tx`) || broken.has(`${to} rx`))) ||
    (blocked.size > 0 && blocked.has(cargo)) ||
    random.chance(disturbance.lose)

  const isDoomed = (from: string, cargo: Cargo) => {
    const left = cargo === 'frame' && doomed.size > 0 ? (doomed.get(from) ?? 0) : 0
    if (left > 0) doomed.set(from, left - 1)
    return left > 0
  }

  const arrive = ({ to, bytes, cargo, from }: Delivery) => {
    if (unplugged.has(to.name)) return
    counters.delivered += 1
    to.receive(bytes, cargo, from)
  }

  const deliverLater = (from: string, to: Port, bytes: Uint8Array, cargo: Cargo) => {
    const wait = random.integer(delay_min, delay_max) as Duration
    queue.plan(after(queue.now(), wait), arrive, { to, bytes, cargo, from })
  }

  return {
    name,
    counters,
    attach: (name, receive) => ports.push({ name, receive }),
    send(from, bytes, cargo = 'frame') {
      counters.sent += 1
      const dropped = isDoomed(from, cargo)
      for (const to of ports) {
        if (to.name === from) continue
        if (dropped || isLost(from, to.name, cargo)) {
          counters.lost += 1
          continue
        }
        const isHurt = cargo === 'datagram' && random.chance(disturbance.corrupt)
        const came = isHurt ? corrupted(bytes, random) : bytes
        deliverLater(from, to, came, cargo)
        if (random.chance(disturbance.duplicate)) deliverLater(from, to, came, cargo)
      }
    },
    setCarrier: (node, up) => put(unplugged, node, !up),
    hasCarrier: node => !unplugged.has(node),
    setDeaf: (from, to, isDeaf) => put(deaf, `${from}>${to}`, isDeaf),
    setBroken: (node, way, isBroken) => put(broken, `${node} ${way}`, isBroken),
    isBroken: (node, way) => broken.has(`${node} ${way}`),
    setBlocked: (cargo, isBlocked) => put(blocked, cargo, isBlocked),
    disturb: wanted => {
      disturbance = wanted
    },
    dropNext: (from, count) => doomed.set(from, count),
    setDelay: (minimum, maximum) => {
      delay_min = minimum
      delay_max = maximum
    },
  }
}

function put<Element>(set: Set<Element>, element: Element, isIn: boolean): void {
  if (isIn) set.add(element)
  else set.delete(element)
}

// Damaged beyond what the checksum of UDP notices; that of Ethernet leaves adverts whole.
function corrupted(bytes: Uint8Array, random: Random): Uint8Array {
  const came = bytes.slice()
  for (let times = random.integer(1, 4); times > 0; times -= 1) {
    const at = random.integer(0, came.length - 1)
    came[at] = (came[at] ?? 0) ^ (1 << random.integer(0, 7))
  }
  return came
}
