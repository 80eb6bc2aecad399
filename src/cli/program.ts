import { Command } from 'commander'
import packageFile from '../../package.json' with { type: 'json' }
import { type CommandEntry, commands } from './commands.ts'

/**
 * The command line: every command by name and summary, and the called one in full.
 *
 * Only the called command's file is loaded, so that `--help` and quick commands start at once.
 *
 * @param words the command line without Node and the script
 */
export async function buildProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('director')
    .version(packageFile.version)
    .description('Builds, boots and tests pairs of LVS directors.')
    .helpCommand('help [command]', 'show how a command is used')
    .showSuggestionAfterError()
    .addHelpText('after', example('director build examples/pair/cluster.yaml'))
  setUp(program)
  const called = words[0] === 'help' ? words[1] : words[0]
  for (const entry of commands) await addCommand(program, entry, entry.name === called)
  return program
}

async function addCommand(program: Command, entry: CommandEntry, called: boolean): Promise<void> {
  const command = program.command(entry.name).description(entry.summary)
  setUp(command)
  command.addHelpText('after', example(entry.example))
  if (called) (await entry.load()).configure(command)
}

function setUp(command: Command): void {
  // `printError` says what is wrong, so that it can be JSON.
  command.exitOverride().configureOutput({ outputError: () => undefined })
}

function example(line: string): string {
  return `\nExample:\n  ./${line}`
}
