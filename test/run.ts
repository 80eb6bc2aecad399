import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { handleSignals } from '../src/cli/signals.ts'
import { bundle } from '../src/kit/bundle.ts'
import { isInterrupted, onInterrupt } from '../src/kit/interrupt.ts'
import { printSteps, type Step } from '../src/kit/steps.ts'
import {
  entriesOf,
  ofItsOwn,
  planProcesses,
  shareProcesses,
  type TestProcess,
} from './support/shared-processes.ts'
import { listTestFiles, type Stage, stages } from './support/stages.ts'
import { renderTally, type Tally, tapReader } from './support/tap.ts'

const root = join(import.meta.dirname, '..')
// Where each stage's full output goes.
const logs = 'out/test'

handleSignals()
process.chdir(root)
mkdirSync(logs, { recursive: true })
// The tests as plain modules: a folder of this run, since several may run at once.
const modules = mkdtempSync(join(logs, 'modules-'))
const removeModules = () => rmSync(modules, { recursive: true })
onInterrupt(removeModules)
process.exitCode = (await runTests()) ? 0 : 1
removeModules()

/** Runs the stages and prints a line for each. The last line is the sum. */
async function runTests(): Promise<boolean> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, long: { type: 'boolean' }, seed: { type: 'string' } },
  })
  const names = values.only?.split(',') ?? stages.map(({ name }) => name)
  const seed = values.seed ?? String(Math.floor(Math.random() * 1e9))
  process.env.DIRECTOR_TEST_SEED = seed
  if (values.long === true) process.env.DIRECTOR_TEST_LONG = '1'
  process.stdout.write(`seed ${seed} (--seed ${seed} repeats this run's random choices)\n`)

  const chosen = stages.filter(({ name }) => names.includes(name)).map(withProcesses)
  const processes = chosen.flatMap(stage => stage.processes)
  await bundle({
    entries: entriesOf(processes, root),
    base: root,
    folder: modules,
    plugins: [shareProcesses(processes, root)],
  })

  const steps = printSteps({ output: process.stdout })
  const total: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const stage of chosen) {
    if (stage.processes.length === 0 && stage.programs === undefined) continue
    const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }
    const log = join(logs, `${stage.name}.log`)
    await steps
      .run(stage.name, step => runStage(stage, tally, { step, log }))
      .catch(() => process.stdout.write(`${tally.failures.join('\n')}\nlog: ${join(root, log)}\n`))
    if (isInterrupted()) return false
    add(total, tally)
  }
  process.stdout.write(`full output: ${join(root, logs)}\n${renderTally(total)}\n`)
  return total.failed === 0
}

type PlannedStage = Stage & { readonly processes: readonly TestProcess[] }

function withProcesses(stage: Stage): PlannedStage {
  const files = listTestFiles(root).filter(stage.files)
  const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
  const processes = stage.shared === true ? planProcesses(files, textOf) : files.map(ofItsOwn)
  return { ...stage, processes }
}

interface Reporting {
  readonly step: Step
  readonly log: string
}

/** Runs one stage to its end; it throws if something in it failed, for the stage's line. */
async function runStage(
  stage: PlannedStage,
  tally: Tally,
  { step, log }: Reporting,
): Promise<void> {
  writeFileSync(log, '')
  for (const [name, ...args] of stage.programs ?? []) {
    const lines: string[] = []
    const code = await run([`node_modules/.bin/${name}`, ...args], log, line => lines.push(line))
    const title = [name, ...args].join(' ')
    if (code === 0) tally.passed += 1
    else add(tally, { passed: 0, failed: 1, skipped: 0, failures: [`not ok ${title}`, ...lines] })
    step.progress(renderTally(tally))
  }
  if (stage.processes.length > 0) add(tally, await runAva(stage, { step, log }))
  step.remark(renderTally(tally))
  if (tally.failed > 0) throw new Error(`${stage.name} failed`)
}

async function runAva(stage: PlannedStage, { step, log }: Reporting): Promise<Tally> {
  const lastLines: string[] = []
  const { tally, take } = tapReader(sofar => step.progress(renderTally(sofar)))
  const built = stage.processes.map(({ module }) => join(modules, `${module}.js`))
  const ava = ['node_modules/ava/entrypoints/cli.mjs', '--config', 'test/support/ava.config.js']
  const code = await run(
    [process.execPath, ...ava, '--tap', ...(stage.ava ?? []), ...built],
    log,
    line => {
      const own = line.replace(/(out › test › modules-\w+ › )?(test|shared › [\w-]+) › /, '')
      take(own)
      lastLines.push(own)
      if (lastLines.length > 40) lastLines.shift()
    },
  )
  // A runner that breaks down before it has said what failed must not pass.
  if (code !== 0 && tally.failed === 0) {
    tally.failed += 1
    tally.failures.push(`not ok ava ended with ${code}`, ...lastLines)
  }
  return tally
}

/** Runs a program with both its outputs going to the log and, by line, to `onLine`. */
async function run(
  [program = '', ...args]: readonly string[],
  log: string,
  onLine: (line: string) => void,
): Promise<number | string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      writeFileSync(log, `${line}\n`, { flag: 'a' })
      onLine(line)
    })
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'))
  })
  const finished = onInterrupt(async () => {
    child.kill('SIGTERM')
    await ended
  })
  try {
    return await ended
  } finally {
    finished()
  }
}

function add(total: Tally, part: Tally): void {
  total.passed += part.passed
  total.failed += part.failed
  total.skipped += part.skipped
  total.failures.push(...part.failures)
}
