import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'
import { exec } from '../kit/exec.ts'
import { sha256 } from '../kit/hash.ts'
import { fail, ProblemError } from '../kit/problem.ts'
import { type AptRootOptions, configText, hostSettings, sourcesText } from './apt-config.ts'
import { withCacheLock } from './cache.ts'
import type { Mirrors } from './mirror.ts'
import { isDiskFull, refuseFullCache } from './refuse.ts'

/**
 * An apt of our own: sources, lists, cache and dpkg status in one folder of the cache.
 *
 * It needs no root user and never looks at what is installed on the host. What it takes from the
 * host is the mirror, the proxy settings and Debian's archive keys.
 */
export interface AptRoot {
  /**
   * Fetches the signed indices, unless that was done a few minutes ago.
   *
   * @param force even then
   * @throws ProblemError `mirror_gone`, `signature_wrong`
   */
  update(force?: 'force'): Promise<void>
  /** Runs `apt-get` or `apt-cache` in the root; returns standard output. */
  run(program: 'apt-get' | 'apt-cache', args: readonly string[]): Promise<string>
  /** Environment for other programs of apt, such as `apt-helper`. */
  readonly env: Readonly<Record<string, string>>
  readonly mirrors: Mirrors
}

// Indices younger than this are not asked for again by the next command.
const FRESH_MS = 10 * 60 * 1000

/** Lays out the private root; nothing is fetched yet. */
export async function openAptRoot(options: AptRootOptions): Promise<AptRoot> {
  const { cache, mirrors, log } = options
  if (!existsSync('/usr/bin/apt-get')) noApt()
  const sources = sourcesText(options)
  const folder = join(cache, 'apt', sha256(sources).slice(0, 16))
  for (const part of ['lists/partial', 'archives/partial']) {
    await mkdir(join(folder, part), { recursive: true })
  }
  await writeAtomic(join(folder, 'sources.list'), sources)
  await writeAtomic(join(folder, 'status'), '')
  await writeAtomic(join(folder, 'apt.conf'), configText(folder, await hostSettings()))
  const env = { ...plainEnvironment(), LC_ALL: 'C', APT_CONFIG: join(folder, 'apt.conf') }
  const run: AptRoot['run'] = async (program, args) =>
    (await exec(`/usr/bin/${program}`, args, { env, onErrorLine: log })).toString('utf8')
  return {
    env,
    mirrors,
    run,
    update: force => withCacheLock(cache, 'apt', () => updateLists(folder, run, force)),
  }
}

async function updateLists(
  folder: string,
  run: AptRoot['run'],
  force: 'force' | undefined,
): Promise<void> {
  const marker = join(folder, 'updated')
  const age =
    Date.now() -
    (await stat(marker)
      .then(({ mtimeMs }) => mtimeMs)
      .catch(() => 0))
  if (age < FRESH_MS && force === undefined) return
  try {
    await run('apt-get', ['update', '-q', '-o', 'APT::Update::Error-Mode=any'])
  } catch (error) {
    throw explainUpdate(error, folder)
  }
  await writeAtomic(marker, '')
}

function explainUpdate(error: unknown, folder: string): unknown {
  const said = error instanceof ProblemError ? (error.problems[0]?.found ?? '') : ''
  const found = firstComplaint(said)
  if (isDiskFull(said)) refuseFullCache(folder, error)
  if (
    /NO_PUBKEY|not signed|signatures? (?:couldn't|were invalid|.*invalid)|BADSIG|EXPKEYSIG|Missing key|Sub-process .* returned an error code \(1\)/.test(
      said,
    )
  ) {
    return problemError(
      {
        code: 'signature_wrong',
        message: 'the package index is not signed by the keys of the Debian archive',
        expected: 'a signature of the keys in debian-archive-keyring',
        found,
        remedy:
          'check the mirror, and that the package debian-archive-keyring of this host is up to date',
      },
      error,
    )
  }
  if (said === '') return error
  return problemError(
    {
      code: 'mirror_gone',
      message: 'the package mirror does not answer with an index',
      found,
      remedy:
        'check the network and the apt configuration of this host, or name another mirror with --mirror URL',
    },
    error,
  )
}

function problemError(problem: ConstructorParameters<typeof ProblemError>[0][0], cause: unknown) {
  return new ProblemError([problem], { cause })
}

/** The first line with an error of apt, without its letter. */
export function firstComplaint(said: string): string {
  const line = said.split('\n').find(text => /^\s*[EW]:/.test(text)) ?? said.split('\n')[0] ?? ''
  return line.trim().replace(/^[EW]:\s*/, '')
}

function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HOME|TMPDIR|.*_proxy)$/i.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}

function noApt(): never {
  fail({
    code: 'apt_missing',
    message: 'this host has no apt',
    expected: '/usr/bin/apt-get, which fetches and checks the packages',
    remedy: 'build on Debian 12 or newer, or in a container of it',
  })
}
