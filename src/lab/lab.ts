import { mkdirSync } from 'node:fs'
import { onInterrupt } from '../kit/interrupt.ts'
import { fail } from '../kit/problem.ts'
import type { Steps } from '../kit/steps.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { type Crew, createCrew } from './crew.ts'
import type { CrossedLine } from './crossed-line.ts'
import type { KernelLook } from './drill/kernel-watch.ts'
import { type Load, startLoad } from './load.ts'
import { completeOrder, findTarget, type LoadRequest, type LoadTarget } from './load-order.ts'
import type { Machine } from './machine.ts'
import type { NetbootServer } from './netboot-server.ts'
import { batch, buildNetwork, SWITCH } from './network.ts'
import { type Owner, sampleOwners } from './owners.ts'
import { makeParts } from './parts.ts'
import { type DirectorPlan, type LabPlan, planLab } from './plan.ts'
import type { BootMedia } from './qemu.ts'
import { requireRoot } from './root.ts'
import { type LabRun, openRun, removeLeftovers } from './run.ts'
import type { NginxCommand, WebServer } from './web-server.ts'

/** A pair of directors with clients and real servers around it. */
export interface Lab {
  readonly run: LabRun
  readonly plan: LabPlan
  readonly nodes: readonly NodeConfig[]
  /** root's password on the consoles. */
  readonly password: string
  /** The folder of console logs (`NODE.console.log`) and captures (`NODE.INTERFACE.pcap`). */
  readonly logs: string
  /** A director by its name. */
  machine(node: string): Machine
  /** A real server by its address. */
  realServer(address: string): WebServer
  /** The cable between the heartbeat ports. */
  readonly serial: CrossedLine
  /** What `directorctl status --json` says on a node's console. */
  status(node: string): Promise<unknown>
  /** Pulls a cable. With `carrier: true` the node's card keeps its carrier: the switch is dead. */
  cut(node: string, interface_: string, options?: { readonly carrier?: boolean }): Promise<void>
  plug(node: string, interface_: string): Promise<void>
  /** Where `load` sends requests to: the first TCP service. Throws if there is none. */
  readonly target: LoadTarget
  /** Sends requests from the client through the first TCP service, or to where `order` says. */
  load(order: LoadRequest): Load
  /** Asks on the network who has an address, and tells which nodes answered, with which MAC. */
  owners(address: string): Promise<readonly Owner[]>
  /** The programs of this lab, for more of them. */
  readonly crew: Crew
  /** What looks at the pair from outside; absent: the lab was started without. */
  readonly observers: ObserverCommands | undefined
  /** What a director's reader of its kernel has said, in order. */
  watched(node: string): readonly KernelLook[]
  /** Ends and removes everything. */
  close(): Promise<void>
}

/** Programs by which a lab is looked at. */
export interface ObserverCommands {
  readonly ping: readonly string[]
  readonly tcpdump: readonly string[]
}

export interface LabOptions {
  readonly nodes: readonly NodeConfig[]
  readonly media: (node: NodeConfig) => BootMedia | Promise<BootMedia>
  /** root's password on the consoles. */
  readonly password: string
  readonly nginx: NginxCommand
  readonly memory_mb: number
  /** A folder for logs and captures. */
  readonly logs: string
  /** For labs that say who owned what; each machine then has a serial port more. */
  readonly observers?: ObserverCommands
  /** For machines that boot by PXE. */
  readonly netbootServer?: NetbootServer
  /** Hardware that differs from what the cluster file says, for tests of what is missing. */
  readonly alter?: (director: DirectorPlan) => DirectorPlan
  readonly steps: Steps
}

/** Builds the network, the real servers and the machines. The machines are still switched off. */
export async function startLab(options: LabOptions): Promise<Lab> {
  requireRoot()
  for (const id of removeLeftovers()) options.steps.log(`removed what lab ${id} had left behind`)
  mkdirSync(options.logs, { recursive: true })
  const planned = planLab(options.nodes)
  const { alter = director => director } = options
  const plan = { ...planned, directors: planned.directors.map(alter) }
  const run = openRun()
  const crew = createCrew()
  const removeNow = () => {
    crew.endNow()
    run.remove()
  }
  // Whatever ends the program: a signal of the terminal, or process.exit() in a test.
  const forget = onInterrupt(removeNow)
  process.on('exit', removeNow)
  const remove = async () => {
    await crew.end()
    run.remove()
    process.off('exit', removeNow)
    forget()
  }
  try {
    await buildNetwork(run, plan)
    return await furnish(options, plan, run, crew, remove)
  } catch (error) {
    await remove()
    throw error
  }
}

async function furnish(
  options: LabOptions,
  plan: LabPlan,
  run: LabRun,
  crew: Crew,
  remove: () => Promise<void>,
): Promise<Lab> {
  const { nodes, logs, steps } = options
  const { serial, servers, machines, client, watched } = await makeParts(options, plan, run, crew)
  const machine = (node: string) => lookUp(machines, node, 'node')
  const nic = (node: string, name: string) => {
    const nics = plan.directors.find(director => director.name === node)?.nics ?? []
    return lookUp(new Map(nics.map(one => [one.interface, one])), name, 'interface')
  }

  return {
    run,
    plan,
    nodes,
    password: options.password,
    logs,
    machine,
    realServer: address => lookUp(servers, address, 'real server'),
    serial,
    async status(node) {
      const { output } = await machine(node).console.shell.run('directorctl status --json')
      return JSON.parse(output)
    },
    async cut(node, name, { carrier = false } = {}) {
      await batch(run.namespace(SWITCH), [`link set ${nic(node, name).tap} nomaster`])
      if (!carrier && machine(node).isOn()) await machine(node).setCarrier(name, false)
    },
    async plug(node, name) {
      const { tap, network } = nic(node, name)
      await batch(run.namespace(SWITCH), [`link set ${tap} master ${network}`])
      if (machine(node).isOn()) await machine(node).setCarrier(name, true)
    },
    get target() {
      return findTarget(nodes)
    },
    load: order =>
      startLoad(crew, client, run.namespace('client'), completeOrder(order, nodes, plan)),
    owners: address => sampleOwners(run, plan, logs, address),
    crew,
    observers: options.observers,
    watched: node => lookUp(watched, node, 'node'),
    async close() {
      await Promise.all([...machines.values()].map(one => one.close()))
      await serial.close()
      await remove()
      steps.log(`lab ${run.id} is closed`)
    },
  }
}

function lookUp<Value>(map: ReadonlyMap<string, Value>, key: string, what: string): Value {
  return (
    map.get(key) ??
    fail({
      code: 'lab_unknown_name',
      message: `the lab has no ${what} ${key}`,
      expected: [...map.keys()].join(', '),
    })
  )
}
