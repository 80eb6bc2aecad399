import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepInputs } from '../compose/step-cache.ts'
import { writeAtomic } from '../kit/atomic.ts'
import { canonicalJson, sha256 } from '../kit/hash.ts'
import type { WrittenFiles } from './outputs.ts'

interface Content {
  /** What each step was made from the last time, by the step's name. */
  readonly steps: Readonly<Record<string, StepInputs>>
  readonly outputs: WrittenFiles
  readonly manifest: WrittenFiles
}

/** What the last build into an output folder was made from and left there. */
export interface BuildRecord extends Content {
  noteStep(name: string, inputs: StepInputs): void
  noteFiles(files: Pick<Content, 'outputs' | 'manifest'>): void
  /** Writes the record if it changed. */
  save(): Promise<void>
}

/** Opens the record of an output folder; a missing or damaged one is empty. */
export async function openBuildRecord(cache: string, folder: string): Promise<BuildRecord> {
  const path = join(cache, 'builds', `${sha256(folder).slice(0, 16)}.json`)
  const before = await readContent(path)
  let now = before
  return {
    ...before,
    noteStep(name, inputs) {
      now = { ...now, steps: { ...now.steps, [name]: inputs } }
    },
    noteFiles(files) {
      now = { ...now, ...files }
    },
    async save() {
      const text = canonicalJson(now)
      if (text !== canonicalJson(before)) await writeAtomic(path, text, { mode: 0o600 })
    },
  }
}

async function readContent(path: string): Promise<Content> {
  const empty: Content = { steps: {}, outputs: {}, manifest: {} }
  try {
    return { ...empty, ...(JSON.parse(await readFile(path, 'utf8')) as Partial<Content>) }
  } catch {
    return empty
  }
}
