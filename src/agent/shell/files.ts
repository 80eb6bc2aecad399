import type { FileAnswer, FileStep } from '../kernel/talk.ts'
import { never } from '../never.ts'
import { EFBIG } from './errno.ts'

const BYTES_FIRST = 16 * 1024
const BYTES_MAX = 16 * 1024 * 1024
const ZERO = 0x30

/** A whole small file, or a positive errno. */
export function readWhole(path: string): Uint8Array | number {
  return filled(into => host.readFile(path, into))
}

/** The names in a folder, or a positive errno. */
export function listNames(path: string): readonly string[] | number {
  const bytes = filled(into => host.listDirectory(path, into))
  return typeof bytes === 'number' ? bytes : host.decode(bytes).split('\0').slice(0, -1)
}

/** The number that a file begins with; undefined: it has none or cannot be read. */
export function readNumber(path: string): number | undefined {
  const into = new Uint8Array(64)
  const count = host.readFile(path, into)
  let number: number | undefined
  for (const byte of into.subarray(0, Math.max(0, count))) {
    if (byte < ZERO || byte > ZERO + 9) break
    number = (number ?? 0) * 10 + byte - ZERO
  }
  return number
}

/** Where a link leads, or a positive errno. */
export function linkTarget(path: string): string | number {
  const into = new Uint8Array(4096)
  const count = host.readLink(path, into)
  return count < 0 ? -count : host.decode(into.subarray(0, count))
}

/** Does one step that a talk asks for. */
export function doFileStep(step: FileStep): FileAnswer {
  switch (step.kind) {
    case 'read': {
      const content = readWhole(step.path)
      return typeof content === 'number' ? { errno: content } : { errno: 0, content }
    }
    case 'read_link': {
      const target = linkTarget(step.path)
      return typeof target === 'number' ? { errno: target } : { errno: 0, names: [target] }
    }
    case 'list': {
      const names = listNames(step.path)
      return typeof names === 'number' ? { errno: names } : { errno: 0, names }
    }
    case 'write': {
      const count = host.writeFile(step.path, step.content, step.mode ?? -1)
      return { errno: count < 0 ? -count : 0 }
    }
    case 'make_directory':
      return { errno: Math.max(0, -host.makeDirectory(step.path, step.mode)) }
    case 'remove':
      return { errno: Math.max(0, -host.remove(step.path)) }
    default:
      return never(step)
  }
}

function filled(read: (into: Uint8Array) => number): Uint8Array | number {
  for (let size = BYTES_FIRST; ; size *= 4) {
    const into = new Uint8Array(size)
    const count = read(into)
    if (count >= 0) return into.slice(0, count)
    if (count !== -EFBIG || size >= BYTES_MAX) return -count
  }
}
