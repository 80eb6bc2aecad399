import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printSteps, type Steps } from '../kit/steps.ts'

// Older logs than the last so many are removed.
const LOGS_KEPT = 30
const LOG_FOLDER = join(import.meta.dirname, '../../out/log')

export interface WorkOptions {
  /** The command's name, in the name of the log. */
  readonly command: string
  /** The answer goes to a program: no lines for a person. */
  readonly json?: boolean
  readonly verbose?: boolean
}

/**
 * Runs a command's long work, with a line per step on standard error and a full log on disk.
 *
 * The path of the log is the last line, also when the work fails.
 */
export async function withSteps<T>(
  options: WorkOptions,
  work: (steps: Steps, logFile: string) => Promise<T>,
): Promise<T> {
  const logFile = nameLog(options.command)
  const silent = options.json ?? false
  const steps = printSteps({
    output: process.stderr,
    logFile,
    silent,
    verbose: options.verbose ?? false,
  })
  try {
    return await work(steps, logFile)
  } finally {
    if (!silent) process.stderr.write(`log: ${logFile}\n`)
  }
}

function nameLog(command: string): string {
  const now = new Date().toISOString().replaceAll(/[-:]|\..*/g, '')
  return join(logFolder(), `${now}-${command}-${process.pid}.log`)
}

/** The project's folder of logs with the oldest removed; where it cannot be written, another. */
function logFolder(): string {
  try {
    mkdirSync(LOG_FOLDER, { recursive: true })
    const logs = readdirSync(LOG_FOLDER).filter(name => /^\d{8}T/.test(name))
    for (const name of logs.sort().slice(0, -LOGS_KEPT)) {
      rmSync(join(LOG_FOLDER, name), { force: true })
    }
    accessSync(LOG_FOLDER, constants.W_OK)
    return LOG_FOLDER
  } catch {
    return tmpdir()
  }
}
