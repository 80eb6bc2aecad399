/** A virtual machine as its host can freeze it and put it back: memory, devices, its clock. */

import type { DirectorState } from '../agent/state.ts'
import { type Duration, type Instant, microseconds } from '../agent/units.ts'
import { newKernel } from './kernel.ts'
import { killProcess, resumeProcess } from './life.ts'
import { localTime, type SimNode } from './node.ts'

export interface Snapshot {
  readonly state: DirectorState
  readonly open: readonly string[]
  readonly ipvs: SimNode['kernel']['ipvs']
  /** By the node's own clock. */
  readonly at: Instant
}

/** Copies a running node; undefined: no process runs. */
export function takeSnapshot(node: SimNode): Snapshot | undefined {
  if (node.state === undefined) return undefined
  return {
    state: copyOf(node.state),
    open: [...node.kernel.open],
    ipvs: new Map(node.kernel.ipvs),
    at: localTime(node),
  }
}

/** Puts a node back: it goes on where it was, with the same randomness and an older clock. */
export function restoreSnapshot(node: SimNode, snapshot: Snapshot): void {
  killProcess(node)
  node.powered = true
  node.stalled = false
  node.backlog.length = 0
  const kernel = newKernel()
  Object.assign(kernel, {
    flip_delay: node.kernel.flip_delay,
    ipvs_delay: node.kernel.ipvs_delay,
  })
  for (const name of snapshot.open) kernel.open.add(name)
  for (const [name, service] of snapshot.ipvs) kernel.ipvs.set(name, service)
  node.kernel = kernel
  node.clock = microseconds(snapshot.at - node.queue.now()) as Duration
  node.state = copyOf(snapshot.state)
  node.wakeAt = snapshot.at
  resumeProcess(node)
}

// Everything but the functions is plain data.
function copyOf({ hash, config, ...rest }: DirectorState): DirectorState {
  return { ...clone(rest), hash, config }
}

function clone<Value>(value: Value): Value {
  if (value instanceof Uint8Array) return value.slice() as Value
  if (Array.isArray(value)) return value.map(clone) as Value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, held]) => [key, clone(held)])
  return Object.fromEntries(entries) as Value
}
