import type { Stats } from 'node:fs'

/** Remembers what was worked out from a file until the file is another one. */
export interface Kept<T> {
  get(path: string, stat: Stats, make: () => Promise<T>): Promise<T>
}

/** What is forgotten beyond these, from what was not asked for the longest time on. */
export interface KeptLimits {
  readonly entries_max: number
  /** Of the files together. */
  readonly bytes_max?: number
}

/** Begins with nothing kept. */
export function keepByFile<T>({ entries_max, bytes_max = Infinity }: KeptLimits): Kept<T> {
  const kept = new Map<string, Entry<T>>()
  return {
    get(path, stat, make) {
      const found = kept.get(path)
      const isSame = found !== undefined && isSameFile(found.stat, stat)
      const entry = isSame ? found : { stat, value: make() }
      // At the end again: the first is what was not asked for the longest time.
      kept.delete(path)
      kept.set(path, entry)
      if (isSame) return entry.value
      forget(kept, { entries_max, bytes_max })
      // A failure is not kept: the next request tries again.
      entry.value.catch(() => {
        if (kept.get(path) === entry) kept.delete(path)
      })
      return entry.value
    },
  }
}

interface Entry<T> {
  readonly stat: Stats
  readonly value: Promise<T>
}

const isSameFile = (one: Stats, other: Stats) =>
  one.ino === other.ino &&
  one.size === other.size &&
  one.mtimeMs === other.mtimeMs &&
  one.ctimeMs === other.ctimeMs

function forget<T>(kept: Map<string, Entry<T>>, limits: Required<KeptLimits>): void {
  let bytes = [...kept.values()].reduce((sum, { stat }) => sum + stat.size, 0)
  for (const [path, { stat }] of kept) {
    if (kept.size <= limits.entries_max && bytes <= limits.bytes_max) return
    kept.delete(path)
    bytes -= stat.size
  }
}
