import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { writeAtomic } from '../kit/atomic.ts'
import { exec } from '../kit/exec.ts'
import { digestOf } from '../kit/hash.ts'
import type { Step } from '../kit/steps.ts'
import { readTar } from '../tree/tar.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import type { Archive } from './archive.ts'
import type { Toolbox } from './base-system.ts'
import { type NamedLicences, readCopyright } from './copyright.ts'
import { readDeb } from './deb.ts'
import { download } from './download.ts'
import { checkedFile } from './download-cache.ts'
import type { LockedPackage, LockedSource, PoolFile } from './lock.ts'

/** What a package says of itself beyond its files: who may do what with it, what is built in. */
export interface PackageAbout {
  readonly licences: NamedLicences
  /** Sources whose code is in the package besides its own (`Built-Using`). */
  readonly builtUsing: readonly SourceName[]
}

export interface SourceName {
  readonly name: string
  readonly version: string
}

export type AboutPackage = Pick<LockedPackage, 'name' | 'sha256'> & Partial<PoolFile>

// What is read out of the same files; a change of it reads every package anew.
const ABOUT_FORMAT = 3
const DOCUMENTS = 'usr/share/doc'
// Links from one package's documents to another's: gcc's are two deep.
const LINKS_MAX = 3

/**
 * Reads what a package says of itself; it is kept in the cache under the hash of the package.
 *
 * @param known packages in which a copyright file may be that this one points to
 */
export async function aboutPackage(
  archive: Archive,
  wanted: AboutPackage,
  known: readonly AboutPackage[],
  step: Step,
): Promise<PackageAbout> {
  const other = known.map(({ name, sha256 }) => [name, sha256])
  const key = digestOf([ABOUT_FORMAT, wanted.name, wanted.sha256, other])
  return kept(archive.cache, key, async () => {
    step.progress(wanted.name)
    const file = await packageFile(archive, wanted, step)
    const text = await copyrightText(archive, wanted, known, step)
    const fields = await exec('dpkg-deb', ['-f', file, 'Built-Using', 'Static-Built-Using'])
    const builtUsing = builtUsingOf(fields.toString())
    return { licences: readCopyright(text ?? ''), builtUsing }
  })
}

/** As `aboutPackage`, for a source package: the licences of what is built of it. */
export async function aboutSource(
  archive: Archive,
  source: LockedSource,
  tools: Toolbox,
): Promise<PackageAbout> {
  const packed = source.files.find(({ file }) => /\.debian\.tar\.xz$/.test(file))
  if (packed === undefined) return { licences: readCopyright(''), builtUsing: [] }
  return kept(archive.cache, digestOf([ABOUT_FORMAT, packed.sha256]), async () => {
    const input = await readFile(await checkedFile(archive.cache, packed))
    const unpacked = Readable.from([await tools.run('xz', ['-dc'], { input })])
    const tree = await readTar(unpacked, { accept: path => path === 'debian/copyright' })
    const text = textOf(tree.get('debian/copyright')) ?? ''
    return { licences: readCopyright(text), builtUsing: [] }
  })
}

async function kept(
  cache: string,
  key: string,
  read: () => Promise<PackageAbout>,
): Promise<PackageAbout> {
  const path = join(cache, 'about', `${key}.json`)
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PackageAbout
  } catch {
    // Not there, or not readable: the package is read again.
  }
  const about = await read()
  await writeAtomic(path, `${JSON.stringify(about)}\n`)
  return about
}

/** The package in the cache; it is fetched where only what was made of it is there. */
async function packageFile(archive: Archive, wanted: AboutPackage, step: Step): Promise<string> {
  const { cache, apt } = archive
  const { name, sha256, archive: from, file, size } = wanted
  if (from !== undefined && file !== undefined && size !== undefined) {
    await download([{ archive: from, file, size, sha256 }], { cache, apt, step })
  }
  return checkedFile(cache, { file: file ?? name, sha256 })
}

async function copyrightText(
  archive: Archive,
  wanted: AboutPackage,
  known: readonly AboutPackage[],
  step: Step,
): Promise<string | undefined> {
  let here: AboutPackage | undefined = wanted
  let folder = wanted.name
  for (let followed = 0; followed < LINKS_MAX && here !== undefined; followed += 1) {
    const file = await packageFile(archive, here, step)
    const documents: Tree = await readDeb(file, isCopyright)
    const text = textOf(documents.get(`${DOCUMENTS}/${folder}/copyright`))
    if (text !== undefined) return text
    const link = documents.get(`${DOCUMENTS}/${folder}`)
    if (link?.kind !== 'link') return undefined
    folder = link.target
    here = known.find(({ name }) => name === folder)
  }
  return undefined
}

const isCopyright = (path: string) =>
  path.startsWith(`${DOCUMENTS}/`) &&
  /^[^/]+(?:\/copyright)?$/.test(path.slice(DOCUMENTS.length + 1))

const textOf = (entry: Entry | undefined) =>
  entry?.kind === 'file' ? Buffer.from(entry.content).toString('utf8') : undefined

/** `Built-Using: glibc (= 2.41-12), linux (= 6.12)` of one or both fields. */
function builtUsingOf(fields: string): SourceName[] {
  const found = [...fields.matchAll(/([a-z0-9][a-z0-9+.-]+) \(= ([^)]+)\)/g)]
  return found.map(([, name = '', version = '']) => ({ name, version }))
}
