import { existsSync } from 'node:fs'
import { exec } from '../kit/exec.ts'
import { fail } from '../kit/problem.ts'
import type { Mirrors } from './mirror.ts'
import type { ArchiveName, Recipe } from './recipe.ts'

export interface AptRootOptions {
  readonly recipe: Recipe
  readonly mirrors: Mirrors
  readonly cache: string
  readonly components: readonly string[]
  /** Files of archive keys to try, the first that exists counts; absent: Debian's on this host. */
  readonly keyrings?: readonly string[]
  readonly log: (line: string) => void
}

const DEBIAN_KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/etc/apt/trusted.gpg.d/debian-archive-keyring.gpg',
]

/**
 * `sources.list` of the private root: every suite of the recipe, held to the archive's keys.
 *
 * @throws ProblemError `keyring_missing`
 */
export function sourcesText({ recipe, mirrors, components, keyrings }: AptRootOptions): string {
  const keyring = (keyrings ?? DEBIAN_KEYRINGS).find(file => existsSync(file))
  if (keyring === undefined) noKeyring(keyrings ?? DEBIAN_KEYRINGS)
  const lines: string[] = []
  for (const [name, { suites }] of Object.entries(recipe.archives)) {
    const uri = mirrors[name as ArchiveName]
    for (const suite of suites) {
      const place = `${uri} ${suite} ${components.join(' ')}`
      lines.push(`deb [arch=${recipe.architecture} signed-by=${keyring}] ${place}`)
      lines.push(`deb-src [signed-by=${keyring}] ${place}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** `apt.conf` of the private root: nothing of the host but what `hostSettings` took from it. */
export function configText(folder: string, settings: string): string {
  const lines = [
    settings,
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'Dir::Etc::trusted "/dev/null";',
    'Dir::Etc::trustedparts "/dev/null";',
    `Dir::State "${folder}";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}";`,
    `Dir::Log "${folder}";`,
    // As root, apt would fetch as a user who may not enter the cache of the person who builds.
    'APT::Sandbox::User "root";',
    'APT::Architecture "amd64";',
    'APT::Architectures { "amd64"; };',
    'APT::Install-Recommends "false";',
    'APT::Get::Assume-Yes "true";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
  ]
  return `${lines.join('\n')}\n`
}

/** Of the host's own settings only how to reach a mirror and how strictly to take its dates. */
export async function hostSettings(): Promise<string> {
  const wanted =
    /^Acquire::(?:http|https|ftp|Check-Valid-Until|Check-Date|ForceIPv[46])(?:::\S+)? "/
  const dump = (
    await exec('/usr/bin/apt-config', ['dump', '--format', '%F "%v";%n', 'Acquire'])
  ).toString()
  return dump
    .split('\n')
    .filter(line => wanted.test(line) && !line.endsWith(' "";'))
    .join('\n')
}

function noKeyring(tried: readonly string[]): never {
  fail({
    code: 'keyring_missing',
    message: 'the keys of the Debian archive are not on this host',
    expected: tried.join(' or '),
    remedy: 'install the package debian-archive-keyring',
  })
}
