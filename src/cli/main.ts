import { Command, CommanderError } from 'commander'
import { removeUnfinished } from '../kit/atomic.ts'
import { ProblemError, renderProblem } from '../kit/problem.ts'
import { commands } from './commands.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

await main(process.argv)

async function main(argv: readonly string[]): Promise<void> {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.once(signal, () => {
      removeUnfinished()
      process.exit(128 + number)
    })
  }
  try {
    await (await buildProgram(argv[2])).parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
    } else if (error instanceof ProblemError) {
      printProblems(error, argv.includes('--json'))
      process.exitCode = EXIT_FAILED
    } else {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
      process.exitCode = EXIT_FAILED
    }
  }
}

async function buildProgram(called: string | undefined): Promise<Command> {
  const program = new Command('director')
    .description('Builds, boots and tests pairs of LVS directors.')
    .exitOverride()
    .showHelpAfterError('Run `director --help` or `director COMMAND --help` for the usage.')
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary)
    if (name === called) (await load()).configure(command)
  }
  return program
}

function printProblems(error: ProblemError, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ ok: false, problems: error.problems })}\n`)
  else process.stderr.write(`${error.problems.map(renderProblem).join('\n\n')}\n`)
}
