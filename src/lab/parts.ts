import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Crew } from './crew.ts'
import { type CrossedLine, openCrossedLine } from './crossed-line.ts'
import { askReader, type KernelLook } from './drill/kernel-watch.ts'
import type { LabOptions } from './lab.ts'
import { prepareLoadClient } from './load.ts'
import { createMachine, type Machine } from './machine.ts'
import { startNetbootServer } from './netboot-server.ts'
import type { LabPlan } from './plan.ts'
import type { LabRun } from './run.ts'
import { withoutLength } from './subnet.ts'
import { createWebServer, type WebServer } from './web-server.ts'

/** What stands in the namespaces of a lab. */
export interface LabParts {
  readonly serial: CrossedLine
  /** By the real server's address. */
  readonly servers: ReadonlyMap<string, WebServer>
  /** By the node's name. */
  readonly machines: ReadonlyMap<string, Machine>
  /** By the node's name, what its reader has said. */
  readonly watched: ReadonlyMap<string, readonly KernelLook[]>
  /** The program of the client. */
  readonly client: string
}

const DEFAULT_BAUD = 115_200

/** Lays the serial line, starts the real servers, and sets up the machines without power. */
export async function makeParts(
  options: LabOptions,
  plan: LabPlan,
  run: LabRun,
  crew: Crew,
): Promise<LabParts> {
  const { netbootServer, nodes, steps } = options
  if (netbootServer !== undefined) {
    const log = (line: string) => steps.log(`netboot: ${line}`)
    await startNetbootServer(netbootServer, plan, nodes, run, crew, log)
  }
  const consoles = new Map<number, () => string>()
  const watched = new Map<string, KernelLook[]>(plan.directors.map(({ name }) => [name, []]))
  const areUp = () => [...consoles.values()].every(text => isSystemUp(text()))
  return {
    serial: await openSerial(run, plan, areUp),
    servers: startWebServers(options, plan, run, crew),
    machines: await createMachines(options, plan, run, crew, consoles, watched),
    watched,
    client: await prepareLoadClient(join(run.folder, 'client')),
  }
}

/**
 * Whether a machine with UEFI has left its firmware. OVMF takes every serial port for a console: on
 * a null-modem line two of them would type into each other's menu.
 */
const isSystemUp = (console: string) =>
  console.lastIndexOf('EFI stub') > console.lastIndexOf('BdsDxe')

async function openSerial(
  run: LabRun,
  plan: LabPlan,
  isPlugged: () => boolean,
): Promise<CrossedLine> {
  const baud = plan.directors.find(({ heartbeatBaud }) => heartbeatBaud !== undefined)
  return openCrossedLine(
    [heartbeatPath(run, 0), heartbeatPath(run, 1)],
    baud?.heartbeatBaud ?? DEFAULT_BAUD,
    isPlugged,
  )
}

function heartbeatPath(run: LabRun, index: number): string {
  return join(run.folder, `heartbeat-${index}`)
}

function startWebServers(
  options: LabOptions,
  plan: LabPlan,
  run: LabRun,
  crew: Crew,
): ReadonlyMap<string, WebServer> {
  const stations = plan.stations.filter(({ kind }) => kind === 'real_server')
  return new Map(
    stations.map(station => {
      const server = createWebServer(run, crew, station, options.nginx, line =>
        options.steps.log(`${station.name}: ${line}`),
      )
      server.start()
      return [withoutLength(station.legs[0]?.addresses[0] ?? ''), server]
    }),
  )
}

async function createMachines(
  options: LabOptions,
  plan: LabPlan,
  run: LabRun,
  crew: Crew,
  /** Takes what the consoles of machines with UEFI have said, by the node's place. */
  consoles: Map<number, () => string>,
  watched: ReadonlyMap<string, KernelLook[]>,
): Promise<ReadonlyMap<string, Machine>> {
  const machines = new Map<string, Machine>()
  for (const [index, node] of options.nodes.entries()) {
    const director = plan.directors[index]
    if (director === undefined) continue
    const media = await options.media(node)
    const machine = await createMachine({
      run,
      crew,
      director,
      media,
      memory_mb: options.memory_mb,
      password: options.password,
      logs: options.logs,
      heartbeatPath: heartbeatPath(run, index),
      ...(options.observers === undefined
        ? {}
        : {
            onWatch: (socket: Socket) =>
              askReader(socket, look => watched.get(director.name)?.push(look)),
          }),
    })
    machines.set(director.name, machine)
    if (media.uefi !== undefined) consoles.set(index, machine.console.transcript.text)
  }
  return machines
}
