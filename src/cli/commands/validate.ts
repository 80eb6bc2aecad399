import type { Command } from 'commander'
import { renderWarning } from '../../kit/problem.ts'
import { load } from '../../model/cluster.ts'
import { resolve } from '../../model/resolve.ts'
import { renderSummary, summarize } from '../../model/summary.ts'
import { printJson } from '../answer.ts'

/** `director validate`: everything that is wrong with a cluster file, or what it says. */
export function configure(command: Command): void {
  command
    .argument('<cluster>', 'the cluster file')
    .option('--json', 'print what was understood, or what is wrong, as JSON')
    .action(run)
}

async function run(path: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const cluster = await load(path)
  // What the agent will be given passes its check too.
  resolve(cluster)
  const summary = summarize(cluster)
  if (json) {
    printJson({ ok: true, ...summary, warnings: cluster.warnings })
    return
  }
  for (const warning of cluster.warnings) process.stderr.write(`${renderWarning(warning)}\n\n`)
  process.stdout.write(`${renderSummary(summary)}\nThe cluster file is valid.\n`)
}
