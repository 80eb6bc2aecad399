import type { Entry, Tree } from '../tree/tree.ts'
import type { Recipe } from './recipe.ts'

const ROOT = { uid: 0, gid: 0 }

/**
 * What no package brings: folders, devices, the names of busybox, and the list of modules to load.
 */
export function skeletonTree({ tree: recipe, modules }: Recipe): Tree {
  const tree = new Map<string, Entry>()
  for (const [path, mode] of Object.entries(recipe.directories)) {
    tree.set(path, { kind: 'directory', mode: Number.parseInt(mode, 8), ...ROOT })
  }
  for (const [path, { mode, ...device }] of Object.entries(recipe.devices)) {
    tree.set(path, { ...device, mode: Number.parseInt(mode, 8), ...ROOT })
  }
  for (const [path, target] of Object.entries(recipe.links)) tree.set(path, linkTo(target))
  for (const name of recipe.applets) tree.set(`usr/bin/${name}`, linkTo('busybox'))
  const content = Buffer.from(modules.load.map(name => `${name}\n`).join(''))
  tree.set('etc/modules', { kind: 'file', mode: 0o644, content, ...ROOT })
  return tree
}

const linkTo = (target: string): Entry => ({ kind: 'link', mode: 0o777, target, ...ROOT })
