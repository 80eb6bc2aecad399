import { existsSync } from 'node:fs'
import { copyFile, lstat, mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../kit/exec.ts'
import { sha256File } from '../kit/hash.ts'
import { fail, ProblemError } from '../kit/problem.ts'
import type { Step } from '../kit/steps.ts'
import type { AptRoot } from './apt-root.ts'
import { withCacheLock } from './cache.ts'
import { allCached, cachedFile } from './download-cache.ts'
import type { PoolFile } from './lock.ts'
import { isDiskFull, refuseFullCache } from './refuse.ts'

const HELPER = '/usr/lib/apt/apt-helper'

// So many files are named to one run of apt's helper: argument lists have a limit.
const FILES_A_RUN = 20

export interface DownloadOptions {
  readonly cache: string
  /** Opened only when something has to be fetched. */
  readonly apt: () => Promise<AptRoot>
  /** Shows how far it is, and remarks what was fetched. */
  readonly step: Step
}

/**
 * Fetches what the cache lacks, through apt's own methods and thus its proxies.
 *
 * A file has its final name only after its SHA-256 was right; a download that was cut goes on
 * where it stopped.
 *
 * @returns the files that the mirror no longer has (404)
 * @throws ProblemError `hash_wrong`, `mirror_gone`
 */
export async function download(
  files: readonly PoolFile[],
  options: DownloadOptions,
): Promise<PoolFile[]> {
  const { cache } = options
  if (allCached(cache, files)) return []
  const apt = await options.apt()
  return withCacheLock(cache, 'downloads', async () => {
    const missing = files.filter(file => !allCached(cache, [file]))
    const gone: PoolFile[] = []
    for (let start = 0; start < missing.length; start += FILES_A_RUN) {
      options.step.progress(`${start}/${missing.length} files, ${megabytes(missing)} in all`)
      const batch = missing.slice(start, start + FILES_A_RUN)
      gone.push(...(await fetchBatch(batch, cache, apt)))
    }
    const fetched = missing.filter(file => !gone.includes(file))
    if (fetched.length > 0) {
      options.step.remark(`fetched ${countOf(fetched)}, ${megabytes(fetched)}`)
    }
    return gone
  })
}

const countOf = ({ length }: readonly PoolFile[]) => (length === 1 ? '1 file' : `${length} files`)

function megabytes(files: readonly PoolFile[]): string {
  return `${(files.reduce((sum, { size }) => sum + size, 0) / 1e6).toFixed(1)} MB`
}

async function fetchBatch(
  files: readonly PoolFile[],
  cache: string,
  apt: AptRoot,
): Promise<PoolFile[]> {
  await mkdir(join(cache, 'downloads', 'partial'), { recursive: true })
  const partial = ({ sha256 }: PoolFile) => join(cache, 'downloads', 'partial', sha256)
  const fetchAll = (wanted: readonly PoolFile[]) =>
    runHelper(
      wanted.flatMap(file => [
        `${apt.mirrors[file.archive]}/${file.file}`,
        partial(file),
        `SHA256:${file.sha256}`,
      ]),
      apt,
    )
  let said = await fetchAll(files)
  // Of a part of another file the rest is wrong too: once more, from its beginning.
  const spoiled = files.filter(file => existsSync(`${partial(file)}.FAILED`))
  for (const file of spoiled) await rm(`${partial(file)}.FAILED`)
  if (spoiled.length > 0) said = await fetchAll(spoiled)

  const gone: PoolFile[] = []
  for (const file of files) {
    if (await keepIfRight(file, partial(file), cache)) continue
    if (isGone(said, file)) gone.push(file)
    else refuse(file, partial(file), said)
  }
  return gone
}

/** All that the helper said of what failed: a problem holds only the last lines. */
async function runHelper(args: readonly string[], apt: AptRoot): Promise<string> {
  const lines: string[] = []
  try {
    const onErrorLine = (line: string) => lines.push(line)
    await exec(HELPER, ['download-file', ...args], { env: { ...apt.env }, onErrorLine })
    return ''
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problems[0]?.code !== 'program_failed')
      throw error
    return [...lines, error.problems[0].found].join('\n')
  }
}

async function keepIfRight(file: PoolFile, partial: string, cache: string): Promise<boolean> {
  const found = await stat(partial).catch(() => undefined)
  if (found?.size !== file.size || (await sha256File(partial)) !== file.sha256) return false
  // Of a mirror in a folder apt makes links, which would last as long as that folder.
  const isLink = (await lstat(partial)).isSymbolicLink()
  if (isLink) await copyFile(await realpath(partial), `${partial}.copy`)
  await rename(isLink ? `${partial}.copy` : partial, cachedFile(cache, file.sha256))
  if (isLink) await rm(partial)
  return true
}

// apt shows the URL as it asked for it, with + and ~ as %2b and %7e.
function isGone(said: string, { file }: PoolFile): boolean {
  return said
    .split('\n')
    .map(line =>
      line.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
    .some(line => line.includes(file) && /40[34]\s|File not found/.test(line))
}

function refuse(file: PoolFile, partial: string, said: string): never {
  const name = file.file.slice(file.file.lastIndexOf('/') + 1)
  if (existsSync(`${partial}.FAILED`) || /Hash Sum mismatch/.test(said)) {
    fail({
      code: 'hash_wrong',
      message: `the mirror's ${name} is not the file that the lock names`,
      expected: `SHA-256 ${file.sha256}`,
      found: receivedHash(said) ?? 'another content',
      where: { path: file.file },
      remedy: 'name another mirror with --mirror URL; nothing of this file was kept',
    })
  }
  if (isDiskFull(said)) refuseFullCache(partial)
  fail({
    code: 'mirror_gone',
    message: `${name} could not be fetched`,
    found:
      said
        .split('\n')
        .find(line => line.includes('E:'))
        ?.trim() ?? said.trim(),
    where: { path: file.file },
    remedy:
      'check the network, or name another mirror with --mirror URL; the next run goes on where this one stopped',
  })
}

// apt lists the expected hash first, then the one of what came.
function receivedHash(said: string): string | undefined {
  const hash = /Hashes of received file:\s+- SHA256:([0-9a-f]{64})/.exec(said)?.[1]
  return hash === undefined ? undefined : `SHA-256 ${hash}`
}
