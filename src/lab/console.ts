import { createHash, randomBytes } from 'node:crypto'
import { labProblem } from './lab-problem.ts'
import { type LogInLimits, type LogInOptions, logIn } from './log-in.ts'

/** What a command on a console gave. */
export interface CommandResult {
  /** Standard output and standard error together. */
  readonly output: string
  readonly code: number
}

/** A shell on the serial console of a machine. */
export interface ConsoleShell {
  /** Runs a shell command, after a log-in where none has been. One at a time. */
  run(command: string, timeout_ms?: number): Promise<CommandResult>
  /** Forgets the log-in: the machine was switched off. */
  reset(): void
}

const COMMAND_TIMEOUT_MS = 30_000
// The kernel and the agent may print in the middle of an answer; it is then read again.
const READ_ATTEMPTS = 4

/** A shell on the console behind a transcript; it logs in at the first command. */
export function createConsoleShell(options: LogInOptions, limits?: LogInLimits): ConsoleShell {
  let isLoggedIn = false
  let last: Promise<unknown> = Promise.resolve()
  let starts = 0
  const runNow = async (command: string, timeout_ms: number): Promise<CommandResult> => {
    const start = starts
    const isGivenUp = () => (start === starts ? undefined : 'the machine was switched off')
    if (!isLoggedIn) await logIn({ ...options, isGivenUp }, limits)
    isLoggedIn = start === starts
    return runCommand(options, command, timeout_ms)
  }
  return {
    run(command, timeout_ms = COMMAND_TIMEOUT_MS) {
      const result = last.then(() => runNow(command, timeout_ms))
      last = result.catch(() => {
        isLoggedIn = false
      })
      return result
    },
    reset() {
      isLoggedIn = false
      last = Promise.resolve()
      starts += 1
    },
  }
}

/**
 * Runs a command and reads its output back whole.
 *
 * The output goes to a file first. Its MD5 comes with it, so that a line of the kernel in its
 * middle is noticed. Marks are typed in two halves: their echo is not the mark.
 */
async function runCommand(
  { transcript, type }: LogInOptions,
  command: string,
  timeout_ms: number,
): Promise<CommandResult> {
  const id = randomBytes(4).toString('hex')
  const file = `/tmp/.lab-${id}`
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
    const from = transcript.mark()
    const run = attempt === 0 ? `( ${command} ) >${file} 2>&1 </dev/null; c=$?; ` : ''
    const reading = `${id}${attempt}`
    const sum = `$(md5sum <${file} | head -c 32)`
    type(`${run}echo BEGIN''-${reading}-; cat ${file}; echo END''-${reading}-${sum}-$c-\r`)
    const { match } = await transcript.waitFor(
      new RegExp(`BEGIN-${reading}-\\r?\\n([^]*)END-${reading}-([0-9a-f]{32})-(\\d+)-`),
      attempt === 0 ? timeout_ms : COMMAND_TIMEOUT_MS,
      from,
    )
    const output = (match[1] ?? '').replaceAll('\r\n', '\n')
    if (createHash('md5').update(output).digest('hex') === match[2]) {
      type(`rm ${file}\r`)
      return { output, code: Number(match[3]) }
    }
  }
  const what = `the console never gave the output of \`${command}\` without other lines in it`
  throw labProblem('lab_console', what, transcript.text().slice(-500))
}
