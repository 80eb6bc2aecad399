import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../src/base/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import type { Figure, Topic } from './figure.ts'
import { director, median, PAIR, timeOf } from './tool.ts'

const NOTHING = 'rebuild, nothing changed'
const SERVICE = 'rebuild, one service changed'
const CLEAN = 'clean build, warm downloads'
const REPEATS = 5

/** How long `./director build` takes, from the start of the launcher to its end. */
export const build: Topic = {
  name: 'build',
  figures: [NOTHING, SERVICE, CLEAN],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      const cluster = join(folder, 'cluster.yaml')
      cpSync(PAIR, cluster)
      const words = ['build', cluster, '--out', join(folder, 'out')]
      await director(words)
      return [await unchanged(words), await changed(words, cluster), await clean(words, folder)]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function unchanged(words: readonly string[]): Promise<Figure> {
  const times: number[] = []
  for (let run = 0; run < REPEATS; run += 1) times.push(await timeOf(words))
  return { issue: 2, figure: NOTHING, unit: 's', ours: median(times), bar: 1 }
}

async function changed(words: readonly string[], cluster: string): Promise<Figure> {
  const text = readFileSync(cluster, 'utf8')
  const times: number[] = []
  for (let run = 0; run < REPEATS; run += 1) {
    writeFileSync(cluster, text.replace('fall: 2', `fall: ${3 + run}`))
    times.push(await timeOf(words))
  }
  return { issue: 2, figure: SERVICE, unit: 's', ours: median(times), bar: 2 }
}

/** Everything is made anew but the downloads. */
async function clean(words: readonly string[], folder: string): Promise<Figure> {
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  await exec('cp', ['-a', join(cacheFolder(), 'downloads'), cache])
  rmSync(join(folder, 'out'), { recursive: true })
  const seconds = await timeOf(words, { DIRECTOR_CACHE: cache })
  return { issue: 2, figure: CLEAN, unit: 's', ours: seconds, bar: 60 }
}
