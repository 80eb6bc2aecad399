/** One simulated node: the real director, its kernel, and a process that can stall or die. */

import { begin, nextDeadline, step } from '../agent/director.ts'
import type { Life } from '../agent/life.ts'
import type { Effect, Event } from '../agent/machine.ts'
import type { DirectorState } from '../agent/state.ts'
import { after, type Duration, type Instant, instant, microseconds } from '../agent/units.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { simHash } from './hash.ts'
import { newKernel, type SimKernel } from './kernel.ts'
import { performOne } from './perform.ts'
import { reportPath } from './ports.ts'
import type { Queue } from './queue.ts'
import type { SerialPort } from './serial.ts'
import type { Wire } from './wire.ts'

/**
 * The time in an event that nobody was handed yet: the node puts its own there. An event has its
 * place for the time from the start, as to add one to an object takes the engine longer.
 */
export const NOT_YET = instant(0)

/** A director's core: of this tree, or an older one beside it. */
export interface Core {
  begin: typeof begin
  step: typeof step
  nextDeadline: typeof nextDeadline
}

/** Of this tree. */
export const PRESENT: Core = { begin, step, nextDeadline }

export interface NodeWatch {
  onStep(node: SimNode, event: Event | 'begin', effects: readonly Effect[]): void
  /** The kernel opened or closed the VIPs of an instance. */
  onOwnership(node: SimNode): void
  /** Whether an address answers pings. */
  reaches(node: SimNode, link: string, address: string): boolean
  /** The errno of the fencing hook. */
  fence(node: SimNode): number
  /** The errno of a connection to a real server. */
  probe(node: SimNode, address: string, port: number): number
}

export interface SimNode {
  readonly name: string
  readonly index: number
  /** Another one from a reload on. */
  config: NodeConfig
  readonly wires: ReadonlyMap<string, Wire>
  readonly queue: Queue
  /** The line of the heartbeat; undefined: the config has none. */
  line: SerialPort | undefined
  /** Of the line's counters, when the process was last told. */
  lineErrors: number
  /** What the node's own clock is ahead of the world's: a restored machine is behind. */
  clock: Duration
  readonly options: NodeOptions
  readonly watch: NodeWatch
  kernel: SimKernel
  /** What the machine was booted with. */
  core: Core
  /** The director; undefined: the process does not run. */
  state: DirectorState | undefined
  powered: boolean
  /** How often it was powered on again. */
  boots: number
  /** Counts the lives of the process: what an older life waited for is forgotten. */
  life: number
  /** The last life after which a supervisor has closed the VIPs. */
  closedLife: number
  stalled: boolean
  /** A supervisor runs beside the process. */
  supervised: boolean
  /** How long the process had been silent when its supervisor closed the VIPs; 0: it did not. */
  silent: Duration
  /** Counts how often the process stalled. */
  stalls: number
  /** What it sent by the heartbeat since it is recorded; undefined: it is not. */
  tapped: { path: string; bytes: Uint8Array }[] | undefined
  /** Interfaces without a link-local address that may be used. */
  readonly tentative: Set<string>
  /** How much is wrong with what a group tracks, by `GROUP INDEX`; absent: nothing. */
  readonly tracked: Map<string, number>
  /** What came in while the process stalled. */
  readonly backlog: Event[]
  wakeAt: Instant | undefined
}

/** What differs between the nodes beside their configs. */
export interface NodeOptions {
  /** One for each time that the machine is powered on; the last one stays. */
  readonly cores?: readonly Core[]
  /** Its frames are of a later minor version, and carry what nobody knows yet. */
  readonly isLater?: boolean
  /** Majors of the heartbeat. */
  readonly versions?: readonly [number, number]
  /** True: nothing is ever known of what is tracked. */
  readonly isUntracked?: boolean
  /** False: nobody looks whether the kernel still holds what it was told. */
  readonly isAudited?: boolean
}

/** A socket holds no more than this for a process that stalls. */
const BACKLOG_MAX = 200

/** A powered node whose process does not run yet. */
export function newNode(
  fields: Pick<SimNode, 'name' | 'index' | 'config' | 'wires' | 'queue' | 'watch' | 'options'>,
): SimNode {
  const { name, index, config, wires, queue, watch, options } = fields
  return {
    name,
    index,
    config,
    wires,
    queue,
    watch,
    options,
    kernel: newKernel(),
    core: options.cores?.[0] ?? PRESENT,
    boots: 0,
    line: undefined,
    lineErrors: 0,
    clock: microseconds(0),
    state: undefined,
    powered: true,
    life: 0,
    closedLife: 0,
    stalled: false,
    supervised: true,
    silent: microseconds(0),
    stalls: 0,
    tapped: undefined,
    tentative: new Set(),
    tracked: new Map(),
    backlog: [],
    wakeAt: undefined,
  }
}

