import { spawn } from 'node:child_process'
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

/**
 * Runs a program, without a shell, to its end.
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
    ...(options.timeout_ms === undefined ? {} : { timeout: options.timeout_ms }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const pieces: Buffer[] = []
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    const parts = (rest + piece).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      options.onErrorLine?.(line)
      lines.push(line)
      if (lines.length > LAST_LINES) lines.shift()
    }
  })
  // A program that ends before it has read its input is judged by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)

  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]))
    },
  ).catch((error: NodeJS.ErrnoException) =>
    fail(
      {
        code: 'program_missing',
        message: `the program ${program} cannot be started`,
        found: error.code ?? error.message,
        remedy: 'start the command with ./director, which names the packages that are missing',
      },
      error,
    ),
  )
  if (code !== 0) {
    if (rest !== '') lines.push(rest)
    fail({
      code: 'program_failed',
      message: `${program} failed`,
      expected: 'exit code 0',
      found: `${signal ?? `exit code ${code}`}${lines.length === 0 ? '' : `, after it said:\n${lines.map(line => `    ${line}`).join('\n')}`}`,
      where: { path: [program, ...args].join(' ').slice(0, 400) },
    })
  }
  return Buffer.concat(pieces)
}
