import type { Command } from 'commander'
import { runScript } from '../script.ts'

/** `director bench`: every promised figure beside its limit or its peer. */
export function configure(command: Command): void {
  command
    .option('--only <word>', 'only figures whose name has this word')
    .option('--json', 'print the figures as JSON')
    .action(({ only, json }: { only?: string; json?: boolean }) =>
      runScript('test/bench/run.ts', [
        ...(only === undefined ? [] : [`--only=${only}`]),
        ...(json === true ? ['--json'] : []),
      ]),
    )
}
