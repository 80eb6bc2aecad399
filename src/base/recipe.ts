import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { fail } from '../kit/problem.ts'

/** `recipes/debian/recipe.yaml`. Its comments say what each part is for. */
export interface Recipe {
  readonly architecture: string
  readonly archives: Readonly<Record<ArchiveName, ArchiveRecipe>>
  readonly components: readonly string[]
  readonly firmware_components: readonly string[]
  readonly sections: Readonly<Record<string, SectionRecipe>>
  readonly sources: readonly string[]
  readonly tree: TreeRecipe
  readonly modules: { readonly load: readonly string[]; readonly have: readonly string[] }
}

export type ArchiveName = 'debian' | 'debian-security'

export interface ArchiveRecipe {
  readonly pool: string
  readonly suites: readonly string[]
}

export interface SectionRecipe {
  readonly packages: readonly string[]
  readonly keep?: readonly string[]
  readonly without?: readonly string[]
  readonly programs?: Readonly<Record<string, string>>
  /** The suites of each archive, where they are not the recipe's. */
  readonly suites?: Readonly<Record<ArchiveName, readonly string[]>>
}

export interface TreeRecipe {
  readonly take: Readonly<Record<string, readonly string[]>>
  readonly links: Readonly<Record<string, string>>
  readonly applets: readonly string[]
  /** Path to octal mode. */
  readonly directories: Readonly<Record<string, string>>
  readonly devices: Readonly<Record<string, DeviceRecipe>>
}

export interface DeviceRecipe {
  readonly kind: 'character' | 'block'
  readonly mode: string
  readonly major: number
  readonly minor: number
}

/** The folder of the recipe and its lock. */
export const recipeFolder = fileURLToPath(new URL('../../recipes/debian/', import.meta.url))

/** Reads the recipe; `folder` ends with a slash. */
export async function loadRecipe(folder: string = recipeFolder): Promise<Recipe> {
  const file = `${folder}recipe.yaml`
  const recipe = parse(await readFile(file, 'utf8')) as Recipe
  for (const key of ['archives', 'components', 'sections', 'sources', 'tree', 'modules'] as const) {
    if (recipe?.[key] === undefined) {
      fail({ code: 'recipe_incomplete', message: `the recipe has no ${key}`, where: { file } })
    }
  }
  return recipe
}

/** What of the recipe decides which packages a section resolves to. */
export function resolutionInputs(recipe: Recipe, section: SectionRecipe): unknown {
  const { architecture, archives, components } = recipe
  const { packages, keep = [], without = [], suites } = section
  const others = suites === undefined ? {} : { suites }
  return { architecture, archives, components, packages, keep, without, ...others }
}

/** The recipe with the suites that a section takes its packages from. */
export function withSuitesOf(recipe: Recipe, { suites }: SectionRecipe): Recipe {
  if (suites === undefined) return recipe
  const { debian, 'debian-security': security } = recipe.archives
  const archives = {
    debian: { ...debian, suites: suites.debian },
    'debian-security': { ...security, suites: suites['debian-security'] },
  }
  return { ...recipe, archives }
}

/** True when a package name matches one of the patterns, in which `*` stands for any characters. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => {
    const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`).test(name)
  })
}
