import { join } from 'node:path'
import type { Command } from 'commander'
import { buildAgent } from '../../compose/agent-build.ts'
import { projectFolder } from '../../compose/agent-toolchain.ts'
import { writeAtomic } from '../../kit/atomic.ts'
import { withSteps } from '../work.ts'

interface AgentOptions {
  readonly out: string
  readonly mirror?: string
  readonly locked?: boolean
  readonly json?: boolean
}

/** `director agent`: the static ELF of the director agent, for any Linux on x86_64. */
export function configure(command: Command): void {
  command
    .option('--out <file>', 'where to write the program', 'out/agent/x86_64/directord')
    .option('--mirror <url>', "root of a Debian mirror; default: the host's own")
    .option('--locked', 'refuse a compiler of another version than the lock names')
    .option('--json', 'print the file, its size and its digest as JSON')
    .action(run)
}

async function run({ out, mirror, locked = false, json = false }: AgentOptions): Promise<void> {
  const file = out === 'out/agent/x86_64/directord' ? join(projectFolder, out) : out
  const { elf, digest } = await withSteps({ command: 'agent', json }, steps =>
    buildAgent({ steps, locked, ...(mirror === undefined ? {} : { mirror }) }),
  )
  await writeAtomic(file, elf, { mode: 0o755 })
  if (json)
    process.stdout.write(`${JSON.stringify({ ok: true, file, bytes: elf.length, digest })}\n`)
  else process.stdout.write(`${file}: ${elf.length} bytes\n`)
}
