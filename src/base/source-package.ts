import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { digestOf } from '../kit/hash.ts'
import type { Step } from '../kit/steps.ts'
import { readTar } from '../tree/tar.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import type { SourcePackage } from './base-system.ts'
import { download } from './download.ts'
import { allCached, checkedFile } from './download-cache.ts'
import type { LockedSource } from './lock.ts'
import { noLongerThere, refuseDeparture, refuseStale } from './refuse.ts'
import { readResolution, writeResolution } from './resolution-record.ts'
import { resolveSource } from './resolve.ts'
import { openToolbox } from './toolbox.ts'

/**
 * Opens a source package of the recipe and fetches what the cache lacks of it.
 *
 * As with binary packages, the archive is asked only where neither the cache nor the mirror has
 * what is locked, and a departure is remarked.
 *
 * @throws ProblemError `lock_departed` with `--locked`, `mirror_gone`, `hash_wrong`
 */
export async function openSource(name: string, options: ArchiveOptions): Promise<SourcePackage> {
  const archive = await openArchive(options)
  const source = await options.steps.run(`source: ${name}`, step => findSource(archive, name, step))
  return {
    name,
    version: source.version,
    digest: digestOf(source.files.map(({ sha256 }) => sha256)),
    locked: source,
    async load() {
      const packed = source.files.find(({ file }) => /\.orig\.tar\.xz$/.test(file))
      if (packed === undefined) throw new Error(`${name} has no .orig.tar.xz`)
      const toolbox = await openToolbox('tools', options)
      const input = await readFile(await checkedFile(archive.cache, packed))
      return withoutTop(await readTar(Readable.from([await toolbox.run('xz', ['-dc'], { input })])))
    },
  }
}

async function findSource(archive: Archive, name: string, step: Step): Promise<LockedSource> {
  const locked = archive.lock.sources[name]
  if (locked !== undefined && allCached(archive.cache, locked.files)) return locked
  const key = digestOf(['source', name, locked ?? null])
  const recorded = archive.locked
    ? undefined
    : await readResolution<LockedSource>(archive.cache, key)
  if (recorded !== undefined && allCached(archive.cache, recorded.files)) {
    return remarked(name, locked, recorded, step)
  }
  const gone = locked === undefined ? undefined : await fetchSource(archive, locked, step)
  if (locked !== undefined && gone?.length === 0) return locked
  if (archive.locked) {
    refuseDeparture(gone === undefined ? `the lock has no source ${name}` : noLongerThere(gone))
  }
  const apt = await archive.apt()
  await apt.update('force')
  const resolved = await resolveSource(apt, archive.recipe, name)
  if ((await fetchSource(archive, resolved, step)).length > 0) refuseStale(name)
  await writeResolution(archive.cache, key, resolved)
  return remarked(name, locked, resolved, step)
}

function remarked(
  name: string,
  locked: LockedSource | undefined,
  source: LockedSource,
  step: Step,
): LockedSource {
  step.remark(`departs from the lock: ${name} ${locked?.version ?? 'none'} -> ${source.version}`)
  return source
}

function fetchSource({ cache, apt }: Archive, source: LockedSource, step: Step) {
  return download(source.files, { cache, apt, step })
}

function withoutTop(tree: Tree): Tree {
  const result = new Map<string, Entry>()
  for (const [path, entry] of tree) {
    const slash = path.indexOf('/')
    if (slash !== -1) result.set(path.slice(slash + 1), entry)
  }
  return result
}
