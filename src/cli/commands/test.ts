import { type Command, InvalidArgumentError } from 'commander'
import { runScript } from '../script.ts'

/** The stages of the tests, in the order in which they run. */
export const STAGES = ['check', 'unit', 'sim', 'long', 'netns', 'e2e'] as const

interface TestOptions {
  readonly only?: readonly string[]
  readonly long?: boolean
  readonly seed?: number
}

/** `director test`: the stages of this project's tests, with a line for each. */
export function configure(command: Command): void {
  command
    .option('--only <stages>', `some of ${STAGES.join(', ')}, by commas`, parseStages)
    .option('--long', 'run the long tests in full, not a sample of them')
    .option('--seed <number>', 'repeat the random choices of a run', parseSeed)
    .action(run)
}

function run({ only, long, seed }: TestOptions): Promise<void> {
  return runScript('test/run.ts', [
    `--only=${(only ?? STAGES).join(',')}`,
    ...(long === true ? ['--long'] : []),
    ...(seed === undefined ? [] : [`--seed=${seed}`]),
  ])
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
