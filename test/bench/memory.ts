import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quietSteps } from '../../src/kit/steps.ts'
import { startLab } from '../../src/lab/lab.ts'
import type { Machine } from '../../src/lab/machine.ts'
import { prepareLab } from '../../src/lab/prepare.ts'
import { bootDirector } from '../../src/lab/wait.ts'
import type { Topic } from './figure.ts'
import { hundredServices, KEEPALIVED_CONFIG, keepalivedConfig } from './hundred-services.ts'
import { MB } from './tool.ts'

const FIGURE = 'agent memory, 100 services'
// Both have loaded their services by then, and have probed each real server several times.
const SETTLE_MS = 20_000

/**
 * Resident memory with 100 services and 200 real servers, ours and keepalived's with the same
 * configuration, one after the other on the same machine.
 *
 * Both are several processes, so what they share counts once (PSS).
 */
export const memory: Topic = {
  name: 'memory',
  figures: [FIGURE],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    const clusterFile = join(folder, 'cluster.yaml')
    writeFileSync(clusterFile, hundredServices())
    writeFileSync(join(folder, 'keepalived.conf'), keepalivedConfig())
    const lab = await startLab(
      await prepareLab({
        clusterFile,
        boot: 'netboot',
        memory_mb: 512,
        out: folder,
        steps: quietSteps,
      }),
    )
    try {
      await bootDirector(lab, 'lb1')
      await sleep(SETTLE_MS)
      const ours = await memoryOf(lab.machine('lb1'), {
        // The agent and its supervisor.
        ...{ name: 'directord', processes: 2 },
      })
      const keepalived = await measureKeepalived(lab.machine('lb1'))
      const peer = { name: 'keepalived', value: keepalived / MB }
      return [{ issue: 2, figure: FIGURE, unit: 'MB', ours: ours / MB, peer, bar: 4 }]
    } finally {
      await lab.close()
      rmSync(folder, { recursive: true })
    }
  },
}

async function measureKeepalived(machine: Machine): Promise<number> {
  const { shell } = machine.console
  // Without the file init does not start it again.
  await shell.run('rm /run/director/ready; killall directord; sleep 2')
  await shell.run(`keepalived --use-file=${KEEPALIVED_CONFIG} </dev/null >/dev/null 2>&1`)
  await sleep(SETTLE_MS)
  // The parent, the one that probes and the one that speaks VRRP.
  return memoryOf(machine, { name: 'keepalived', processes: 3 })
}

interface Program {
  readonly name: string
  /** How many of it run when all is well. */
  readonly processes: number
}

/** The memory of all processes of a name, in bytes; a page that they share counts once. */
async function memoryOf(machine: Machine, { name, processes }: Program): Promise<number> {
  const command = `for pid in $(pidof ${name}); do grep ^Pss: /proc/$pid/smaps_rollup; done`
  const { output } = await machine.console.shell.run(command)
  const sizes = [...output.matchAll(/:\s+(\d+) kB/g)].map(([, kilobytes]) => Number(kilobytes))
  if (sizes.length !== processes) throw new Error(`${name} does not run as it should: ${output}`)
  return sizes.reduce((sum, size) => sum + size, 0) * 1024
}
