import type { ConfigEdit } from '../faults.ts'
import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const refused: readonly ConfigEdit[] = [
  { isConfigWrong: true, digest: '6b' },
  // A service at no VIP.
  { vips: { front: ['192.0.2.101/24'] }, digest: '6b' },
  { priority: 50, services: [], digest: '6b' },
  { vips: { front: ['fe80::100/64'] }, services: [], digest: '6b' },
  // With the digest of what was there before.
  { services: [] },
  { services: [], digest: '6b', isCheck: true },
]

export const scenario: Scenario = {
  row: 43,
  title: 'a reload with a config that is wrong, or needs a start: refused, both nodes unchanged',
  pair: guarded,
  faults: refused.flatMap((edit, index) =>
    ['lb1', 'lb2'].map(node => ({ at: atSecond(20 + 2 * index), kind: 'reload', node, ...edit })),
  ),
  expect: [19, 25, 31, 50].map(second => ({ at: atSecond(second), owner: 'lb1' })),
  says: ['lb1 reload_refused lb1', 'lb2 reload_refused lb2'],
  neverSays: ['lb1 reloaded lb1', 'lb2 reloaded lb2'],
  check: wrong,
}

function wrong({ nodes }: World): string | undefined {
  for (const { name, kernel, state } of nodes) {
    const found = [kernel.deleted.size, kernel.vips.size, kernel.ipvs.size].join()
    if (found !== '0,0,1') return `${name} has changed its kernel: ${found}`
    if (state?.config.shared_digest.startsWith('5a') !== true) return `${name} took a config`
  }
  return undefined
}
