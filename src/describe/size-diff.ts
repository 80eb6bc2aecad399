import type { SizeReport } from './size.ts'

/** What grew or shrank between two images. Sizes are in bytes. */
export interface SizeDiff {
  readonly first: string
  readonly second: string
  readonly bytes: { readonly first: number; readonly second: number }
  /** The greatest change first, without what did not change. */
  readonly packages: readonly Growth[]
  /** By the files' own sizes: the share of an unchanged file changes with the rest. */
  readonly files: readonly Growth[]
}

export interface Growth {
  readonly name: string
  readonly first: number
  readonly second: number
}

/** Compares two size reports: packages by what they take in the image, files by their own size. */
export function diffSizes(first: SizeReport, second: SizeReport): SizeDiff {
  const stored = ({ packages }: SizeReport) => new Map(packages.map(one => [one.name, one.stored]))
  const raw = ({ files }: SizeReport) => new Map(files.map(one => [one.path, one.raw]))
  return {
    first: first.file,
    second: second.file,
    bytes: { first: first.bytes, second: second.bytes },
    packages: growth(stored(first), stored(second)),
    files: growth(raw(first), raw(second)),
  }
}

function growth(first: ReadonlyMap<string, number>, second: ReadonlyMap<string, number>) {
  const names = [...new Set([...first.keys(), ...second.keys()])]
  const change = (one: Growth) => Math.abs(one.second - one.first)
  return names
    .map((name): Growth => {
      return { name, first: first.get(name) ?? 0, second: second.get(name) ?? 0 }
    })
    .filter(one => change(one) > 0)
    .sort((left, right) => change(right) - change(left) || (left.name < right.name ? -1 : 1))
}
