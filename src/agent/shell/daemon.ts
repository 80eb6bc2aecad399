import type { NodeConfig } from '../../model/node-config.ts'
import { begin, director } from '../director.ts'
import { errnoName } from '../kernel/errno.ts'
import { converse } from '../kernel/run.ts'
import type { Failure, Talk } from '../kernel/talk.ts'
import { vipDevice } from '../kernel/vip-device.ts'
import { prepareVips, removeVips } from '../kernel/vip-prepare.ts'
import { type AdvertPort, openAdverts } from './adverts.ts'
import { writeAll } from './bytes.ts'
import { openConsole } from './console.ts'
import { openControl } from './control.ts'
import { EADDRINUSE, EEXIST, explainErrno } from './errno.ts'
import { findLinks } from './find-links.ts'
import { guardDevices } from './guard.ts'
import { openKernel } from './kernel-port.ts'
import { followLinks } from './links.ts'
import { loadConfig } from './load-config.ts'
import { type Loop, openLoop } from './loop.ts'
import { openPoll, POLL_IN, type Poll } from './poll.ts'
import { openProbes } from './probes.ts'
import { openTasks } from './tasks.ts'
import { perform, type World } from './world.ts'

export interface DaemonOptions {
  readonly config: string
  readonly socket: string
  /** SCHED_RR at this priority and locked memory; 0: as any other program. */
  readonly realtime: number
}

/** One agent a network namespace: the name lives in it, and dies with its owner. */
const NAMESPACE_LOCK = '@director'
const EXIT_FAILED = 1

/** Runs the agent until it is told to stop. */
export function runDaemon(options: DaemonOptions): never {
  const loaded = loadConfig(options.config)
  if ('faults' in loaded) return refuse(...loaded.faults)
  const { config } = loaded
  const poll = openPoll()
  const lines = openConsole(poll)
  takeNamespace()
  const kernel = orRefuse(openKernel(), 'open the netlink sockets')
  const talk = <T>(what: Talk<T>): T => converse<T>(what, kernel, refuseFailure)

  const links = talk(findLinks(config))
  const devices = talk(prepareVips(vipDevices(config, links)))
  orRefuse(guardDevices(devices, kernel), 'leave the closing messages with the host')
  const listener = openListener(options.socket)
  schedule(options.realtime, line => lines.say(host.now(), line))

  let loop: Loop | undefined
  const happen: World['happen'] = happening => loop?.happen(happening)
  const probes = openProbes(poll, (probe, errno) => happen({ kind: 'probe', probe, errno }))
  const tasks = openTasks(kernel)
  const control = openControl(listener, poll, (client, request) =>
    happen({ kind: 'command', client, request }),
  )
  const world: World = {
    kernel,
    devices: new Map(devices.map(device => [device.instance, device])),
    adverts: advertPorts(config, links, poll, happen),
    probes,
    tasks,
    lines,
    said: { complaint: '' },
    reply: control.reply,
    happen,
    exit: code => loop?.end(code),
  }
  const [state, effects] = begin(config, host.now(), AGENT_VERSION)
  loop = openLoop(director, state, {
    poll,
    timed: [probes, control],
    work: tasks.work,
    perform: (effect, at) => perform(world, effect, at),
  })
  const indexes = new Map([...links].map(([name, { index }]) => [name, index] as const))
  orRefuse(followLinks(indexes, kernel, poll, happen), 'follow the links')
  followSignals(poll, happen)
  const code = loop.run(effects)
  talk(removeVips())
  host.remove(options.socket)
  return host.exit(code)
}

function vipDevices(
  config: NodeConfig,
  links: ReadonlyMap<string, { name: string; index: number }>,
) {
  return config.vrrp.instances.flatMap(instance => {
    const link = links.get(instance.interface)
    return link === undefined ? [] : [vipDevice(instance, link)]
  })
}

function advertPorts(
  config: NodeConfig,
  links: ReadonlyMap<string, { readonly name: string; readonly index: number }>,
  poll: Poll,
  happen: World['happen'],
): ReadonlyMap<string, AdvertPort> {
  const ports = new Map<string, AdvertPort>()
  for (const instance of config.vrrp.instances) {
    const name = instance.interface
    const link = links.get(name)
    if (link === undefined || ports.has(name)) continue
    const receive = (packet: Uint8Array) => happen({ kind: 'advert', interface: name, packet })
    const port = openAdverts(link, poll, receive)
    if (typeof port === 'number')
      return refuse(`cannot open VRRP on ${name}: ${explainErrno(-port)}`)
    ports.set(name, port)
  }
  return ports
}

function takeNamespace(): void {
  const errno = -host.unixListen(NAMESPACE_LOCK)
  if (errno === EADDRINUSE) refuse('another directord runs in this network namespace')
  orRefuse(-errno, 'take the name of the agent')
}

function openListener(path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const made = folder === '' ? 0 : host.makeDirectory(folder, 0o755)
  if (made < 0 && made !== -EEXIST) orRefuse(made, `make the folder ${folder}`)
  // The name of the agent is ours alone, so this is what a killed run has left.
  host.remove(path)
  return orRefuse(host.unixListen(path), `open the control socket ${path}`)
}

/** Where it is not permitted the agent runs all the same, and says so. */
function schedule(priority: number, say: (line: string) => void): void {
  if (priority === 0) return
  const scheduled = host.realtime(priority)
  if (scheduled < 0) say(`directord: warning: no real-time scheduling (${errnoName(-scheduled)})`)
  const locked = host.lockMemory()
  if (locked < 0) say(`directord: warning: memory is not locked (${errnoName(-locked)})`)
}

// The first field of struct signalfd_siginfo is the signal's number, signalfd(2).
const SIGNAL_BYTES = 128
const SIGHUP = 1

function followSignals(poll: Poll, happen: World['happen']): void {
  const fd = orRefuse(host.signals(), 'take signals')
  const buffer = new Uint8Array(SIGNAL_BYTES)
  poll.watch(fd, POLL_IN, () => {
    if (host.read(fd, buffer) === SIGNAL_BYTES && buffer[0] !== SIGHUP) happen({ kind: 'stop' })
  })
}

function orRefuse<T>(result: T | number, doing: string): T {
  if (typeof result === 'number' && result < 0) {
    return refuse(`cannot ${doing}: ${explainErrno(-result)}`)
  }
  return result as T
}

const refuseFailure = ({ errno, step }: Failure) => refuse(`cannot ${step}: ${explainErrno(errno)}`)

function refuse(...lines: readonly string[]): never {
  writeAll(2, lines.map(line => `directord: ${line}\n`).join(''))
  return host.exit(EXIT_FAILED)
}
