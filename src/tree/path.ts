import { fail } from '../kit/problem.ts'

/**
 * Brings a path to the form that a tree uses: no leading slash or `./`, no trailing slash.
 *
 * @returns the empty string for the root itself
 * @throws ProblemError `unsafe_path` when it climbs with `..` or holds a NUL
 */
export function cleanPath(path: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..') || path.includes('\0')) {
    fail({
      code: 'unsafe_path',
      message: 'a path leaves its tree',
      expected: 'a path without ".." and NUL',
      found: JSON.stringify(path),
    })
  }
  return parts.join('/')
}

/** The folder that holds a path; the empty string for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

const ASCII = /^[\0-\x7f]*$/

/** Byte order of the UTF-8 form: the order of every archive that we write. */
export function comparePaths(left: string, right: string): number {
  if (ASCII.test(left) && ASCII.test(right)) return left < right ? -1 : left > right ? 1 : 0
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

/** Where a link at `path` points inside its tree, one step, in tree form. */
export function linkTarget(path: string, target: string): string {
  const parts = target.startsWith('/') ? [] : parentOf(path).split('/')
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return parts.filter(part => part !== '' && part !== '.').join('/')
}
