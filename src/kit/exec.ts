import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { onInterrupt } from './interrupt.ts'
import { fail } from './problem.ts'

export interface ExecOptions {
  readonly input?: Uint8Array | string
  readonly cwd?: string
  /** Replaces the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Takes each line of standard error as it comes, for a log. */
  readonly onErrorLine?: (line: string) => void
  /** Ends the program after this long. */
  readonly timeout_ms?: number
}

// More of a failing program's standard error than this helps nobody.
const LAST_LINES = 12
const KILL_AFTER_MS = 2_000

/**
 * Runs a program, without a shell, to its end.
 *
 * It gets a process group of its own, which ends with us when a signal ends us.
 *
 * @returns its standard output
 * @throws ProblemError `program_missing` or `program_failed`, with the last lines of standard error
 */
export async function exec(
  program: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<Buffer> {
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  const lastLines = readErrorLines(child, options.onErrorLine)
  // A program that ends before it has read its input is judged by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)

  const outcome = await waitForEnd(child, options.timeout_ms).catch(
    (error: NodeJS.ErrnoException) => failMissing(program, error),
  )
  if (outcome !== 'exit code 0') {
    const said = lastLines().map(line => `\n    ${line}`)
    fail({
      code: 'program_failed',
      message: `${program} failed`,
      expected: 'exit code 0',
      found: said.length === 0 ? outcome : `${outcome}, after it said:${said.join('')}`,
      where: { path: [program, ...args].join(' ').slice(0, 400) },
    })
  }
  return Buffer.concat(pieces)
}

/** How the process ended: `exit code N`, a signal's name, or that it took too long. */
async function waitForEnd(
  child: ChildProcessWithoutNullStreams,
  timeout_ms: number | undefined,
): Promise<string> {
  const closed = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const finished = onInterrupt(() => endGroup(child, closed))
  let late = ''
  const timer =
    timeout_ms === undefined
      ? undefined
      : setTimeout(() => {
          late = `no end after ${timeout_ms} ms`
          void endGroup(child, closed)
        }, timeout_ms)
  try {
    const outcome = await closed
    return late === '' ? outcome : late
  } finally {
    clearTimeout(timer)
    finished()
  }
}

async function endGroup(
  child: ChildProcessWithoutNullStreams,
  closed: Promise<string>,
): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  signalGroup(pid, 'SIGTERM')
  const timer = setTimeout(signalGroup, KILL_AFTER_MS, pid, 'SIGKILL')
  try {
    await closed
  } finally {
    clearTimeout(timer)
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended in the meantime.
  }
}

function readErrorLines(
  child: ChildProcessWithoutNullStreams,
  onErrorLine: ((line: string) => void) | undefined,
): () => readonly string[] {
  const lines: string[] = []
  let rest = ''
  const take = (line: string) => {
    onErrorLine?.(line)
    lines.push(line)
    if (lines.length > LAST_LINES) lines.shift()
  }
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (piece: string) => {
    const parts = (rest + piece).split('\n')
    rest = parts.pop() ?? ''
    parts.forEach(take)
  })
  child.stderr.on('end', () => {
    if (rest !== '') take(rest)
  })
  return () => lines
}

function failMissing(program: string, error: NodeJS.ErrnoException): never {
  fail(
    {
      code: 'program_missing',
      message: `the program ${program} cannot be started`,
      found: error.code ?? error.message,
      remedy: 'start the command with ./director, which names the packages that are missing',
    },
    error,
  )
}
