import { setTimeout as sleep } from 'node:timers/promises'
import type { PathsAnswer } from '../../agent/control/paths.ts'
import type { Status } from '../../agent/control/status-types.ts'
import type { NodeConfig, VrrpInstanceConfig } from '../../model/node-config.ts'
import type { CommandResult } from '../console.ts'
import type { LineEnd } from '../crossed-line.ts'
import { activeDown_ms } from '../failover.ts'
import type { Lab } from '../lab.ts'
import { labProblem } from '../lab-problem.ts'
import { batch, SWITCH } from '../network.ts'
import { networkOf } from '../networks.ts'
import { bootDirector } from '../wait.ts'
import { readerScript } from './kernel-watch.ts'
import type { WireWatch } from './wire-watch.ts'

/** A pair of which one node is active, and what a case of the drill does to it. */
export interface Scene {
  readonly lab: Lab
  readonly wire: WireWatch
  /** Whoever was active when the case began, and the other one. */
  readonly active: string
  readonly backup: string
  /** The instance of the VIP that is looked at. */
  readonly instance: VrrpInstanceConfig
  readonly config: NodeConfig
}

// An owner answers a hundred times a second; emulation may hold it up for a while.
const ANSWERS_WITHIN_MS = 400
const POLL_MS = 250
const ORDER_TRIES = 3
const SETTLE_TIMEOUT_MS = 120_000
const READER_SILENT_MS = 3_000

/** Emulation on a busy machine delays timers and answers. */
export const EMULATION_MS = 3_000

/** How long the node that is left waits when the active one is gone without a word. */
export function deathLimit({ instance, config }: Scene): number {
  return Math.max(activeDown_ms(instance), config.heartbeat?.dead_ms ?? 0) + EMULATION_MS
}

/** Runs a command on a node's console. */
export function shell({ lab }: Pick<Scene, 'lab'>, node: string, command: string) {
  return lab.machine(node).console.shell.run(command)
}

/** What `directorctl status` says. */
export async function statusOf({ lab }: Pick<Scene, 'lab'>, node: string): Promise<Status> {
  return (await lab.status(node)) as Status
}

/** What `directorctl paths` says. */
export async function pathsOf(scene: Pick<Scene, 'lab'>, node: string): Promise<PathsAnswer> {
  const { output } = await shell(scene, node, 'directorctl paths --json')
  return JSON.parse(output) as PathsAnswer
}

/** A path of the heartbeat as a node sees it. */
export async function pathOf(scene: Scene, node: string, kind: 'serial' | 'udp') {
  const path = (await pathsOf(scene, node)).paths.find(each => each.kind === kind)
  if (path === undefined) throw labProblem('lab_drill', `${node} has no ${kind} path`, '')
  return path
}

/** An order of the operator; a machine that is short of time may have to be told again. */
export async function order(scene: Pick<Scene, 'lab'>, node: string, word: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { code, output }: CommandResult = await shell(scene, node, `directorctl ${word}`)
    if (code === 0) return
    if (tries === ORDER_TRIES) throw labProblem('lab_drill', `${node} refused ${word}`, output)
  }
}

/** Waits until a node, and no other, answers for the VIP. */
export async function untilOwner(scene: Scene, node: string, timeout_ms: number): Promise<void> {
  await until(`${node} answers for ${scene.wire.address}`, timeout_ms, () => {
    const since = Date.now() - ANSWERS_WITHIN_MS
    const { events } = scene.wire
    const owners = new Set<string>()
    for (let index = events.length - 1; index >= 0; index -= 1) {
      const event = events[index]
      if (event === undefined || event.at_ms < since) break
      if (event.kind === 'arp' || event.kind === 'echo') owners.add(event.node)
    }
    return owners.size === 1 && owners.has(node)
  })
}

/** Waits until a node has the VIPs of every instance open in its kernel, and no other has one. */
export async function untilOpen({ lab }: Scene, owner: string, timeout_ms: number): Promise<void> {
  await until(`${owner} alone has all instances open`, timeout_ms, () =>
    lab.plan.directors.every(({ name }) => {
      const last = lab.watched(name).at(-1)
      const isHeard = last !== undefined && last.answered_ms > Date.now() - READER_SILENT_MS
      // One that is off or hung is nobody's reader.
      if (!isHeard) return name !== owner
      return !last.open.includes(name === owner ? '0' : '1')
    }),
  )
}

