import type { Stats } from 'node:fs'

/** Remembers what was worked out from a file until the file is another one. */
export interface Kept<T> {
  get(path: string, stat: Stats, make: () => Promise<T>): Promise<T>
}

/**
 * @param entries_max the oldest is forgotten beyond this
 */
export function keepByFile<T>(entries_max: number): Kept<T> {
  const kept = new Map<string, { readonly state: string; readonly value: Promise<T> }>()
  return {
    get(path, stat, make) {
      const { ino, size, mtimeMs, ctimeMs } = stat
      const state = [ino, size, mtimeMs, ctimeMs].join(' ')
      const found = kept.get(path)
      if (found?.state === state) return found.value
      const value = make()
      kept.delete(path)
      kept.set(path, { state, value })
      const [oldest] = kept.keys()
      if (kept.size > entries_max && oldest !== undefined) kept.delete(oldest)
      // A failure is not kept: the next request tries again.
      value.catch(() => kept.delete(path))
      return value
    },
  }
}
