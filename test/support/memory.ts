import type { Lab } from '../../src/lab/lab.ts'

/** Memory of a running director in kB, as its kernel counts it. */
export interface MemoryUse {
  readonly total_kb: number
  readonly available_kb: number
  /** All that a program could not have: the system, its files in RAM, the agent. */
  readonly used_kb: number
  /** Resident memory of directord and of its supervisor. */
  readonly agent_kb: number
}

/** Reads how much memory a node uses. */
export async function readMemory(lab: Lab, node: string): Promise<MemoryUse> {
  const { shell } = lab.machine(node).console
  const { output } = await shell.run(
    'cat /proc/meminfo; for p in $(pidof directord); do cat /proc/$p/status; done',
  )
  const value = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(output)?.[1])
  const [total_kb, available_kb] = [value('MemTotal'), value('MemAvailable')]
  const resident = [...output.matchAll(/^VmRSS:\s+(\d+) kB/gm)].map(found => Number(found[1]))
  const agent_kb = resident.reduce((sum, count) => sum + count, 0)
  return { total_kb, available_kb, used_kb: total_kb - available_kb, agent_kb }
}
