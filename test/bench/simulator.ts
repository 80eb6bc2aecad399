import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { atSecond } from '../../src/sim/scenario.ts'
import { askedCase, type runSeeds } from '../../src/sim/seeds.ts'
import type { Topic } from './figure.ts'

const SCHEDULE = 'schedule with a heartbeat, processor time'
/** Until the engine has translated what is used often. */
const WARM_UP = 300
const SCHEDULES = 1_000
// 20,000 a minute on two cores.
const SCHEDULE_MS_MAX = 6

/** Random schedules of 120 s of virtual time as `npm run sim -- --guarded` draws them. */
export const simulator: Topic = {
  name: 'simulator',
  figures: [SCHEDULE],
  async measure() {
    const run = await plainSeeds()
    runAll(run, 1, WARM_UP)
    const before = process.cpuUsage()
    runAll(run, 1 + WARM_UP, SCHEDULES)
    const { user, system } = process.cpuUsage(before)
    const ours = (user + system) / 1_000 / SCHEDULES
    return [{ issue: 5, figure: SCHEDULE, unit: 'ms', ours, bar: SCHEDULE_MS_MAX }]
  },
}

function runAll(run: typeof runSeeds, first: number, count: number): void {
  const { failure } = run({ guarded: true, first, count })
  if (failure !== undefined) throw new Error(`seed ${failure.seed}: ${failure.verdict.kind}`)
  if (askedCase(true, first).until < atSecond(120)) throw new Error(`seed ${first}: too short`)
}

// As the processes of `npm run sim` run it: without what tsx adds.
async function plainSeeds(): Promise<typeof runSeeds> {
  const folder = await mkdtemp(join(tmpdir(), 'sim-'))
  const outfile = join(folder, 'seeds.mjs')
  const entry = join(import.meta.dirname, '../../src/sim/seeds.ts')
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile })
  const plain = (await import(pathToFileURL(outfile).href)) as { runSeeds: typeof runSeeds }
  await rm(folder, { recursive: true })
  return plain.runSeeds
}
