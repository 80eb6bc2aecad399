/** Two nodes, their wires and one virtual clock. */

import type { Effect, Event } from '../agent/machine.ts'
import { type Duration, type Instant, instant } from '../agent/units.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { act } from './apply-fault.ts'
import { type Checker, type Violation, violate } from './checker.ts'
import type { Fault } from './faults.ts'
import type { Host } from './host.ts'
import { type NodeOptions, newNode, type SimNode, startProcess } from './node.ts'
import { receiveFrame, receiveSerial } from './ports.ts'
import { newQueue, type Queue } from './queue.ts'
import { stream } from './random.ts'
import { newSerialLine, type SerialLine } from './serial.ts'
import type { Snapshot } from './snapshot.ts'
import { newWire, type Wire } from './wire.ts'

export interface World {
  readonly queue: Queue
  readonly nodes: readonly SimNode[]
  readonly wires: ReadonlyMap<string, Wire>
  readonly line: SerialLine
  /** Addresses that answer no ping, for a node or for `*`: `lb1 192.0.2.1`. */
  readonly unreachable: Set<string>
  /** The errno of the fencing hook. */
  fencing_errno: number
  /** Frozen copies of nodes, to be restored. */
  readonly snapshots: Map<string, Snapshot>
  /** Real servers that do not answer, by address. */
  readonly downServers: Set<string>
  /** Who learns on the front interface which node has a VIP; undefined: nobody looks. */
  host: Host | undefined
  readonly checkers: readonly Checker[]
  readonly violations: Violation[]
  events: number
  /** Called with each step, to print a run. */
  readonly trace:
    | ((node: SimNode, event: Event | 'begin', effects: readonly Effect[]) => void)
    | undefined
}

export interface WorldOptions {
  readonly seed: number
  readonly configs: readonly NodeConfig[]
  readonly checkers: readonly Checker[]
  /** Nodes that are off until a fault powers them on. */
  readonly off?: readonly string[]
  readonly trace?: World['trace'] | undefined
  readonly nodes?: readonly NodeOptions[]
}

/** Builds the world and powers its nodes on, at 1 s of virtual time. */
export function newWorld(options: WorldOptions): World {
  const queue = newQueue(instant(1_000_000))
  const wires = newWires(options, queue)
  const world: World = {
    queue,
    wires,
    nodes: [],
    line: newSerialLine(queue, stream(options.seed, 'serial line')),
    unreachable: new Set(),
    fencing_errno: 0,
    snapshots: new Map(),
    downServers: new Set(),
    host: undefined,
    checkers: options.checkers,
    violations: [],
    events: 0,
    trace: options.trace,
  }
  const onStep = options.checkers.filter(checker => checker.onStep !== undefined)
  const onEffects = options.checkers.filter(checker => checker.onEffects !== undefined)
  const watch = {
    onStep(node: SimNode, event: Event | 'begin', effects: readonly Effect[]) {
      world.events += 1
      world.trace?.(node, event, effects)
      for (const checker of onStep) checker.onStep?.(world, node, event, effects)
      if (effects.length === 0) return
      for (const checker of onEffects) checker.onEffects?.(world, node, event, effects)
    },
    onOwnership: () => observe(world),
    reaches: (node: SimNode, link: string, address: string) => reaches(world, node, link, address),
    fence: () => world.fencing_errno,
    probe: (_: SimNode, address: string) => (world.downServers.has(address) ? 111 : 0),
  }
  const nodes = options.configs.map((config, index) =>
    newNode({
      ...{ name: config.node.name, index, config, wires, queue, watch },
      options: options.nodes?.[index] ?? {},
    }),
  )
  Object.assign(world, { nodes })
  for (const node of nodes) attach(world, node)
  for (const checker of world.checkers) checker.onStart?.(world)
  for (const node of nodes) {
    if (options.off?.includes(node.name)) node.powered = false
    else startProcess(node)
  }
  return world
}

// More than this at one moment is a deadline that is never met.
const ENTRIES_AT_ONCE_MAX = 10_000

/** Plans faults; each happens at its time. */
export function planFaults(world: World, faults: readonly Fault[]): void {
  for (const fault of faults) {
    world.queue.plan(fault.at, () => {
      act(world, fault)
      observe(world)
    })
  }
}

/** Runs until a time, or until a checker has found something. */
export function runUntil(world: World, until: Instant): void {
  let now = world.queue.now()
  let entries = 0
  while (world.violations.length === 0 && world.queue.runNext(until)) {
    entries = world.queue.now() === now ? entries + 1 : 0
    now = world.queue.now()
    if (entries > ENTRIES_AT_ONCE_MAX) violate(world, 'livelock', 'virtual time stands still')
  }
}

/** Nodes that answer for the VIPs of an instance: powered, open, and with a carrier. */
export const ownersOf = (world: World, instance: string): readonly SimNode[] =>
  world.nodes.filter(node => isOwner(world, node, instance))

/** How many nodes answer for the VIPs of an instance. */
export function countOwners(world: World, instance: string): number {
  let count = 0
  for (const node of world.nodes) if (isOwner(world, node, instance)) count += 1
  return count
}

function isOwner(world: World, node: SimNode, instance: string): boolean {
  const { open, answersClosed } = node.kernel
  if (!node.powered || !(answersClosed || open.has(instance))) return false
  const path = node.config.vrrp.instances.find(other => other.name === instance)?.interface ?? ''
  return world.wires.get(path)?.hasCarrier(node.name) ?? false
}

function observe(world: World): void {
  for (const checker of world.checkers) checker.onOwnership?.(world)
}

function newWires(options: WorldOptions, queue: Queue): ReadonlyMap<string, Wire> {
  const names = new Set(
    options.configs.flatMap(config => config.interfaces.map(({ name }) => name)),
  )
  return new Map(
    [...names].map(name => [name, newWire(name, queue, stream(options.seed, `wire ${name}`))]),
  )
}

function reaches(world: World, node: SimNode, link: string, address: string): boolean {
  const wire = world.wires.get(link)
  if (wire === undefined || !wire.hasCarrier(node.name)) return false
  if (wire.isBroken(node.name, 'tx') || wire.isBroken(node.name, 'rx')) return false
  if (world.unreachable.size === 0) return true
  return !world.unreachable.has(`${node.name} ${address}`) && !world.unreachable.has(`* ${address}`)
}

function attach(world: World, node: SimNode): void {
  const { heartbeat } = node.config.serial
  if (heartbeat !== undefined) {
    node.line = world.line.attach(node.name, heartbeat.baud, bytes => receiveSerial(node, bytes))
  }
  for (const { name } of node.config.interfaces) {
    node.wires
      .get(name)
      ?.attach(node.name, (bytes, cargo) => receiveFrame(node, name, bytes, cargo))
  }
}

export type { Duration }
