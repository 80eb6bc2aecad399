import { constants, copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import project from '../../package.json' with { type: 'json' }
import { type Archive, type ArchiveOptions, openArchive } from '../base/archive.ts'
import { download } from '../base/download.ts'
import { allCached, checkedFile } from '../base/download-cache.ts'
import type { LockedSource } from '../base/lock.ts'
import { readResolution, writeResolution } from '../base/resolution-record.ts'
import { findSourceVersion } from '../base/resolve.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import { produceAtomic, writeAtomic } from '../kit/atomic.ts'
import { makeFolders } from '../kit/folder.ts'
import { digestOf, sha256 } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import type { Step } from '../kit/steps.ts'
import type { Bill } from '../sbom/cyclonedx.ts'
import { packOwnSources } from './own-sources.ts'
import { type WantedSource, wantedSources } from './wanted-sources.ts'

/** `sources/manifest.json`: the sources that go with a build, and what of them is missing. */
export interface SourcesManifest {
  readonly schema: 1
  readonly image: { readonly cluster: string; readonly bill: string }
  readonly sources: readonly CollectedSource[]
  /** What the licences ask for and the archive no longer has. */
  readonly missing: readonly MissingSource[]
  /** In the images, but none of its licences asks for the source. */
  readonly not_asked: readonly WantedSource[]
  /** This project: recipes, overlay, code. */
  readonly own: SourceFile
}

export interface CollectedSource extends WantedSource {
  readonly files: readonly SourceFile[]
}

/** A source that could not be had, with the names of the files that were not there. */
export interface MissingSource extends WantedSource {
  readonly lacks: readonly string[]
}

/** A file below `sources/`. */
export interface SourceFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

export interface SourcesRequest extends ArchiveOptions {
  /** The folder of a build. */
  readonly folder: string
  /** Also what no licence asks for. */
  readonly all?: boolean
}

const FOLDER = 'sources'
const MANIFEST = 'manifest.json'

/**
 * Collects the source packages of all that is in a build's images, of exactly the versions that
 * were built from, with this project's own sources, into `sources/` of its folder.
 *
 * Their hashes are those of the archive's signed index. What is there from before and is no part of
 * it is removed. Large: the kernel's source alone has about 150 MB.
 *
 * @throws ProblemError `bill_missing`, or as `download`
 */
export async function collectSources(request: SourcesRequest): Promise<SourcesManifest> {
  const { folder, steps, all = false } = request
  const bill = await readBill(folder)
  const wanted = wantedSources(bill)
  const asked = wanted.filter(({ isAsked }) => isAsked || all)
  const firmware = bill.components.some(({ name }) => name.startsWith('firmware-'))
  const archive = await openArchive({ ...request, firmware })
  const collected: CollectedSource[] = []
  const missing: MissingSource[] = []
  for (const source of asked) {
    await steps.run(`source: ${source.name} ${source.version}`, async step => {
      const found = await findSource(source, archive, step)
      if ('lacks' in found) {
        missing.push({ ...source, ...found })
        step.remark(`missing: the archive no longer has ${found.lacks.join(', ')}`)
      } else {
        const files = await place(source, found, archive, join(folder, FOLDER))
        collected.push({ ...source, files })
      }
    })
  }
  const manifest: SourcesManifest = {
    schema: 1,
    image: { cluster: bill.metadata.component.name, bill: bill.serialNumber },
    sources: collected,
    missing,
    not_asked: wanted.filter(source => !asked.includes(source)),
    own: await steps.run('own sources', () => writeOwn(join(folder, FOLDER))),
  }
  await removeOthers(join(folder, FOLDER), manifest)
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  await writeAtomic(join(folder, FOLDER, MANIFEST), text)
  return manifest
}

async function readBill(folder: string): Promise<Bill> {
  const file = join(folder, 'sbom.cdx.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Bill
  } catch (error) {
    return fail(
      {
        code: 'bill_missing',
        message: 'the folder has no bill of materials, which says what the images are made of',
        where: { file },
        remedy: 'name the folder that `director build` wrote, for example out/pair',
      },
      error,
    )
  }
}

/** Puts the files of one source into a folder of its own. */
async function place(
  wanted: WantedSource,
  source: LockedSource,
  archive: Archive,
  folder: string,
): Promise<SourceFile[]> {
  const top = folderName(wanted)
  const files: SourceFile[] = []
  for (const file of source.files) {
    const path = `${top}/${basename(file.file)}`
    const cached = await checkedFile(archive.cache, file)
    await produceAtomic(join(folder, path), (_, temporary) =>
      copyFile(cached, temporary, constants.COPYFILE_FICLONE),
    )
    files.push({ path, size: file.size, sha256: file.sha256 })
  }
  return files
}

// A version may hold a colon, which is no good in a name on a stick.
const folderName = ({ name, version }: WantedSource) => `${name}_${version.replace(/^\d+:/, '')}`

async function findSource(
  wanted: WantedSource,
  archive: Archive,
  step: Step,
): Promise<LockedSource | Pick<MissingSource, 'lacks'>> {
  const { cache, recipe } = archive
  const { name, version } = wanted
  const key = digestOf(['source version', name, version])
  const recorded = await readResolution<LockedSource>(cache, key)
  if (recorded !== undefined && allCached(cache, recorded.files)) return recorded
  const apt = await archive.apt()
  await apt.update()
  const found = await findSourceVersion(apt, recipe, wanted)
  if (found === undefined) return { lacks: [`the version ${version}`] }
  const { source, elsewhere } = found
  const options = { cache, apt: () => archive.apt(), step }
  let gone = await download(source.files, options)
  // The security archive and the main one list many versions both, and may lack them each.
  for (const place of elsewhere.filter(file => gone.some(({ sha256 }) => sha256 === file.sha256))) {
    if ((await download([place], options)).length > 0) continue
    gone = gone.filter(({ sha256 }) => sha256 !== place.sha256)
  }
  if (gone.length > 0) return { lacks: gone.map(({ file }) => basename(file)) }
  await writeResolution(cache, key, source)
  return source
}

async function writeOwn(folder: string): Promise<SourceFile> {
  const top = `${project.name}-${project.version}`
  const packed = await packOwnSources(projectFolder, top)
  const path = `${top}.tar.gz`
  await writeAtomic(join(folder, path), packed)
  return { path, size: packed.length, sha256: sha256(packed) }
}

async function removeOthers(folder: string, manifest: SourcesManifest): Promise<void> {
  makeFolders(folder)
  const kept = new Set([...manifest.sources.map(folderName), manifest.own.path, MANIFEST])
  for (const name of await readdir(folder)) {
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true })
  }
}
