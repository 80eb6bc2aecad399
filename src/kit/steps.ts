import { AsyncLocalStorage } from 'node:async_hooks'
import { type LogFile, openLogFile } from './log-file.ts'
import { liveLine, paint } from './terminal.ts'

/** What a long piece of work says while it runs. Rooms take this; `cli/` makes it. */
export interface Steps {
  /** Runs one step and prints its line with the time it took. Steps may nest and overlap. */
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
  /** Prints nothing to `output`, for `--json` and tests. The log file is written all the same. */
  readonly silent?: boolean
}

interface Running {
  readonly title: string
  readonly depth: number
  readonly startedAt: number
  readonly remarks: string[]
  progress: string
}

// How often the time of the running step is shown anew.
const TICK_MS = 200

/** Prints a line per step: live on a terminal, one plain line at its end in a log. */
export function printSteps(options: StepsOptions): Steps {
  const { output, silent = false, verbose = false } = options
  const toLog: LogFile = options.logFile === undefined ? () => {} : openLogFile(options.logFile)
  const line = liveLine(output)
  const painted = paint(output)
  const parent = new AsyncLocalStorage<Running>()
  const running = new Set<Running>()
  let ticking: NodeJS.Timeout | undefined

  const print = (text: string) => {
    if (!silent) line.print(text)
  }
  const refresh = () => {
    const last = [...running].at(-1)
    if (!silent) line.show(last === undefined ? '' : runningLine(last))
  }
  const begin = (title: string): Running => {
    const depth = (parent.getStore()?.depth ?? -1) + 1
    const step = { title, depth, startedAt: performance.now(), remarks: [], progress: '' }
    running.add(step)
    toLog(`begin ${title}`)
    if (line.isLive && !silent) ticking ??= setInterval(refresh, TICK_MS).unref()
    refresh()
    return step
  }
  const end = (step: Running, outcome: 'ok' | 'failed', reason = '') => {
    running.delete(step)
    const mark = line.isLive ? { ok: '✓', failed: '✗' }[outcome] : outcome
    const text = finishedLine(step)
    print(`${'  '.repeat(step.depth)}${painted(mark, outcome === 'ok' ? 'green' : 'red')} ${text}`)
    toLog(`${outcome} ${text}${reason}`)
    refresh()
    if (running.size === 0) ticking = void clearInterval(ticking)
  }

  return {
    log(text) {
      toLog(text)
      if (verbose) print(`    ${text}`)
    },
    async run(title, work) {
      const step = begin(title)
      const handle: Step = {
        progress(text) {
          step.progress = text
          refresh()
        },
        remark: text => void step.remarks.push(text),
      }
      try {
        const result = await parent.run(step, work, handle)
        end(step, 'ok')
        return result
      } catch (error) {
        end(step, 'failed', `: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
        throw error
      }
    },
  }
}

/** Steps that print nothing: for callers inside tests and for `--json`. */
export const quietSteps: Steps = {
  log: () => undefined,
  run: (_title, work) => work({ progress: () => undefined, remark: () => undefined }),
}

function runningLine({ title, depth, progress, startedAt }: Running): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return `${'  '.repeat(depth)}· ${title}${progress === '' ? '' : ` ${progress}`} ${seconds} s`
}

function finishedLine({ title, startedAt, remarks }: Running): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2)
  return `${title} in ${seconds} s${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`
}
