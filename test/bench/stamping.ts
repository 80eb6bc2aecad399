import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { load } from '../../src/model/cluster.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { encodeNodeConfig, resolve } from '../../src/model/resolve.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import type { NodeSource } from '../../src/stamp/node-source.ts'
import { encodeStamp } from '../../src/stamp/stamp.ts'
import { type StampedEach, stampEach } from '../../src/stamp/stamp-each.ts'
import { reasonLacking } from '../support/needs.ts'
import { mountXfs } from '../support/xfs.ts'
import type { Figure, Topic } from './figure.ts'
import { director, median, PAIR } from './tool.ts'

const OVERLAY = 'netboot stamp, a node'
const ISO = 'ISO of its own, a node'
const SHARED_ISO = 'ISO of its own on XFS, a node'
// Of each figure; copies and their peer take turns, so that both see the same disk.
const ROUNDS = 7
const OVERLAYS = 3_000
const ISOS = 8
// 3,000 nodes a second.
const OVERLAY_US_MAX = Math.floor(1e6 / 3_000)
// A copy may take a tenth longer than `cp`, since it also gets its stamp.
const OF_CP = 1 / 0.9

/**
 * From configurations that `resolve` gave to files that are safely on the disk: encoded, written,
 * synced once, renamed. Reading and checking cluster files is not in it.
 */
export const stamping: Topic = {
  name: 'stamping',
  figures: [OVERLAY, ISO, SHARED_ISO],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      await director(['build', PAIR, '--out', folder])
      const pair = resolve(await load(PAIR))
      const base = join(folder, 'pair/base.iso')
      const own = await isos(ISO, base, folder, pair)
      return [await overlays(folder, pair), own, ...(await sharedIsos(base, pair))]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function overlays(folder: string, pair: Pair): Promise<Figure> {
  const sources = sourcesFrom(pair, OVERLAYS)
  const base = join(folder, 'pair/netboot/initramfs.zst')
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const target = join(folder, `overlays-${round}`)
    const { seconds } = await timed(() => stampAll(base, sources, target))
    times.push((seconds * 1e6) / OVERLAYS)
    // They are left until the end: ext4 is slow to use the inodes of files that were just deleted.
  }
  return { issue: 3, figure: OVERLAY, unit: 'us', ours: median(times), bar: OVERLAY_US_MAX }
}

/** Where the kernel has a file system whose files can share their blocks. */
async function sharedIsos(base: string, pair: Pair): Promise<readonly Figure[]> {
  if (reasonLacking('root') !== undefined || reasonLacking('xfs') !== undefined) return []
  const xfs = mountXfs()
  try {
    const there = join(xfs.folder, 'base.iso')
    copyFileSync(base, there)
    return [await isos(SHARED_ISO, there, xfs.folder, pair)]
  } finally {
    xfs.close()
  }
}

async function isos(figure: string, base: string, folder: string, pair: Pair): Promise<Figure> {
  const sources = sourcesFrom(pair, ISOS)
  const [ours, peers, ratios]: [number[], number[], number[]] = [[], [], []]
  let how: StampedEach['copied']
  for (let round = 0; round < ROUNDS; round += 1) {
    const stamped = await timed(() => stampAll(base, sources, join(folder, 'isos')))
    const copied = await timed(() => copyAll(base, join(folder, 'copies')))
    how = stamped.value.copied
    ours.push(stamped.seconds / ISOS)
    peers.push(copied.seconds / ISOS)
    ratios.push(stamped.seconds / copied.seconds)
    for (const name of ['isos', 'copies']) rmSync(join(folder, name), { recursive: true })
  }
  const value = median(peers)
  const peer = { name: `cp of all bytes (ours by ${how})`, value }
  return {
    issue: 3,
    figure,
    unit: 's',
    ours: median(ratios) * value,
    peer,
    bar: value * OF_CP,
  }
}

/** The same with plain copies and one sync at the end, as ours have. */
async function copyAll(base: string, target: string): Promise<void> {
  mkdirSync(target)
  const names = Array.from({ length: ISOS }, (_, at) => join(target, `${at}.iso`))
  for (const name of names) await exec('cp', ['--reflink=never', base, name])
  await exec('sync', ['-f', target])
}

const stampAll = (base: string, sources: readonly NodeSource[], target: string) =>
  withImage(base, image => stampEach(image, sources, target, { replace: false }))

type Pair = readonly NodeConfig[]

/** As many pairs as it takes, each a cluster of its own. */
function sourcesFrom(pair: Pair, count: number): readonly NodeSource[] {
  const clusters = Array.from({ length: count / pair.length }, (_, at) => `cluster-${at}`)
  return clusters.flatMap(cluster =>
    pair.map(node => {
      const config = { ...node, cluster }
      const { name } = node.node
      return {
        config,
        stampFor: (baseSha256: string) =>
          encodeStamp({ cluster, node: name, baseSha256, config: encodeNodeConfig(config) }),
      }
    }),
  )
}

async function timed<T>(work: () => Promise<T>) {
  const startedAt = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - startedAt) / 1000 }
}
