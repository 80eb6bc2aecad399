import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quietSteps } from '../../src/kit/steps.ts'
import { activeDown_ms } from '../../src/lab/failover.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { type Firmware, type PrepareOptions, prepareLab } from '../../src/lab/prepare.ts'
import type { Mark, Transcript } from '../../src/lab/transcript.ts'
import { bootDirector, LISTENING, waitUntilServed } from '../../src/lab/wait.ts'
import type { Figure, Topic } from './figure.ts'
import { MB, median, PAIR } from './tool.ts'

const SMALLEST = 'smallest machine, by BIOS'
const SMALLEST_UEFI = 'smallest machine, by UEFI'
const MEMORY = 'memory used after boot'
const START = 'kernel start to listening'
const ADVERT = 'first advert off its time'
const MACHINE_MB = 128
const UEFI_MACHINE_MB = 256
const BOOTS = 3
const LINE_TIMEOUT_MS = 30_000

/**
 * One director of the example pair boots from its ISO on a machine of 128 MB, three times, and once
 * by UEFI on one of 256 MB.
 */
export const boot: Topic = {
  name: 'boot',
  figures: [SMALLEST, SMALLEST_UEFI, MEMORY, START, ADVERT],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    const options = { clusterFile: PAIR, boot: 'iso', out: folder, steps: quietSteps } as const
    try {
      const boots = await inLab({ ...options, memory_mb: MACHINE_MB }, async lab => {
        const done: Boot[] = []
        for (let count = 0; count < BOOTS; count += 1) done.push(await bootOnce(lab))
        return done
      })
      const uefi = { firmware: (): Firmware => 'uefi', memory_mb: UEFI_MACHINE_MB }
      await inLab({ ...options, ...uefi }, bootOnce)
      return figures(boots)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function inLab<T>(options: PrepareOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await startLab(await prepareLab(options))
  try {
    return await work(lab)
  } finally {
    await lab.close()
  }
}

interface Boot {
  readonly start_s: number
  readonly advertOff_ms: number
  readonly used: number
}

function figures(boots: readonly Boot[]): readonly Figure[] {
  const of = (key: keyof Boot) => median(boots.map(one => one[key]))
  const common = { issue: 2 }
  return [
    // That it got this far says that it served.
    { ...common, figure: SMALLEST, unit: 'MB', ours: MACHINE_MB, bar: 128 },
    { issue: 3, figure: SMALLEST_UEFI, unit: 'MB', ours: UEFI_MACHINE_MB, bar: 256 },
    { ...common, figure: MEMORY, unit: 'MB', ours: of('used') / MB, bar: 64 },
    { ...common, figure: START, unit: 's', ours: of('start_s'), bar: 5 },
    { ...common, figure: ADVERT, unit: 'ms', ours: of('advertOff_ms'), bar: 50 },
  ]
}

async function bootOnce(lab: Lab): Promise<Boot> {
  const [director] = lab.plan.directors
  const node = lab.nodes.find(({ node }) => node.name === director?.name)
  const [instance] = node?.vrrp.instances ?? []
  if (node === undefined || instance === undefined) throw new Error('the pair has no instance')
  const machine = lab.machine(node.node.name)
  const from = machine.console.transcript.mark()
  await bootDirector(lab, node.node.name)
  await waitUntilServed(lab)
  const due_ms = node.vrrp.startup_hold_ms + activeDown_ms(instance)
  const { transcript } = machine.console
  const start_s = await timeOfLine(transcript, LISTENING, from)
  const active_s = await timeOfLine(transcript, `directord: ${instance.name} active`, from)
  const advertOff_ms = Math.abs((active_s - start_s) * 1000 - due_ms)
  const { output } = await machine.console.shell.run('cat /proc/meminfo')
  await machine.kill()
  return { start_s, advertOff_ms, used: usedMemory(output) }
}

/**
 * The node's own time of a line on its console: by its clock a busy host does not count.
 *
 * The agent says that it is active in the same turn in which it sends the first advert.
 */
async function timeOfLine(transcript: Transcript, line: string, from: Mark): Promise<number> {
  const stamped = new RegExp(`\\[ *([0-9.]+)\\] ${line}`)
  const { match } = await transcript.waitFor(stamped, LINE_TIMEOUT_MS, from)
  return Number(match[1])
}

/** As `free` counts: without the kernel's own code, and without what it gives back on demand. */
function usedMemory(meminfo: string): number {
  const sizeOf = (name: string) =>
    Number(meminfo.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1]) * 1024
  return sizeOf('MemTotal') - sizeOf('MemAvailable')
}
