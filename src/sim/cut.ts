/** What a guarded pair hears each other by, cut or mended at once. */

import type { Instant } from '../agent/units.ts'
import type { Fault } from './faults.ts'

/** Adverts on front and back. */
export const cutAdverts = (at: Instant, isCut: boolean): readonly Fault[] =>
  (['front', 'back'] as const).map(path => ({
    ...{ at, kind: 'blocked', path, cargo: 'frame', blocked: isCut },
  }))

/** Datagrams of the heartbeat on back and mgmt. */
export const cutDatagrams = (at: Instant, isCut: boolean): readonly Fault[] =>
  (['back', 'mgmt'] as const).map(path => ({
    ...{ at, kind: 'blocked', path, cargo: 'datagram', blocked: isCut },
  }))

/** The serial line, both ways. */
export const cutLine = (at: Instant, isCut: boolean): readonly Fault[] =>
  (['lb1', 'lb2'] as const).map(from => ({ at, kind: 'line', from, cut: isCut }))

/** Questions who has a VIP, and their answers, on front and back. */
export const cutAnswers = (at: Instant, isCut: boolean): readonly Fault[] =>
  (['front', 'back'] as const).map(path => ({
    ...{ at, kind: 'blocked', path, cargo: 'arp', blocked: isCut },
  }))

/** Of back nothing comes to lb2 any more, of mgmt nothing to lb1. */
export const cutOneWay = (at: Instant): readonly Fault[] => [
  { at, kind: 'one_way', from: 'lb1', to: 'lb2', path: 'back', broken: true },
  { at, kind: 'one_way', from: 'lb2', to: 'lb1', path: 'mgmt', broken: true },
]

/** Every path, and VRRP. */
export const cutEverything = (at: Instant, isCut: boolean): readonly Fault[] => [
  ...cutAdverts(at, isCut),
  ...cutAnswers(at, isCut),
  ...cutDatagrams(at, isCut),
  ...cutLine(at, isCut),
]
