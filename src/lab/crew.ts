import { type ChildProcess, spawn } from 'node:child_process'

/** The programs that a lab has started, so that none outlives it. */
export interface Crew {
  /** Starts a program, in a network namespace if one is named. */
  start(program: string, args: readonly string[], options?: StartOptions): Member
  /** Ends all of them and waits until they are gone. */
  end(): Promise<void>
  /** As `end`, at once and without waiting: for a program that is exiting. */
  endNow(): void
}

export interface StartOptions {
  readonly namespace?: string
  readonly cwd?: string
  /** Takes standard output and standard error, line by line. */
  readonly onLine?: (line: string) => void
  /** Takes standard output as it comes, and `onLine` standard error alone. */
  readonly onBytes?: (piece: Buffer) => void
}

export interface Member {
  readonly child: ChildProcess
  /** Resolves when it has ended, with its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Sends a signal to its process group. */
  signal(signal: NodeJS.Signals): void
  /** Ends it: politely, then after a second by force. */
  end(): Promise<void>
}

// How long a program may take to end when it is asked to.
const GRACE_MS = 1_000

/** A crew without anybody in it. */
export function createCrew(): Crew {
  const members = new Set<Member>()
  return {
    start(program, args, options = {}) {
      const member = startMember(program, args, options)
      members.add(member)
      void member.ended.then(() => members.delete(member))
      return member
    },
    async end() {
      await Promise.all([...members].map(member => member.end()))
    },
    endNow() {
      for (const member of members) member.signal('SIGKILL')
    },
  }
}

function startMember(program: string, args: readonly string[], options: StartOptions): Member {
  const inNamespace =
    options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace]
  // The kernel ends the program when the lab dies without a chance to do it (setpriv is part of
  // util-linux); its own process group keeps a Ctrl-C of the terminal away from it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...inNamespace, program, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  child.stdin.on('error', () => undefined)
  const { onBytes, onLine } = options
  if (onBytes !== undefined) child.stdout.on('data', onBytes)
  else readLines(child.stdout, onLine)
  readLines(child.stderr, onLine)
  const ended = new Promise<number | NodeJS.Signals>(resolve => {
    child.on('error', () => resolve(127))
    child.on('close', (code, signal) => resolve(signal ?? code ?? 0))
  })
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(-child.pid, name)
    } catch {
      // The group is gone already.
    }
  }
  return {
    child,
    ended,
    signal,
    async end() {
      signal('SIGTERM')
      const force = setTimeout(() => signal('SIGKILL'), GRACE_MS)
      await ended
      clearTimeout(force)
    },
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void = () => {}): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
