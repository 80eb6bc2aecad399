import type { Command } from 'commander'
import { openArchive } from '../../base/archive.ts'
import { writeLock } from '../../base/write-lock.ts'
import { printSteps } from '../../kit/steps.ts'

/** `director lock`: asks the archive for today's versions and writes them down. */
export function configure(command: Command): void {
  command
    .option('--mirror <url>', "root of a Debian mirror; default: the host's own")
    .option('--json', 'print what changed as JSON')
    .action(async ({ mirror, json = false }: { mirror?: string; json?: boolean }) => {
      const steps = printSteps({ output: process.stderr, silent: json })
      const request = { locked: false, steps, ...(mirror === undefined ? {} : { mirror }) }
      const changes = await writeLock(await openArchive(request), steps)
      if (json) process.stdout.write(`${JSON.stringify({ ok: true, changes })}\n`)
      else
        process.stdout.write(`${changes.length === 0 ? 'nothing changed' : changes.join('\n')}\n`)
    })
}
