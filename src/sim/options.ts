/** The words of `npm run sim`. */

import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'

export interface Options {
  readonly guarded: boolean
  readonly seeds: number
  readonly first: number
  readonly jobs: number
  readonly seed?: number
  readonly record?: string
  readonly replay?: string
  readonly shrink?: string
  readonly write?: string
  readonly scenario?: string
}

const EXAMPLES = `
Examples:
  npm run sim -- --guarded --seeds 20000        the failure matrix, then random schedules
  npm run sim -- --guarded --seed 7             one schedule, with what each node says
  npm run sim -- --guarded --seed 7 --shrink found.json
                                                what is needed of one that fails
  npm run sim -- --scenario found.json          that once more

Exit code 1: something did not hold, or the words are wrong.`

/** Reads the words after `npm run sim --`; wrong ones end the process with what was expected. */
export function readOptions(words: readonly string[]): Options {
  const command = new Command('npm run sim --')
    .description('Two directors under virtual time: every written scenario, then random schedules.')
    .option('--guarded', 'the scenarios and schedules with a heartbeat')
    .option('--seeds <count>', 'how many random schedules', whole, 500)
    .option('--first <seed>', 'from this seed on', whole, 1)
    .option(
      '--jobs <count>',
      'processes that share the schedules',
      positive,
      availableParallelism(),
    )
    .option('--seed <seed>', 'that schedule alone, with what happens in it', whole)
    .addOption(
      new Option('--record <node>', 'with --seed: the events of this node as JSON').choices([
        'lb1',
        'lb2',
      ]),
    )
    .option('--write <file>', 'with --seed: write the schedule')
    .option('--shrink <file>', 'with --seed: write what a failure needs of it')
    .option('--scenario <file>', 'run a schedule that --write or --shrink wrote')
    .option('--replay <file>', 'print the effects of what --record printed')
    .allowExcessArguments(false)
    .showHelpAfterError('npm run sim -- --help shows what there is')
    .addHelpText('after', EXAMPLES)
    .parse(words, { from: 'user' })
  const options = { guarded: false, ...command.opts<Omit<Options, 'guarded'>>() }
  const alone = (['record', 'write', 'shrink'] as const).find(name => options[name] !== undefined)
  if (alone !== undefined && options.seed === undefined) {
    command.error(`error: --${alone} needs --seed, the schedule that is meant`)
  }
  return options
}

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.')
  return Number(text)
}

function positive(text: string): number {
  if (whole(text) === 0) throw new InvalidArgumentError('Expected 1 or more.')
  return whole(text)
}
