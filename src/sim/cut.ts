/** Every path of a guarded pair is cut, or mended, at once. */

import type { Instant } from '../agent/units.ts'
import type { Fault } from './faults.ts'

/** Adverts on front and back, datagrams on back and mgmt, and the line both ways. */
export const cutEverything = (at: Instant, isCut: boolean): readonly Fault[] => [
  { at, kind: 'blocked', path: 'front', cargo: 'frame', blocked: isCut },
  { at, kind: 'blocked', path: 'back', cargo: 'frame', blocked: isCut },
  { at, kind: 'blocked', path: 'back', cargo: 'datagram', blocked: isCut },
  { at, kind: 'blocked', path: 'mgmt', cargo: 'datagram', blocked: isCut },
  { at, kind: 'line', from: 'lb1', cut: isCut },
  { at, kind: 'line', from: 'lb2', cut: isCut },
]
