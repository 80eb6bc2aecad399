import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAJOR_MAX } from '../../src/agent/heartbeat/new-heartbeat.ts'
import type { ToolSection } from '../../src/base/base-system.ts'
import { openToolbox } from '../../src/base/toolbox.ts'
import { buildAgent } from '../../src/compose/agent-build.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { CAPTURE_START, type CapturedFrame, decodeFrames } from '../../src/lab/capture.ts'
import type { NodeConfig, VrrpInstanceConfig } from '../../src/model/node-config.ts'
import { buildSanitizedAgent } from '../support/sanitized.ts'

const request = { locked: false, steps: quietSteps }

/** The agent's ELF as a file, and the words that start the programs of the lab's section. */
export async function openPrograms(folder: string) {
  const agent = join(folder, 'directord')
  writeFileSync(agent, await agentElf(), { mode: 0o755 })
  const toolbox = await openToolbox('lab', request)
  const command = async (name: string) => toolbox.command(name)
  return {
    agent,
    ping: await command('ping'),
    arping: await command('arping'),
    tcpdump: await command('tcpdump'),
    keepalived: await keepalivedOf('lab'),
  }
}

/** The path of an agent whose highest major of the heartbeat protocol is one more than ours. */
export async function openNextAgent(folder: string): Promise<string> {
  const highest = /(major_max: [^,]*\?\?) *\w+/
  const change = (script: string) => {
    if (!highest.test(script)) throw new Error('the script does not say its highest major')
    return script.replace(highest, `$1 ${MAJOR_MAX + 1}`)
  }
  const { elf } = await buildAgent({ ...request, change })
  const agent = join(folder, 'directord-next')
  writeFileSync(agent, elf, { mode: 0o755 })
  return agent
}

// DIRECTOR_TEST_SANITIZED=1 runs all these tests with the sanitizers in the agent.
async function agentElf(): Promise<Uint8Array> {
  if (process.env.DIRECTOR_TEST_SANITIZED !== '1') return (await buildAgent(request)).elf
  return readFileSync((await buildSanitizedAgent(request)).program)
}

/** The words that start keepalived as Debian 13 (`lab`) or Debian 12 has it. */
export async function keepalivedOf(
  section: Extract<ToolSection, 'lab' | 'lab-bookworm'>,
): Promise<readonly string[]> {
  const toolbox = await openToolbox(section, request)
  return [...etcOf(await toolbox.path('etc')), ...(await toolbox.command('keepalived'))]
}

