/** Seeds over several processes. What they find does not depend on how many there are. */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { runSeeds, type SeedFailure, type Seeds, type SeedsResult } from './seeds.ts'
import { add, newTally } from './tally.ts'

/** Seeds handed out at once: a second or so, and the last ones are soon waited for. */
const PART = 100

// A schedule makes some 4 MB of garbage. With the engine's own size of the young generation (1 MB,
// growing to 16) and its helper threads, which only take turns with the other processes here, a
// schedule takes 5 to 15 % more processor time (two series of alternating runs on a busy machine).
const ENGINE = ['--min-semi-space-size=32', '--max-semi-space-size=32', '--single-threaded-gc']

/** Runs seeds in so many processes; with one, or for a few seeds, in this one. */
export async function runManySeeds(seeds: Seeds, jobs: number): Promise<SeedsResult> {
  const count = Math.min(jobs, Math.ceil(seeds.count / PART))
  if (count <= 1) return runSeeds(seeds)
  const work = newWork(seeds)
  const folder = mkdtempSync(join(tmpdir(), 'sim-'))
  const children: ChildProcess[] = []
  try {
    const program = bundled(folder)
    while (children.length < count) children.push(fork(program, { execArgv: ENGINE }))
    await Promise.all(children.map(child => serve(child, work)))
  } finally {
    for (const child of children) child.kill()
    rmSync(folder, { recursive: true })
  }
  return work.result()
}

// What tsx makes of the sources gives a name to each function whenever it is made, for the sake of
// stack traces: plain code takes about a third less.
function bundled(folder: string): string {
  const outfile = join(folder, 'seeds.mjs')
  const entry = join(import.meta.dirname, '../sim/seeds-process.ts')
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile })
  return outfile
}

export interface Work {
  /** The next part to be run; undefined: there is none. */
  next(): Seeds | undefined
  take(result: SeedsResult): void
  result(): SeedsResult
}

/**
 * What is left to run, and what was found so far. Parts are handed out in order, and none behind a
 * failure: all before the smallest one are run.
 */
export function newWork({ guarded, first, count }: Seeds): Work {
  const tally = newTally()
  let failure: SeedFailure | undefined
  let [from, end] = [first, first + count]
  return {
    next() {
      if (from >= end) return undefined
      const part = { guarded, first: from, count: Math.min(PART, end - from) }
      from += part.count
      return part
    },
    take(result) {
      add(tally, result.tally)
      if (result.failure === undefined || result.failure.seed >= end) return
      failure = result.failure
      end = failure.seed
    },
    result: () => (failure === undefined ? { tally } : { tally, failure }),
  }
}

function serve(child: ChildProcess, work: Work): Promise<void> {
  return new Promise((resolve, reject) => {
    const handOut = () => {
      const part = work.next()
      if (part === undefined) resolve()
      else child.send(part)
    }
    child.on('error', reject)
    child.on('exit', code => reject(new Error(`a process of the simulator ended with ${code}`)))
    child.on('message', (result: SeedsResult) => {
      work.take(result)
      handOut()
    })
    handOut()
  })
}
