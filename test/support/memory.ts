import type { Lab } from '../../src/lab/lab.ts'

/** Memory of a running director in kB, as its kernel counts it. */
export interface MemoryUse {
  readonly total_kb: number
  readonly available_kb: number
  /** All that a program could not have: the system, its files in RAM, the agent. */
  readonly used_kb: number
  /** Resident memory of directord. */
  readonly agent_kb: number
}

/** Reads how much memory a node uses. */
export async function readMemory(lab: Lab, node: string): Promise<MemoryUse> {
  const { output } = await lab
    .machine(node)
    .console.shell.run('cat /proc/meminfo /proc/$(pidof directord)/status')
  const value = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(output)?.[1])
  const [total_kb, available_kb] = [value('MemTotal'), value('MemAvailable')]
  return { total_kb, available_kb, used_kb: total_kb - available_kb, agent_kb: value('VmRSS') }
}
