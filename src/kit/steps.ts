import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What a long piece of work says while it runs. Rooms take this; `cli/` makes it. */
export interface Steps {
  /** Runs one step and prints its line with the time it took. Steps may nest. */
  run<T>(title: string, work: (step: Step) => Promise<T>): Promise<T>
  /** One line in the log file, and on the terminal with `--verbose`. */
  log(line: string): void
}

/** The step that is running. */
export interface Step {
  /** Progress shown live beside the title, for example `12/40 packages`. */
  progress(text: string): void
  /** A remark kept in the finished line, for example `reused` or `rebuilt: the recipe changed`. */
  remark(text: string): void
}

export interface StepsOptions {
  readonly output: NodeJS.WriteStream
  readonly logFile?: string
  readonly verbose?: boolean
  /** Prints nothing to `output`: for `--json` and for tests. The log file is written all the same. */
  readonly silent?: boolean
}

/** Prints a line per step: live on a terminal, one plain line at its end in a log. */
export function printSteps(options: StepsOptions): Steps {
  const { output, logFile, silent = false, verbose = false } = options
  const live = output.isTTY === true && !silent
  let depth = 0
  if (logFile !== undefined) {
    mkdirSync(dirname(logFile), { recursive: true })
    writeFileSync(logFile, '')
  }

  const toLog = (line: string) => {
    if (logFile !== undefined) appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`)
  }
  const clear = () => live && output.write('\r\u001b[K')
  const print = (line: string) => {
    if (silent) return
    clear()
    output.write(`${line}\n`)
  }

  return {
    log(line) {
      toLog(line)
      if (verbose) print(`    ${line}`)
    },
    async run(title, work) {
      const startedAt = performance.now()
      const indent = '  '.repeat(depth)
      const remarks: string[] = []
      toLog(`begin ${title}`)
      if (live) output.write(`${indent}· ${title}`)
      depth += 1
      try {
        const result = await work({
          progress(text) {
            if (!live) return
            clear()
            output.write(`${indent}· ${title} ${text}`)
          },
          remark(text) {
            remarks.push(text)
          },
        })
        const line = finishedLine(title, startedAt, remarks)
        print(`${indent}${live ? '✓' : 'ok'} ${line}`)
        toLog(`end ${line}`)
        return result
      } catch (error) {
        const line = finishedLine(title, startedAt, remarks)
        print(`${indent}${live ? '✗' : 'failed'} ${line}`)
        toLog(`failed ${line}: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
        throw error
      } finally {
        depth -= 1
      }
    },
  }
}

/** Steps that print nothing: for callers inside tests and for `--json`. */
export const quietSteps: Steps = {
  log: () => undefined,
  run: (_title, work) => work({ progress: () => undefined, remark: () => undefined }),
}

function finishedLine(title: string, startedAt: number, remarks: readonly string[]): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2)
  const remark = remarks.length === 0 ? '' : ` (${remarks.join('; ')})`
  return `${title} in ${seconds} s${remark}`
}
