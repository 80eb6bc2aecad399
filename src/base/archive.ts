import { type AptRoot, openAptRoot } from './apt-root.ts'
import type { ArchiveRequest } from './base-system.ts'
import { cacheFolder } from './cache.ts'
import { type Lock, loadLock } from './lock.ts'
import { findMirrors } from './mirror.ts'
import { loadRecipe, type Recipe, type SectionRecipe, withSuitesOf } from './recipe.ts'

/** Recipe, lock and mirror together: all that a section needs to become files. */
export interface Archive {
  readonly recipe: Recipe
  /** Of the archives: those of the recipe, and those of firmware where the board needs it. */
  readonly components: readonly string[]
  readonly lock: Lock
  readonly locked: boolean
  readonly cache: string
  /**
   * Made at the first call: with a warm cache nobody calls. One for each list of suites; absent:
   * that of the recipe.
   */
  apt(section?: SectionRecipe): Promise<AptRoot>
}

export interface ArchiveOptions extends ArchiveRequest {
  /** Folder of recipe.yaml and lock.json, with a final slash; absent: the project's. */
  readonly recipeFolder?: string
  readonly cache?: string
  readonly keyrings?: readonly string[]
  /** The board names firmware files, so that their component is needed. */
  readonly firmware?: boolean
}

/** Reads recipe and lock; touches neither apt nor the network. */
export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const recipe = await loadRecipe(options.recipeFolder)
  const components =
    options.firmware === true
      ? [...recipe.components, ...recipe.firmware_components]
      : recipe.components
  const cache = options.cache ?? cacheFolder()
  const roots = new Map<string, Promise<AptRoot>>()
  return {
    recipe,
    components,
    lock: await loadLock(options.recipeFolder),
    locked: options.locked,
    cache,
    apt(section = { packages: [] }) {
      const key = JSON.stringify(section.suites ?? {})
      const known = roots.get(key)
      if (known !== undefined) return known
      const made = findMirrors(options.mirror).then(mirrors =>
        openAptRoot({
          recipe: withSuitesOf(recipe, section),
          mirrors,
          cache,
          components,
          ...(options.keyrings === undefined ? {} : { keyrings: options.keyrings }),
          log: line => options.steps.log(line),
        }),
      )
      roots.set(key, made)
      return made
    },
  }
}
