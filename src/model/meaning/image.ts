import { quote } from '../quote.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'

// What the build and the boot write themselves, and what is mounted over or empty after a boot.
const RESERVED = [
  ...['/etc/director', '/etc/dropbear', '/etc/shadow', '/root/.ssh', '/init'],
  ...['/proc', '/sys', '/dev', '/run', '/tmp', '/var/run'],
]

/** The operator's files and packages fit into the image. */
export function* checkImage({ spec }: Subject): Iterable<Finding> {
  const owners = new Map<string, number>()
  for (const [index, { destination }] of spec.files.entries()) {
    const path: DocumentPath = ['files', index, 'destination']
    yield* checkDestination(destination, path)
    const other = owners.get(destination)
    if (other === undefined) owners.set(destination, index)
    else {
      yield {
        code: 'duplicate_destination',
        path,
        message: 'two files have the same destination',
        expected: 'one file for each destination',
        found: `${destination}, as files[${other}] has`,
      }
    }
  }
  for (const [destination, index] of owners) {
    const folder = [...owners.keys()].find(other => destination.startsWith(`${other}/`))
    if (folder === undefined) continue
    yield {
      code: 'destination_under_file',
      path: ['files', index, 'destination'],
      message: 'the folder of a destination is a file itself',
      expected: 'a folder',
      found: `${folder}, the destination of files[${owners.get(folder)}]`,
    }
  }
  yield* checkPackages(spec.packages)
}

function* checkDestination(destination: string, path: DocumentPath): Iterable<Finding> {
  if (destination.split('/').some(part => part === '.' || part === '..')) {
    yield {
      code: 'destination_not_plain',
      path,
      message: 'a destination has . or .. in it',
      expected: 'an absolute path without . and ..',
      found: quote(destination),
    }
    return
  }
  const owner = RESERVED.find(one => destination === one || destination.startsWith(`${one}/`))
  if (owner === undefined) return
  yield {
    code: 'destination_reserved',
    path,
    message: `${owner} does not belong to the operator`,
    expected: `a path outside ${RESERVED.join(', ')}`,
    found: quote(destination),
  }
}

function* checkPackages(
  packages: readonly (string | { readonly name: string })[],
): Iterable<Finding> {
  const seen = new Set<string>()
  for (const [index, entry] of packages.entries()) {
    const name = typeof entry === 'string' ? entry : entry.name
    if (seen.has(name)) {
      yield {
        code: 'duplicate_package',
        path: ['packages', index],
        message: `the package ${name} is there twice`,
        expected: 'each package once',
        found: name,
      }
    }
    seen.add(name)
  }
}
