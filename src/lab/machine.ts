import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConsoleHub, openConsoleHub } from './console-hub.ts'
import { type Control, openControl } from './control.ts'
import type { Crew, Member } from './crew.ts'
import { labProblem } from './lab-problem.ts'
import { SWITCH } from './network.ts'
import type { DirectorPlan } from './plan.ts'
import {
  ADAPTER,
  type BootMedia,
  captureFilter,
  type MachineSockets,
  qemuArguments,
} from './qemu.ts'
import type { LabRun } from './run.ts'
import { listenOn } from './socket.ts'

/** One director in QEMU. */
export interface Machine {
  readonly name: string
  readonly console: ConsoleHub
  /** What it boots from. */
  readonly media: BootMedia
  isOn(): boolean
  /** Switches the power on; resolves when the processor runs. */
  start(change?: StartChange): Promise<void>
  /** Takes the power away. */
  kill(): Promise<void>
  /** Stops the processor, as in a hung machine; the network cards stay. */
  pause(): Promise<unknown>
  resume(): Promise<unknown>
  /** Holds the whole machine, whose clock goes on, as a host does that has no time for it. */
  freeze(isFrozen: boolean): void
  /** Writes its state to a file, from which `start` can go on. */
  save(file: string): Promise<void>
  /** Loses all that a network card sends, or all that it should receive; the carrier stays. */
  lose(interface_: string, way: FrameWay, isLost: boolean): Promise<void>
  /** Carrier of a network card, as the machine sees it. */
  setCarrier(interface_: string, up: boolean): Promise<unknown>
  /** Pulls the USB adapter of the heartbeat's line, or plugs it in. */
  setAdapter(isPlugged: boolean): Promise<void>
  /** Begins the capture of what the card sends anew. */
  restartCapture(interface_: string): Promise<void>
  close(): Promise<void>
}

/** One way of a cable, as the machine sees it. */
export type FrameWay = 'sent' | 'received'

/** What is other at one start. */
export interface StartChange {
  /** A file with the state to go on from. */
  readonly restoreFrom?: string
  /** Takes the place of what the machine boots from. */
  readonly media?: BootMedia
}

export interface MachineOptions {
  readonly run: LabRun
  readonly crew: Crew
  readonly director: DirectorPlan
  readonly media: BootMedia
  readonly memory_mb: number
  readonly password: string
  /** A folder for the console's log and the captures. */
  readonly logs: string
  /** Where the heartbeat port's cable is. */
  readonly heartbeatPath: string
  /** Takes the connection to a further serial port at each start; absent: there is none. */
  readonly onWatch?: (socket: Socket) => void
}

// QEMU connects its sockets before it starts the machine.
const START_TIMEOUT_MS = 15_000

/** A machine that is still switched off. */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  const { run, director } = options
  const console = await openConsoleHub(director.name, run.folder, options.password)
  const controlPath = join(run.folder, `${director.name}.qemu-control`)
  let control: Control | undefined
  let qemu: Member | undefined
  let onControl: () => void = () => undefined
  const server = await listenOn(controlPath, socket => {
    control = openControl(socket)
    onControl()
  })
  const watchPath = join(run.folder, `${director.name}.qemu-watch`)
  const { onWatch } = options
  const watch = onWatch === undefined ? [] : [await listenOn(watchPath, onWatch)]
  const execute = async (command: string, arguments_: Record<string, unknown> = {}) => {
    if (control === undefined) throw new Error(`${director.name} is off`)
    return control.execute(command, arguments_)
  }
  const sockets: MachineSockets = {
    ...{ console: console.machinePath, heartbeat: options.heartbeatPath, control: controlPath },
    ...(onWatch === undefined ? {} : { watch: watchPath }),
  }
  const kill = async () => {
    const running = qemu
    running?.signal('SIGKILL')
    await running?.ended
  }

  return {
    name: director.name,
    console,
    media: options.media,
    isOn: () => qemu !== undefined,
    async start(change = {}) {
      if (qemu !== undefined) return
      const said: string[] = []
      const connected = new Promise<void>(resolve => {
        onControl = resolve
      })
      const started = startQemu(options, sockets, change, line => said.push(line))
      qemu = started
      void started.ended.then(() => {
        if (qemu === started) qemu = undefined
        control = undefined
        console.shell.reset()
      })
      await within(START_TIMEOUT_MS, connected, started, () => said.join('\n'))
    },
    kill,
    pause: () => execute('stop'),
    resume: () => execute('cont'),
    freeze: isFrozen => qemu?.signal(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    save: file => saveState(execute, file),
    lose: (interface_, way, isLost) => setLoss(execute, interface_, way, isLost),
    setCarrier: (interface_, up) => execute('set_link', { name: interface_, up }),
    setAdapter: isPlugged => setAdapter(execute, isPlugged),
    async restartCapture(interface_) {
      const { id, ...filter } = captureFilter(options.logs, director.name, interface_)
      await execute('object-del', { id })
      await execute('object-add', { id, ...filter })
    },
    async close() {
      console.close()
      for (const each of [server, ...watch]) each.close()
      await kill()
    },
  }
}

