import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '../../src/agent/control/status-types.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { type Lab, type LabOptions, startLab } from '../../src/lab/lab.ts'
import type { LoadSummary } from '../../src/lab/load-summary.ts'
import { type PreparedLab, type PrepareOptions, prepareLab } from '../../src/lab/prepare.ts'

/** The cluster file of the end-to-end tests. */
export const CLUSTER_FILE = join(import.meta.dirname, '../e2e/pair.yaml')

const POLL_MS = 250

export interface E2eOptions {
  readonly boot: PrepareOptions['boot']
  readonly firmware?: PrepareOptions['firmware']
  readonly memory_mb?: number
  readonly clusterFile?: string
  readonly isObserved?: boolean
  /** What differs from a lab as the command starts it. */
  readonly change?: (prepared: PreparedLab) => Partial<LabOptions>
}

/** A lab with its machines off, made from the project as it is. */
export async function openLab(options: E2eOptions): Promise<Lab> {
  const { boot, change = () => ({}), firmware = () => 'bios', memory_mb = 256 } = options
  const { clusterFile = CLUSTER_FILE, isObserved = false } = options
  const prepared = await prepareLab({
    ...{ clusterFile, boot, firmware, memory_mb, isObserved },
    steps: quietSteps,
  })
  return startLab({ ...prepared, ...change(prepared) })
}

/** What `directorctl status --json` says. */
export async function statusOf(lab: Lab, node: string): Promise<Status> {
  return (await lab.status(node)) as Status
}

/** Sends requests for a second or so and tells what came back. */
export async function tryService(lab: Lab, host: string, seconds = 1): Promise<LoadSummary> {
  return lab.load({ host, port: 80, rate: 20, seconds }).finished
}

/** Asks again and again until the answer is right; the last answer is in the error. */
export async function until<T>(
  what: string,
  timeout_ms: number,
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + timeout_ms
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come within ${timeout_ms} ms: ${JSON.stringify(answer)}`)
    }
    await sleep(POLL_MS)
  }
}