// keepalived reads how it was built from /etc/keepalived; the namespace has mounts of its own.
const etcOf = (etc: string) => ['sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc]

export type Programs = Awaited<ReturnType<typeof openPrograms>>

/** What a program has said, and its end. */
export interface Running {
  readonly child: ChildProcess
  readonly lines: () => readonly string[]
  /** Its exit code or signal, once it has ended. */
  readonly ended: Promise<number | string | null>
  /** Waits for a line, for at most five seconds or as long as is said. */
  saw(pattern: RegExp, wait_s?: number): Promise<string>
  /** Sends the signal and waits for the end; its exit code or signal. */
  end(signal?: NodeJS.Signals): Promise<number | string | null>
}

/** An Ethernet segment of namespaces: a client with a bridge, and machines on it. */
export class Segment {
  readonly folder = mkdtempSync(join(tmpdir(), 'director-netns-'))
  readonly #prefix = `dt${randomBytes(4).toString('hex')}`
  readonly #namespaces: string[] = []
  readonly #running: ChildProcess[] = []

  constructor() {
    this.#namespace('client')
    this.ip('client', 'link add br0 type bridge mcast_snooping 0')
    this.ip('client', 'link set br0 up')
    this.ip('client', 'address add 192.0.2.254/24 dev br0')
  }

  /** A machine whose interface `front` is plugged into the client's bridge as port `name`. */
  machine(name: string, address: string): void {
    const namespace = this.#namespace(name)
    this.ip('client', `link add ${name} type veth peer name front netns ${namespace}`)
    this.ip('client', `link set ${name} master br0 up`)
    this.ip(name, 'link set front up')
    this.ip(name, `address add ${address} dev front`)
  }

  /** Every frame reaches every machine, as on a hub: nothing is learned. */
  floodAll(): void {
    this.ip('client', 'link set br0 type bridge ageing_time 0')
  }

  /** Runs `ip` with words in a machine's namespace. */
  ip(machine: string, words: string): string {
    return execFileSync('ip', ['-n', `${this.#prefix}${machine}`, ...words.split(' ')], {
      encoding: 'utf8',
    })
  }

  /** Runs a program to its end; its standard output, whatever the exit code. */
  run(machine: string, command: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('ip', [...this.#words(machine), ...command], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let said = ''
      child.stdout.on('data', piece => {
        said += piece
      })
      child.on('error', reject)
      child.on('close', () => resolve(said))
    })
  }

  start(machine: string, command: readonly string[]): Running {
    const child = spawn('ip', [...this.#words(machine), ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', piece => {
      said += piece
    })
    const ended = new Promise<number | string | null>(resolve => {
      child.on('close', (code, signal) => resolve(signal ?? code))
    })
    const lines = () => said.split('\n')
    const running: Running = {
      child,
      lines,
      ended,
      saw(pattern, wait_s = 5) {
        const look = () => lines().find(line => pattern.test(line))
        return waitFor(look, `${pattern}`, lines, wait_s)
      },
      end(signal = 'SIGTERM') {
        child.kill(signal)
        return ended
      },
    }
    this.#running.push(child)
    return running
  }

  /** Starts a program; the function that it gives ends it and gives its standard output. */
  record(machine: string, command: readonly string[]): () => Promise<string> {
    const child = spawn('ip', [...this.#words(machine), ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    child.stdout.on('data', piece => {
      said += piece
    })
    const ended = new Promise(resolve => child.on('close', resolve))
    this.#running.push(child)
    return async () => {
      child.kill('SIGINT')
      await ended
      return said
    }
  }

  /** Every process of a program that runs on a machine ends at once, without a last word. */
  killAll(machine: string, program: string): void {
    this.#signalAll(machine, program, 'SIGKILL')
  }

  /** As if the machine had no power: its processes do nothing more, and nobody cleans up. */
  freezeAll(machine: string, program: string): void {
    this.#signalAll(machine, program, 'SIGSTOP')
  }

  #signalAll(machine: string, program: string, signal: NodeJS.Signals): void {
    // Children first: one that outlives its parent may still say something.
    for (const pid of this.#pidsOf(machine, program).reverse()) signalIfThere(pid, signal)
  }

  /** The process of a program on a machine, of several the one that was started first. */
  pidOf(machine: string, program: string): number {
    return this.#pidsOf(machine, program)[0] ?? Number.NaN
  }

  #pidsOf(machine: string, program: string): number[] {
    const name = `${this.#prefix}${machine}`
    const pids = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' })
    return pids
      .split('\n')
      .filter(pid => pid !== '')
      .map(Number)
      .filter(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program))
  }

  /**
   * Starts an agent; the configuration and the control socket are named after the machine.
   * `before`: the words that start it, for example in other mounts.
   */
  agent(
    programs: Programs,
    machine: string,
    config: NodeConfig,
    before: readonly string[] = [],
  ): Running {
    const file = join(this.folder, `${machine}.json`)
    writeFileSync(file, JSON.stringify(config))
    const options = ['--config', file, '--socket', this.socket(machine)]
    return this.start(machine, [...before, programs.agent, ...options])
  }

  socket(machine: string): string {
    return join(this.folder, `${machine}.control`)
  }

  /** The frames that one machine sends from now on, as they leave its cable. */
  async capture(programs: Programs, machine: string): Promise<() => readonly CapturedFrame[]> {
    // A slot of its ring is as long as the longest frame: with 256 KiB there are 32 in all, and a
    // burst of adverts is lost.
    const options = '-Z root -Q in --immediate-mode -U -s 2048 -B 8192 -w -'
    const words = [...options.split(' '), '-i', machine]
    const child = spawn('ip', [...this.#words('client'), ...programs.tcpdump, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let content = Buffer.alloc(0)
    let said = ''
    child.stdout.on('data', piece => {
      content = Buffer.concat([content, piece])
    })
    child.stderr.on('data', piece => {
      said += piece
    })
    const lines = () => said.split('\n')
    this.#running.push(child)
    await waitFor(() => (/listening on/.test(said) ? said : undefined), 'tcpdump', lines)
    return () => decodeFrames(content.subarray(CAPTURE_START)).frames
  }

  /** Ends every program and removes every namespace. */
  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL')
    for (const name of this.#namespaces) {
      const pids = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' })
      for (const pid of pids.split('\n').filter(line => line !== ''))
        signalIfThere(Number(pid), 'SIGKILL')
    }
    await sleep(50)
    for (const name of this.#namespaces) execFileSync('ip', ['netns', 'delete', name])
    rmSync(this.folder, { recursive: true, force: true })
  }

  #namespace(name: string): string {
    const namespace = `${this.#prefix}${name}`
    execFileSync('ip', ['netns', 'add', namespace])
    this.#namespaces.push(namespace)
    this.ip(name, 'link set lo up')
    return namespace
  }

  #words(machine: string): readonly string[] {
    return ['netns', 'exec', `${this.#prefix}${machine}`]
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself a moment ago.
  }
}

async function waitFor(
  look: () => string | undefined,
  what: string,
  said: () => readonly string[],
  wait_s = 5,
): Promise<string> {
  for (let tries = 0; tries < 100 * wait_s; tries += 1) {
    const found = look()
    if (found !== undefined) return found
    await sleep(10)
  }
  throw new Error(`waited for ${what}; it said:\n${said().join('\n')}`)
}

/** A node with one instance on `front`; what a test does not name has no part in it. */
export function nodeConfig(options: {
  readonly name: string
  readonly address: string
  readonly priority: number
  readonly vips: readonly string[]
  readonly vrid?: number
  readonly advert_interval_ms?: number
  readonly startup_hold_ms?: number
  /** What differs from a plain instance of version 3. */
  readonly instance?: Partial<VrrpInstanceConfig>
}): NodeConfig {
  const { name, address, priority, vips } = options
  return {
    schema: 1,
    cluster: 'netns',
    node: { name, id: priority > 100 ? 1 : 2 },
    shared_digest: '0'.repeat(64),
    interfaces: [
      { name: 'front', role: 'front', match: { name: 'front' }, addresses: [address], routes: [] },
    ],
    serial: { console: { port: 'ttyS0', baud: 115200 } },
    vrrp: {
      startup_hold_ms: options.startup_hold_ms ?? 200,
      instances: [
        {
          name: 'front',
          interface: 'front',
          vrid: options.vrid ?? 10,
          priority,
          advert_interval_ms: options.advert_interval_ms ?? 100,
          addresses: vips,
          version: 3,
          checksum: 'message',
          unicast: false,
          accept: true,
          ...options.instance,
        },
      ],
      groups: [{ name: 'all', instances: ['front'], failback: 'manual', failback_delay_ms: 0 }],
    },
    services: [],
    access: { authorized_keys: [] },
  }
}