/** Asks again and again; what a condition throws is taken for no. */
export async function until(
  what: string,
  timeout_ms: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeout_ms
  let last = ''
  for (;;) {
    try {
      if (await isSo()) return
    } catch (error) {
      last = error instanceof Error ? error.message : `${error}`
    }
    if (Date.now() > deadline) {
      throw labProblem('lab_drill', `it did not come within ${timeout_ms} ms: ${what}`, last)
    }
    await sleep(POLL_MS)
  }
}

/** The end of the serial line at a node. */
export function endOf({ lab }: Scene, node: string): LineEnd {
  return lab.plan.directors[0]?.name === node ? 0 : 1
}

/** Cuts a node's cable to every network but that of the VIP, whose cards keep their carrier. */
export async function cutOthers(scene: Scene, node: string, isCut: boolean): Promise<void> {
  const { lab, instance } = scene
  for (const { interface: name } of cardsOf(lab, node)) {
    if (name === instance.interface) continue
    if (isCut) await lab.cut(node, name, { carrier: true })
    else await lab.plug(node, name)
  }
}

/** A switch that passes no frame to a group on: adverts do not come through. */
export async function blockMulticast({ lab }: Scene, isBlocked: boolean): Promise<void> {
  const lines = lab.plan.directors.flatMap(({ nics }) =>
    nics.map(
      ({ tap }) => `link set ${tap} type bridge_slave mcast_flood ${isBlocked ? 'off' : 'on'}`,
    ),
  )
  await batch(lab.run.namespace(SWITCH), lines)
}

function cardsOf(lab: Lab, node: string) {
  return lab.plan.directors.find(({ name }) => name === node)?.nics ?? []
}

/**
 * Waits until both are there, one is active, and every path is verified: boots who is off, ends
 * standing orders, starts the readers.
 */
export async function settle(lab: Lab): Promise<{ active: string; backup: string }> {
  const names = lab.plan.directors.map(({ name }) => name)
  for (const name of names) if (!lab.machine(name).isOn()) await bootDirector(lab, name)
  let found: { active: string; backup: string } | undefined
  await until(
    'one node is active and hears the other on every path',
    SETTLE_TIMEOUT_MS,
    async () => {
      const statuses = await Promise.all(names.map(name => statusOf({ lab }, name)))
      await endOrders(lab, statuses)
      const [one, two] = statuses
      const active = statuses.find(({ state }) => state === 'active')?.node.name
      const backup = statuses.find(({ state }) => state === 'backup')?.node.name
      if (active === undefined || backup === undefined || one === undefined || two === undefined) {
        throw new Error(`${names[0]} is ${one?.state}, ${names[1]} is ${two?.state}`)
      }
      await Promise.all(names.map(name => isWhole(lab, name)))
      found = { active, backup }
      return true
    },
  )
  await Promise.all(names.map(name => startReader(lab, name)))
  if (found === undefined) throw new Error('nobody is active')
  return found
}

async function endOrders(lab: Lab, statuses: readonly Status[]): Promise<void> {
  for (const { node, groups } of statuses) {
    if (groups.some(({ standby }) => standby !== null)) {
      await shell({ lab }, node.name, 'directorctl join')
    }
  }
}

/** Throws what a node still lacks. */
async function isWhole(lab: Lab, name: string): Promise<void> {
  const { peer, paths, connectivity } = await pathsOf({ lab }, name)
  const silent = paths.filter(({ state, authenticated }) => state !== 'alive' || !authenticated)
  if (silent.length > 0) {
    throw new Error(`${name} hears nothing on ${silent.map(path => path.name).join(', ')}`)
  }
  if (peer !== null && peer.state !== 'verified') throw new Error(`${name}: peer ${peer.state}`)
  const dark = connectivity.filter(({ state }) => state !== 'up')
  if (dark.length > 0) throw new Error(`${name} does not reach ${dark[0]?.name}`)
}

async function startReader(lab: Lab, name: string): Promise<void> {
  const isHeard = () => (lab.watched(name).at(-1)?.answered_ms ?? 0) > Date.now() - READER_SILENT_MS
  if (isHeard()) return
  const director = lab.plan.directors.find(each => each.name === name)
  const node = lab.nodes.find(each => each.node.name === name)
  const instances = node?.vrrp.instances ?? []
  const script = readerScript(instances, `ttyS${director?.serialPorts.length ?? 0}`)
  await shell({ lab }, name, `( ${script} ) >/dev/null 2>&1 &`)
  await until(`the reader on ${name}`, 30_000, isHeard)
}

/** The network's name of a node's interface. */
export function networkName({ lab, config }: Scene, name: string): string | undefined {
  const found = config.interfaces.find(each => each.name === name)
  return found === undefined ? undefined : networkOf(lab.plan.networks, found)?.name
}