/** Starts the process: the director begins, then hears of every link. */
export function startProcess(node: SimNode): void {
  node.life += 1
  node.stalled = false
  node.silent = microseconds(0)
  node.backlog.length = 0
  node.kernel.vips.clear()
  const [state, effects] = node.core.begin(node.config, localTime(node), lifeOf(node))
  node.state = state
  node.watch.onStep(node, 'begin', effects)
  perform(node, effects)
  planWake(node)
  for (const { name } of node.config.interfaces) reportLink(node, name)
  for (const { name } of node.config.heartbeat?.paths ?? []) reportPath(node, name)
  if (node.options.isUntracked !== true) reportTracked(node)
}

// The director itself follows links.
function reportTracked(node: SimNode): void {
  for (const { name: group, track = [] } of node.config.vrrp.groups) {
    for (const [index, { kind }] of track.entries()) {
      const down = node.tracked.get(`${group} ${index}`) ?? 0
      if (kind !== 'link') deliver(node, { kind: 'tracked', group, index, down, at: NOT_YET })
    }
  }
}

/** The node's own clock. */
export const localTime = (node: SimNode): Instant => after(node.queue.now(), node.clock)

/** What the present start of the process is given; the same again for a record of it. */
export const lifeOf = (node: SimNode): Life => ({
  version: 'simulated',
  entropy: simHash.sha256(Uint8Array.of(node.index, node.life >>> 8, node.life)),
  hash: simHash,
  held: node.kernel.held,
  ...(node.options.versions === undefined ? {} : { versions: node.options.versions }),
})

/** Tells the process how an interface is now. */
export function reportLink(node: SimNode, name: string): void {
  const up = node.wires.get(name)?.hasCarrier(node.name) ?? true
  const config = node.config.interfaces.find(other => other.name === name)
  const address = config?.addresses.find(text => text.indexOf(':') < 0)
  const address6 = node.tentative.has(name)
    ? undefined
    : config?.addresses.find(text => text.startsWith('fe80:'))
  const mac = macOf(node, name)
  const [kind, at] = ['link', NOT_YET] as const
  if (address === undefined) deliver(node, { kind, interface: name, up, mac, at })
  else if (address6 === undefined) deliver(node, { kind, interface: name, up, mac, address, at })
  else deliver(node, { kind, interface: name, up, mac, address, address6, at })
}

/** Hands something to the process, now or when it stops stalling. */
export function deliver(node: SimNode, event: Event): void {
  if (node.state === undefined) return
  if (!node.stalled) {
    run(node, event)
    return
  }
  if (node.backlog.length < BACKLOG_MAX) node.backlog.push(event)
}

/** One step of the director, and what follows from it. */
export function run(node: SimNode, event: Event): void {
  if (node.state === undefined) return
  stamp(event, localTime(node))
  const [state, effects] = node.core.step(node.state, event)
  node.state = state
  node.watch.onStep(node, event, effects)
  perform(node, effects)
  planWake(node)
}

// In place: each event is made for one node, and there are thousands in a run.
function stamp(event: { at: Instant }, at: Instant): void {
  event.at = at
}

function planWake(node: SimNode): void {
  const at = node.state === undefined ? undefined : node.core.nextDeadline(node.state)?.at
  if (at === undefined || at === node.wakeAt) return
  node.wakeAt = at
  const wanted = { node, life: node.life, at }
  node.queue.plan(after(at, microseconds(-node.clock)), wakeUp, wanted)
}

interface Wake {
  readonly node: SimNode
  readonly life: number
  readonly at: Instant
}

function wakeUp({ node, life, at }: Wake): void {
  if (node.life !== life || node.wakeAt !== at || node.stalled) return
  node.wakeAt = undefined
  run(node, { kind: 'wake', at: NOT_YET })
}

function perform(node: SimNode, effects: readonly Effect[]): void {
  if (effects.length === 0) return
  for (const effect of effects) performOne(node, effect)
}

const macOf = (node: SimNode, name: string) =>
  `52:54:00:00:0${node.index}:0${node.config.interfaces.findIndex(other => other.name === name)}`
