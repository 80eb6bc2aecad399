import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../kit/problem.ts'
import { type AptSource, parseDeb822Sources, parseOneLineSources } from './apt-sources.ts'
import type { ArchiveName } from './recipe.ts'

/** The root of each archive, without a trailing slash. */
export type Mirrors = Readonly<Record<ArchiveName, string>>

// Names that Debian gives its suites. Another vendor's suite is named otherwise or has other
// components.
const SUITE =
  /^(?:bullseye|bookworm|trixie|forky|duke|sid|oldstable|stable|testing|unstable)(-updates|-security|\/updates)?$/

/**
 * Where packages come from: `--mirror`, else what the host's apt is configured with.
 *
 * @param mirror root of a mirror; the security archive is beside it, as `debian-security` beside
 *   `debian`
 * @param aptFolder the host's, for tests
 * @throws ProblemError `mirror_unknown`, `mirror_malformed`
 */
export async function findMirrors(mirror?: string, aptFolder = '/etc/apt'): Promise<Mirrors> {
  if (mirror !== undefined) return mirrorsOf(mirror)
  return chooseMirrors(await readHostSources(aptFolder), aptFolder)
}

/** Picks Debian's own archives out of the sources of a host. */
export function chooseMirrors(sources: readonly AptSource[], aptFolder: string): Mirrors {
  const ours = sources.filter(
    ({ uri, suite, components }) =>
      SUITE.test(suite) && components.includes('main') && !uri.startsWith('cdrom:'),
  )
  const isSecurity = ({ suite }: AptSource) =>
    /[-/](security|updates)$/.test(suite) && !suite.endsWith('-updates')
  const main = preferred(ours.filter(source => !isSecurity(source)))
  const security = preferred(ours.filter(isSecurity))
  if (main === undefined) {
    fail({
      code: 'mirror_unknown',
      message: 'the apt configuration of this host names no Debian mirror',
      expected: 'a source of a Debian suite with the component main',
      found: `${sources.length} other sources`,
      where: { file: aptFolder },
      remedy: 'name one with --mirror URL, for example the mirror that you install Debian from',
    })
  }
  return { debian: main.uri, 'debian-security': security?.uri ?? securityBeside(main.uri) }
}

// Third parties sometimes use Debian's suite names: a path that ends in "debian" is more likely
// Debian's.
function preferred(sources: readonly AptSource[]): AptSource | undefined {
  return sources.find(({ uri }) => /\/debian(-security)?$/.test(uri)) ?? sources[0]
}

function mirrorsOf(mirror: string): Mirrors {
  const uri = mirror.replace(/\/+$/, '')
  if (!/^[a-z][a-z0-9+.-]*:\/?\/?[^\s[\]"]+$/i.test(uri)) {
    fail({
      code: 'mirror_malformed',
      message: '--mirror is not a URL that apt can read',
      expected: 'for example http://HOST/debian or file:/srv/debian',
      found: mirror,
    })
  }
  return { debian: uri, 'debian-security': securityBeside(uri) }
}

/** `…/debian/…` becomes `…/debian-security/…`; a mirror without such a folder holds both. */
function securityBeside(uri: string): string {
  return uri.replace(/\/debian(?=\/|$)/, '/debian-security')
}

async function readHostSources(folder: string): Promise<AptSource[]> {
  const read = (file: string) => readFile(join(folder, file), 'utf8').catch(() => '')
  const parts = (await readdir(join(folder, 'sources.list.d')).catch(() => [])).sort()
  const sources = parseOneLineSources(await read('sources.list'))
  for (const part of parts) {
    const text = await read(join('sources.list.d', part))
    if (part.endsWith('.list')) sources.push(...parseOneLineSources(text))
    if (part.endsWith('.sources')) sources.push(...parseDeb822Sources(text))
  }
  return sources
}