type Execute = (command: string, arguments_?: Record<string, unknown>) => Promise<unknown>

const SAVE_POLL_MS = 100
const SAVE_TIMEOUT_MS = 60_000

async function saveState(execute: Execute, file: string): Promise<void> {
  // All at once: nothing runs that a slow save would have to be careful of.
  await execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 32 })
  await execute('migrate', { uri: `exec:cat >${file}` })
  const deadline = Date.now() + SAVE_TIMEOUT_MS
  for (;;) {
    const { status } = (await execute('query-migrate')) as { readonly status?: string }
    if (status === 'completed') break
    if (status === 'failed' || Date.now() > deadline) {
      throw labProblem('lab_qemu', `the state was not saved: ${status}`, file)
    }
    await sleep(SAVE_POLL_MS)
  }
  await execute('cont')
}

const setAdapter = async (execute: Execute, isPlugged: boolean): Promise<void> => {
  if (isPlugged) await execute('device_add', { ...ADAPTER })
  else await execute('device_del', { id: ADAPTER.id })
}

// A filter whose way out leads nowhere. QEMU's words are those of the network: it receives (`rx`)
// what the machine sends.
async function setLoss(
  execute: Execute,
  interface_: string,
  way: FrameWay,
  isLost: boolean,
): Promise<void> {
  const id = `lose-${way}-${interface_}`
  const outdev = `nowhere-${way}-${interface_}`
  if (!isLost) {
    await execute('object-del', { id })
    await execute('chardev-remove', { id: outdev })
    return
  }
  await execute('chardev-add', { id: outdev, backend: { type: 'null', data: {} } })
  await execute('object-add', {
    ...{ 'qom-type': 'filter-redirector', id, netdev: interface_, outdev },
    ...{ queue: way === 'sent' ? 'rx' : 'tx', position: 'head' },
  })
}

function startQemu(
  options: MachineOptions,
  sockets: MachineSockets,
  change: StartChange,
  onLine: (line: string) => void,
): Member {
  const { director, logs, memory_mb, run } = options
  const { media = options.media, restoreFrom } = change
  const restore = restoreFrom === undefined ? {} : { restoreFrom }
  const consoleLog = join(logs, `${director.name}.console.log`)
  return options.crew.start(
    'qemu-system-x86_64',
    qemuArguments({ director, media, memory_mb, sockets, consoleLog, captures: logs, ...restore }),
    { namespace: run.namespace(SWITCH), onLine },
  )
}

async function within(
  limit_ms: number,
  connected: Promise<void>,
  qemu: Member,
  said: () => string,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`did not start within ${limit_ms} ms`), limit_ms)
  })
  const ended = qemu.ended.then(how => `ended at once (${how})`)
  const outcome = await Promise.race([connected, late, ended])
  clearTimeout(timer)
  if (outcome !== undefined) throw labProblem('lab_qemu', `QEMU ${outcome}; it said:`, said())
}
