import type { Command } from 'commander'

/** One file in `commands/`: it says its options and what runs. Loaded only when it is called. */
export interface CommandFile {
  configure(command: Command): void
}

interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<CommandFile>
}

/** Every command of the tool, in the order in which the help shows them. */
export const commands: readonly CommandEntry[] = []
