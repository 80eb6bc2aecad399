import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One stage of the tests: programs that check the source, or test files. */
export interface Stage {
  readonly name: string
  /** Programs of node_modules/.bin with their arguments; each counts as one test. */
  readonly programs?: readonly (readonly [name: string, ...args: string[]])[]
  readonly files: (path: string) => boolean
  /** Files that do not need a process each share some. */
  readonly shared?: boolean
  /** Arguments for ava. */
  readonly ava?: readonly string[]
}

// What boots machines or changes the kernel's network runs alone, and may be silent for minutes.
const ALONE = ['--concurrency=1', '--serial', '--timeout=15m']
const FOLDERS_OF_STAGES = /^test\/(sim|long|netns|e2e)\//

export const stages: readonly Stage[] = [
  {
    name: 'check',
    programs: [
      ['tsc', '-p', '.'],
      ['tsc', '-p', 'src/agent/tsconfig.core.json'],
      ['biome', 'ci', '--colors=off', '--max-diagnostics=200'],
    ],
    files: path => path === 'test/tidy.test.ts',
  },
  {
    name: 'unit',
    shared: true,
    files: path => !FOLDERS_OF_STAGES.test(path) && path !== 'test/tidy.test.ts',
  },
  { name: 'sim', files: inFolder('sim'), ava: ['--timeout=10m'] },
  { name: 'long', files: inFolder('long'), ava: ['--timeout=60m'] },
  { name: 'netns', files: inFolder('netns'), ava: ALONE },
  { name: 'e2e', files: inFolder('e2e'), ava: ALONE },
]

/** Every test file below `root`/test, as a path from `root`, sorted. */
export function listTestFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.test.ts') && !path.startsWith('fixtures/'))
    .map(path => `test/${path}`)
    .sort()
}

function inFolder(folder: string): (path: string) => boolean {
  return path => path.startsWith(`test/${folder}/`)
}
