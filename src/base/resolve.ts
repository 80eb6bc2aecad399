import { fail, ProblemError } from '../kit/problem.ts'
import { type AptRoot, firstComplaint } from './apt-root.ts'
import type { LockedPackage, LockedSource, PoolFile } from './lock.ts'
import { type ArchiveName, matchesAny, type Recipe, type SectionRecipe } from './recipe.ts'
import { parseStanzas, type Stanza } from './stanza.ts'

/**
 * Asks the archive which package files a section means today: its packages and their dependencies.
 *
 * Its indices have to be there: see `AptRoot.update`.
 *
 * @throws ProblemError `package_unknown`
 */
export async function resolveSection(
  apt: AptRoot,
  recipe: Recipe,
  section: SectionRecipe,
): Promise<LockedPackage[]> {
  const { keep = ['*'], without = [] } = section
  const versions = (await simulate(apt, section.packages)).filter(
    ({ name }) => matchesAny(name, keep) && !matchesAny(name, without),
  )
  const shown = await apt.run('apt-cache', [
    'show',
    ...versions.map(({ name, version }) => `${name}=${version}`),
  ])
  const stanzas = new Map<string, Stanza>()
  for (const stanza of parseStanzas(shown)) {
    const key = `${stanza.get('package')}=${stanza.get('version')}`
    if (!stanzas.has(key)) stanzas.set(key, stanza)
  }
  return versions
    .map(({ name, version }) => toLocked(recipe, stanzas.get(`${name}=${version}`), name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

async function simulate(
  apt: AptRoot,
  packages: readonly string[],
): Promise<{ name: string; version: string }[]> {
  const output = await apt.run('apt-get', ['install', '-s', ...packages]).catch(explainUnknown)
  return [...output.matchAll(/^Inst (\S+) \((\S+) /gm)].map(([, name = '', version = '']) => ({
    name: name.replace(/:.*$/, ''),
    version,
  }))
}

function explainUnknown(error: unknown): never {
  const said = error instanceof ProblemError ? (error.problems[0]?.found ?? '') : ''
  const name =
    /Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate|find a source package for (\S+)/.exec(
      said,
    )
  if (name === null) throw error
  fail(
    {
      code: 'package_unknown',
      message: `the archive has no package ${name[1] ?? name[2] ?? name[3]}`,
      expected: 'the name of a package of trixie',
      found: firstComplaint(
        said
          .split('\n')
          .filter(line => /E:/.test(line))
          .join('\n'),
      ),
      remedy: 'check the spelling in the recipe or under `packages:` in the cluster file',
    },
    error,
  )
}

function toLocked(recipe: Recipe, stanza: Stanza | undefined, name: string): LockedPackage {
  if (stanza === undefined) throw new Error(`apt-cache did not show ${name}`)
  const field = (key: string) => stanza.get(key) ?? ''
  // "Source: libisoburn (1.5.6-1.2)": the version only where it differs from the package's.
  const [sourceName = '', sourceVersion] = field('source').split(/[ ()]+/)
  return {
    name,
    version: field('version'),
    archive: archiveOf(recipe, field('filename')),
    file: field('filename'),
    size: Number(field('size')),
    sha256: field('sha256'),
    source: { name: sourceName || name, version: sourceVersion || field('version') },
  }
}

/**
 * Asks the archive for the newest version of a source package.
 *
 * @throws ProblemError `package_unknown`
 */
export async function resolveSource(
  apt: AptRoot,
  recipe: Recipe,
  name: string,
): Promise<LockedSource> {
  const simulated = await apt
    .run('apt-get', ['source', '-s', '--only-source', name])
    .catch(explainUnknown)
  const version = /^Fetch source \S+|version '([^']+)'/m.exec(simulated)?.[1]
  const stanzas = await sourceStanzas(apt, name)
  const stanza = stanzas.find(entry => version === undefined || entry.get('version') === version)
  if (stanza === undefined) throw new Error(`apt-cache did not show the source of ${name}`)
  return toLockedSource(recipe, stanza)
}

/** A source package of one version, and where else the archives list files of the same bytes. */
export interface FoundSource {
  readonly source: LockedSource
  readonly elsewhere: readonly PoolFile[]
}

/** Asks the archives for one version of a source package; undefined where none lists it. */
export async function findSourceVersion(
  apt: AptRoot,
  recipe: Recipe,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<FoundSource | undefined> {
  const stanzas = await sourceStanzas(apt, name).catch(error => {
    if (error instanceof ProblemError && error.problems[0]?.code === 'program_failed') return []
    throw error
  })
  const all = stanzas.map(entry => toLockedSource(recipe, entry))
  const source = all.find(each => each.version === version)
  if (source === undefined) return undefined
  const listed = new Map(all.flatMap(({ files }) => files).map(file => [file.file, file]))
  const elsewhere = [...listed.values()].filter(({ file, sha256 }) =>
    source.files.some(own => own.sha256 === sha256 && own.file !== file),
  )
  return { source, elsewhere }
}

async function sourceStanzas(apt: AptRoot, name: string): Promise<Stanza[]> {
  return parseStanzas(await apt.run('apt-cache', ['showsrc', '--only-source', name]))
}

function toLockedSource(recipe: Recipe, stanza: Stanza): LockedSource {
  const folder = stanza.get('directory') ?? ''
  const files = (stanza.get('checksums-sha256') ?? '').split('\n').filter(line => line !== '')
  return {
    version: stanza.get('version') ?? '',
    files: files.map(line => {
      const [sha256 = '', size = '', file = ''] = line.split(' ')
      const path = `${folder}/${file}`
      return { archive: archiveOf(recipe, path), file: path, size: Number(size), sha256 }
    }),
  }
}

// The archive whose pool has the longest matching beginning.
function archiveOf(recipe: Recipe, file: string): ArchiveName {
  const fitting = Object.entries(recipe.archives)
    .filter(([, { pool }]) => file.startsWith(pool))
    .sort(([, left], [, right]) => right.pool.length - left.pool.length)
  return (fitting[0]?.[0] ?? 'debian') as ArchiveName
}
