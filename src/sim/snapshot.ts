/** A virtual machine as its host can freeze it and put it back: memory, devices, its clock. */

import type { DirectorState } from '../agent/state.ts'
import { type Duration, type Instant, microseconds } from '../agent/units.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { newKernel } from './kernel.ts'
import { killProcess, resumeProcess } from './life.ts'
import { type Core, lifeOf, localTime, type SimNode } from './node.ts'

export interface Snapshot {
  /** The program is in the memory that is copied. */
  readonly core: Core
  readonly config: NodeConfig
  readonly state: DirectorState
  readonly open: readonly string[]
  readonly ipvs: SimNode['kernel']['ipvs']
  readonly vips: SimNode['kernel']['vips']
  /** What the supervisor had not yet told the process: it is in a pipe, and so in the copy. */
  readonly silent: Duration
  /** By the node's own clock. */
  readonly at: Instant
}

/** Copies a running node; undefined: no process runs. */
export function takeSnapshot(node: SimNode): Snapshot | undefined {
  if (node.state === undefined) return undefined
  return {
    core: node.core,
    config: node.config,
    state: copyOf(node.state),
    open: [...node.kernel.open],
    ipvs: new Map(node.kernel.ipvs),
    vips: new Map(node.kernel.vips),
    silent: node.silent,
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
    held: node.kernel.held,
    flip_delay: node.kernel.flip_delay,
    ipvs_delay: node.kernel.ipvs_delay,
  })
  for (const name of snapshot.open) kernel.open.add(name)
  for (const [name, service] of snapshot.ipvs) kernel.ipvs.set(name, service)
  for (const [name, vips] of snapshot.vips) kernel.vips.set(name, vips)
  node.kernel = kernel
  node.core = snapshot.core
  node.config = snapshot.config
  node.clock = microseconds(snapshot.at - node.queue.now()) as Duration
  node.state = restored(node, snapshot)
  node.wakeAt = snapshot.at
  node.silent = snapshot.silent
  resumeProcess(node)
}

// Everything but the functions is plain data.
function copyOf({ hash, config, ...rest }: DirectorState): DirectorState {
  return { ...clone(rest), hash, config }
}

// Into a state that was made as any other is: objects that were put together in another way are
// other objects to the engine, and would slow down every run after this one.
function restored(node: SimNode, { state, at }: Snapshot): DirectorState {
  const [fresh] = node.core.begin(node.config, at, lifeOf(node))
  fill(fresh, state)
  return fresh
}

type Fields = Record<string, unknown>

function fill(into: object, from: object): void {
  const [target, source] = [into as Fields, from as Fields]
  for (const key of Object.keys(target)) if (!(key in source)) delete target[key]
  for (const key of Object.keys(source)) {
    if (key === 'hash' || key === 'config') continue
    const [held, value] = [target[key], source[key]]
    if (isPlain(held) && isPlain(value)) fill(held, value)
    else if (Array.isArray(held) && Array.isArray(value) && held.length === value.length) {
      fill(held, value)
    } else target[key] = clone(value)
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array)

function clone<Value>(value: Value): Value {
  if (value instanceof Uint8Array) return value.slice() as Value
  if (Array.isArray(value)) return value.map(clone) as Value
  if (!isPlain(value)) return value
  const copy = { ...value } as Fields
  for (const key of Object.keys(copy)) copy[key] = clone(copy[key])
  return copy as Value
}
