import { join } from 'node:path'
import { type ConsoleHub, openConsoleHub } from './console-hub.ts'
import { type Control, openControl } from './control.ts'
import type { Crew, Member } from './crew.ts'
import { labProblem } from './lab-problem.ts'
import { SWITCH } from './network.ts'
import type { DirectorPlan } from './plan.ts'
import { type BootMedia, captureFilter, qemuArguments } from './qemu.ts'
import type { LabRun } from './run.ts'
import { listenOn } from './socket.ts'

/** One director in QEMU. */
export interface Machine {
  readonly name: string
  readonly console: ConsoleHub
  isOn(): boolean
  /** Switches the power on; resolves when the processor runs. */
  start(): Promise<void>
  /** Takes the power away. */
  kill(): Promise<void>
  /** Stops the processor, as in a hung machine; the network cards stay. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Carrier of a network card, as the machine sees it. */
  setCarrier(interface_: string, up: boolean): Promise<void>
  /** Begins the capture of what the card sends anew. */
  restartCapture(interface_: string): Promise<void>
  close(): Promise<void>
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
  const execute = async (command: string, arguments_: Record<string, unknown> = {}) => {
    if (control === undefined) throw new Error(`${director.name} is off`)
    await control.execute(command, arguments_)
  }
  const kill = async () => {
    const running = qemu
    running?.signal('SIGKILL')
    await running?.ended
  }

  return {
    name: director.name,
    console,
    isOn: () => qemu !== undefined,
    async start() {
      if (qemu !== undefined) return
      const said: string[] = []
      const connected = new Promise<void>(resolve => {
        onControl = resolve
      })
      const started = startQemu(options, console.machinePath, controlPath, line => said.push(line))
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
    setCarrier: (interface_, up) => execute('set_link', { name: interface_, up }),
    async restartCapture(interface_) {
      const { id, ...filter } = captureFilter(options.logs, director.name, interface_)
      await execute('object-del', { id })
      await execute('object-add', { id, ...filter })
    },
    async close() {
      console.close()
      server.close()
      await kill()
    },
  }
}

function startQemu(
  options: MachineOptions,
  consolePath: string,
  controlPath: string,
  onLine: (line: string) => void,
): Member {
  const { director, logs, media, memory_mb, run } = options
  const sockets = {
    console: consolePath,
    heartbeat: options.heartbeatPath,
    control: controlPath,
  }
  const consoleLog = join(logs, `${director.name}.console.log`)
  return options.crew.start(
    'qemu-system-x86_64',
    qemuArguments({ director, media, memory_mb, sockets, consoleLog, captures: logs }),
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
