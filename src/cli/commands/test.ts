import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { onInterrupt } from '../../kit/interrupt.ts'
import { EXIT } from '../answer.ts'

/** The stages of the tests, in the order in which they run. */
const STAGES = ['check', 'unit', 'sim', 'long', 'netns', 'e2e'] as const

interface TestOptions {
  readonly only?: readonly string[]
  readonly long?: boolean
  readonly seed?: number
}

export function configure(command: Command): void {
  command
    .option('--only <stages>', `some of ${STAGES.join(', ')}, by commas`, parseStages)
    .option('--long', 'run the long tests in full, not a sample of them')
    .option('--seed <number>', 'repeat the random choices of a run', parseSeed)
    .action(run)
}

// The tests are a program of their own: the tool must not contain them.
async function run({ only, long, seed }: TestOptions): Promise<void> {
  const root = join(import.meta.dirname, '../../..')
  const words = [
    `--only=${(only ?? STAGES).join(',')}`,
    ...(long === true ? ['--long'] : []),
    ...(seed === undefined ? [] : [`--seed=${seed}`]),
  ]
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/run.ts', ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const finished = onInterrupt(async () => {
    child.kill('SIGTERM')
    await ended
  })
  process.exitCode = (await ended) ?? EXIT.failed
  finished()
}

function parseStages(words: string): readonly string[] {
  const stages = words.split(',')
  const unknown = stages.find(stage => !STAGES.some(known => known === stage))
  if (unknown === undefined) return stages
  throw new InvalidArgumentError(`There is no stage ${unknown}. Stages: ${STAGES.join(', ')}.`)
}

function parseSeed(word: string): number {
  if (/^\d{1,9}$/.test(word)) return Number(word)
  throw new InvalidArgumentError('It is a whole number from 0 to 999999999.')
}
