import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fail } from '../kit/problem.ts'
import { readTar } from '../tree/tar.ts'
import type { Entry, Tree } from '../tree/tree.ts'

/**
 * Reads the files of a binary package.
 *
 * Paths of the time before the merged /usr (`bin`, `sbin`, `lib`, `lib64` at the top) are given
 * below `usr`. Everything is owned by root; setuid and setgid bits are dropped.
 *
 * @param file the package; the host's dpkg-deb takes its outer shell off
 * @param accept which paths to take, as they are below `usr`
 * @throws ProblemError `package_malformed`
 */
export async function readDeb(file: string, accept: (path: string) => boolean): Promise<Tree> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000)
  })
  const ended = once(child, 'close').catch((error: NodeJS.ErrnoException) => [error.code])
  try {
    const tree = await readTar(child.stdout, { accept: path => accept(belowUsr(path)) })
    const [code] = await ended
    if (code !== 0) malformed(file, said || String(code))
    return new Map([...tree].map(([path, entry]) => [belowUsr(path), plain(entry)]))
  } catch (error) {
    child.kill()
    const [code] = await ended
    if (code === 'ENOENT') missing(error)
    if (said !== '' || typeof code === 'string') malformed(file, said || String(code), error)
    throw error
  }
}

function missing(cause: unknown): never {
  fail(
    {
      code: 'program_missing',
      message: 'the program dpkg-deb cannot be started',
      expected: 'dpkg-deb, which unpacks the packages',
      remedy: 'build on Debian 12 or newer, or in a container of it',
    },
    cause,
  )
}

function belowUsr(path: string): string {
  return /^(?:bin|sbin|lib|lib64)(?:\/|$)/.test(path) ? `usr/${path}` : path
}

function plain(entry: Entry): Entry {
  const kept = entry.kind === 'directory' ? 0o1777 : 0o777
  return { ...entry, mode: entry.mode & kept, uid: 0, gid: 0 }
}

function malformed(file: string, found: string, cause?: unknown): never {
  fail(
    {
      code: 'package_malformed',
      message: 'a package file cannot be read',
      found: found.trim(),
      where: { file },
      remedy: 'remove this file from the cache and run the command again',
    },
    cause,
  )
}
