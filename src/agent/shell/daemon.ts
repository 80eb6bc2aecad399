import type { NodeConfig } from '../../model/node-config.ts'
import { errnoText } from '../control/errno-text.ts'
import { hostProblems } from '../control/host-problems.ts'
import type { HostStatus, Status } from '../control/status-types.ts'
import { begin, director } from '../director.ts'
import type { NetworkView } from '../kernel/network-view.ts'
import { silenceMax } from '../silence.ts'
import { type Family, familyOf, parseAddress } from '../wire/address.ts'
import { type AdvertPorts, openAdverts } from './adverts.ts'
import { joinVips, joinWatch } from './both-vips.ts'
import { openConsole } from './console.ts'
import { openControl } from './control.ts'
import { openEvents } from './events.ts'
import { openHeartbeat } from './heartbeat.ts'
import { heldPathOf, newLife, rememberHeld } from './life.ts'
import { followLinks } from './links.ts'
import { loadConfig } from './load-config.ts'
import { type LongWork, type Loop, openLoop, type Timed } from './loop.ts'
import { withMoving } from './moving-vips.ts'
import { openNeighbours } from './neighbours.ts'
import { openOwnMacVips } from './own-mac-vips.ts'
import { openPoll, POLL_IN, type Poll } from './poll.ts'
import { openProbes } from './probes.ts'
import { openReload } from './reload.ts'
import {
  openListener,
  orRefuse,
  type Prepared,
  prepareKernel,
  refuse,
  removeAll,
  schedule,
  talkOrRefuse,
} from './start.ts'
import { openSupervisor } from './supervisor.ts'
import { joinWork, openTasks } from './tasks.ts'
import { openTrackers } from './trackers.ts'
import { openVips } from './vips.ts'
import { openWatchdog, type Watchdog } from './watchdog.ts'
import { performAll, type World } from './world.ts'

/** Each adds or deletes a few dozen addresses. */
const FLIP_STEPS_A_TURN = 1

export interface DaemonOptions {
  readonly config: string
  readonly socket: string
  /** SCHED_RR at this priority and locked memory; 0: as any other program. */
  readonly realtime: number
}

/** Runs the agent until it is told to stop. */
export function runDaemon(options: DaemonOptions): never {
  const loaded = loadConfig(options.config)
  if ('faults' in loaded) return refuse(...loaded.faults)
  const { config } = loaded
  const prepared = prepareKernel(config)
  const code = serve(config, prepared, options)
  talkOrRefuse(prepared.kernel, removeAll(prepared.ownMac))
  host.remove(options.socket)
  return host.exit(code)
}

function serve(config: NodeConfig, prepared: Prepared, options: DaemonOptions): number {
  const { kernel, links } = prepared
  const poll = openPoll()
  let loop: Loop | undefined
  const happen: World['happen'] = happening => loop?.happen(happening)
  const end = (code: number) => loop?.end(code)
  const { world, timed, watchdog, work } = openWorld(config, prepared, options, {
    poll,
    happen,
    end,
  })
  const trackers = openTrackers(config, poll, happen)
  const [state, effects] = begin(config, host.now(), newLife(config, heldPathOf(options.socket)))
  loop = openLoop(director, state, {
    poll,
    timed: [...timed, trackers],
    tasks: work,
    perform: (effects, at) => performAll(world, effects, at),
  })
  const indexes = new Map([...links].map(([name, { index }]) => [name, index] as const))
  const look = (view: NetworkView) => {
    trackers.look(view)
    world.vips.look(view)
  }
  const ends = { report: happen, gone: world.vips.gone, look }
  orRefuse(followLinks(indexes, kernel, poll, ends), 'follow the links')
  followSignals(poll, happen)
  const code = loop.run(effects)
  watchdog?.stop()
  return code
}

interface LoopEnds {
  readonly poll: Poll
  readonly happen: World['happen']
  readonly end: (code: number) => void
}

interface Opened {
  readonly world: World
  readonly timed: readonly Timed[]
  readonly watchdog: Watchdog | undefined
  readonly work: LongWork
}

