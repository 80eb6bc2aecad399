/** One Ethernet segment: a switch with a cable to each node; each direction can be hurt alone. */

import { after, type Duration, microseconds } from '../agent/units.ts'
import type { Queue } from './queue.ts'
import type { Random } from './random.ts'

export interface Wire {
  readonly name: string
  attach(node: string, receive: (frame: Uint8Array) => void): void
  send(from: string, frame: Uint8Array): void
  /** The cable of one node; pulled, neither direction works and both ends see no carrier. */
  setCarrier(node: string, up: boolean): void
  hasCarrier(node: string): boolean
  /** Drops silently what goes this way; carrier stays. */
  setDeaf(from: string, to: string, deaf: boolean): void
  /** The chance that a frame is lost, for each receiver. */
  setLoss(probability: number): void
  /** Drops the next frames that a node sends. */
  dropNext(from: string, count: number): void
  setDelay(minimum: Duration, maximum: Duration): void
  readonly counters: { sent: number; delivered: number; lost: number }
}

/** A wire without nodes, without loss, with 50 to 150 microseconds of delay. */
export function newWire(name: string, queue: Queue, random: Random): Wire {
  const ports = new Map<string, (frame: Uint8Array) => void>()
  const unplugged = new Set<string>()
  const deaf = new Set<string>()
  const doomed = new Map<string, number>()
  const counters = { sent: 0, delivered: 0, lost: 0 }
  let loss = 0
  let delay_min = microseconds(50)
  let delay_max = microseconds(150)

  const isLost = (from: string, to: string) =>
    unplugged.has(from) || unplugged.has(to) || deaf.has(`${from}>${to}`) || random.chance(loss)

  const isDoomed = (from: string) => {
    const left = doomed.get(from) ?? 0
    if (left > 0) doomed.set(from, left - 1)
    return left > 0
  }

  return {
    name,
    counters,
    attach: (node, receive) => ports.set(node, receive),
    send(from, frame) {
      counters.sent += 1
      const dropped = isDoomed(from)
      for (const [to, receive] of ports) {
        if (to === from) continue
        const wait = random.integer(delay_min, delay_max) as Duration
        if (dropped || isLost(from, to)) {
          counters.lost += 1
          continue
        }
        queue.plan(after(queue.now(), wait), () => {
          if (unplugged.has(to)) return
          counters.delivered += 1
          receive(frame)
        })
      }
    },
    setCarrier: (node, up) => void (up ? unplugged.delete(node) : unplugged.add(node)),
    hasCarrier: node => !unplugged.has(node),
    setDeaf: (from, to, isDeaf) =>
      void (isDeaf ? deaf.add(`${from}>${to}`) : deaf.delete(`${from}>${to}`)),
    setLoss: probability => {
      loss = probability
    },
    dropNext: (from, count) => doomed.set(from, count),
    setDelay: (minimum, maximum) => {
      delay_min = minimum
      delay_max = maximum
    },
  }
}
