import { type Problem, ProblemError } from '../../src/kit/problem.ts'
import { encodeLoaderSettings } from '../../src/stamp/console-args.ts'
import type { Layout } from '../../src/stamp/layout.ts'
import { encodeStamp } from '../../src/stamp/stamp.ts'
import { tinyIso } from './tiny-iso.ts'

export const BASE = 'b'.repeat(64)
export const OTHER_BASE = 'c'.repeat(64)
export const CONSOLE = { port: 'ttyS0', baud: 115_200 }
export const REGION_BYTES = 4096

/** A stamp of node lb1 for a base. */
export function sampleStamp(config = '{"schema":1}\n', baseSha256 = BASE): Buffer {
  const bytes = Buffer.from(config)
  return Buffer.from(encodeStamp({ cluster: 'pair', node: 'lb1', baseSha256, config: bytes }))
}

export const LAYOUT: Layout = {
  version: 1,
  base_sha256: BASE,
  features: ['node-region', 'kargs-region', 'fleet'],
  node: { file: '/director/node.img', offset: 0, length: REGION_BYTES },
  kargs: [{ file: '/director/kargs.cfg', offset: 0, length: 512, pad: '#' }],
  console: CONSOLE,
}

/** An ISO with everything that a stamp needs and nothing that boots. */
export function sampleIso(layout: object = LAYOUT): Buffer {
  return tinyIso({
    boot: { vmlinuz: Buffer.alloc(5000, 'k') },
    director: {
      'kargs.cfg': encodeLoaderSettings(CONSOLE, 512),
      'layout.json': Buffer.from(JSON.stringify(layout)),
      'node.img': new Uint8Array(REGION_BYTES),
    },
  })
}

/** The first problem that the work fails with; anything else fails the test. */
export async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work()
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0] !== undefined) return error.problems[0]
    throw error
  }
  throw new Error('the work did not fail')
}