function openWorld(
  config: NodeConfig,
  { kernel, links, devices, ownMac, moving }: Prepared,
  options: DaemonOptions,
  { poll, happen, end }: LoopEnds,
): Opened {
  const lines = openConsole(poll)
  const say = (line: string) => lines.say(host.now(), line)
  const events = openEvents()
  const reload = openReload(config, options.config, say)
  const control = openControl(openListener(options.socket), poll, events, (client, request) => {
    const asked = reload.ask(client, request)
    if ('kind' in asked) happen(asked)
    else control.reply(client, asked)
  })
  const scheduled = schedule(options.realtime, say)
  const supervisor = openSupervisor(silenceMax(config), options.realtime, poll, say)
  const timeout_s = config.watchdog?.timeout_s
  const watchdog = timeout_s === undefined ? undefined : openWatchdog(timeout_s, say)
  const tasks = openTasks(kernel)
  const flips = openTasks(kernel, FLIP_STEPS_A_TURN)
  const lost = () => happen({ kind: 'stop' })
  const watch = joinWatch(supervisor.watchLoop)
  const both = joinVips([
    openVips(devices, kernel, tasks, say, { lost, watchLoop: watch() }),
    openOwnMacVips(ownMac, kernel, { tasks: flips, say, lost, watchLoop: watch() }),
  ])
  const vips = withMoving(both, moving, kernel, { say, lost })
  const adverts = advertPorts(config, links, poll, happen)
  const neighbours = orRefuse(
    openNeighbours(config, links, poll, (name, packet) =>
      happen({ kind: 'neighbour', interface: name, packet }),
    ),
    'listen for ARP and neighbour advertisements',
  )
  const hostStatus = (): HostStatus => ({
    console_lines_dropped: lines.dropped(),
    neighbour_floods: neighbours.floods(),
    frames_unsent: [...adverts.values()].reduce((sum, port) => sum + port.unsent(), 0),
    clients_refused: control.refused(),
    vip_repairs: vips.repairs(),
    events_dropped: control.dropped(),
    ...scheduled,
    supervisor: {
      running: supervisor.isRunning(),
      restarts: supervisor.restarts(),
      silence_ms_max: supervisor.limit / 1_000,
    },
    watchdog:
      timeout_s === undefined ? null : { running: watchdog?.isRunning() === true, timeout_s },
  })
  const world: World = {
    ...{ vips, adverts, tasks, lines, events, happen },
    probes: openProbes(poll, (probe, errno) => happen({ kind: 'probe', probe, errno })),
    heartbeat: openHeartbeat(config, links, poll, happen),
    said: { complaint: '' },
    reply: (client, answer) => control.reply(client, withHost(answer, hostStatus)),
    adopt(file, adopted) {
      reload.adopt(file, adopted)
      const heard = neighbours.follow(adopted)
      if (heard < 0) say(`directord: alarm: claims of new VIPs are not heard: ${errnoText(-heard)}`)
    },
    remember: held => rememberHeld(heldPathOf(options.socket), held, say),
    exit: end,
  }
  const timed: Timed[] = [world.probes, world.heartbeat, control, vips, supervisor, neighbours]
  if (watchdog !== undefined) timed.push(watchdog)
  return { world, timed, watchdog, work: joinWork([flips, tasks]) }
}

/** The core does not know what the shell had to drop. */
function withHost(answer: unknown, status: () => HostStatus): unknown {
  const isStatus = answer !== null && typeof answer === 'object' && 'services' in answer
  if (!isStatus) return answer
  const found = status()
  const { problems } = answer as unknown as Status
  return { ...answer, problems: [...hostProblems(found), ...problems], host: found }
}

function advertPorts(
  config: NodeConfig,
  links: Prepared['links'],
  poll: Poll,
  happen: World['happen'],
): AdvertPorts {
  const names = new Set(config.vrrp.instances.map(instance => instance.interface))
  const ports = [...names].flatMap(name => {
    const link = links.get(name)
    if (link === undefined) return []
    const receive = (packet: Uint8Array) => happen({ kind: 'advert', interface: name, packet })
    const families = familiesOn(config, name)
    const port = orRefuse(openAdverts(link, families, poll, receive), `open VRRP on ${name}`)
    return [[name, port] as const]
  })
  return new Map(ports)
}

const familiesOn = (config: NodeConfig, name: string): ReadonlySet<Family> =>
  new Set(
    config.vrrp.instances
      .filter(instance => instance.interface === name)
      .map(({ addresses }) => familyOf(parseAddress(addresses[0] ?? '') ?? 0)),
  )

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
