import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A text file of the project. The path is from the root of the project. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

export interface Import {
  readonly from: Source
  /** The path of the file from the root of the project, or the name of a package. */
  readonly to: string
  readonly isType: boolean
}

const NOT_OURS = /^(\.git|node_modules|out)(\/|$)|\/node_modules\/|^package-lock\.json$/
const NOT_TEXT = /\.(img|iso|bin|gz|zst|cpio|deb|png)$/

/** Every text file of the project, also those that git does not know yet. */
export function listSources(): readonly Source[] {
  return listFiles('.')
    .filter(path => !NOT_TEXT.test(path))
    .map(path => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, lines: text.replace(/\n$/, '').split('\n') }
    })
}

/** What a TypeScript file imports or exports on, dynamic imports and paths of workers included. */
export function importsOf(from: Source): readonly Import[] {
  const found = from.text.matchAll(
    /^(?:import|export)\b(\s+type\b)?[^'"`;()]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gm,
  )
  return [...found].map(([, type, named, dynamic, bare]) => {
    const to = named ?? dynamic ?? bare ?? ''
    return {
      from,
      to: to.startsWith('.') ? normalize(join(dirname(from.path), to)) : to,
      isType: type !== undefined,
    }
  })
}

/** The rows of the first table below a heading of a document: the cells without their padding. */
export function tableBelow(document: string, heading: string): readonly (readonly string[])[] {
  const [, below = ''] = document.split(`\n${heading}\n`)
  const lines = below.split('\n')
  const first = lines.findIndex(line => line.startsWith('|'))
  const length = lines.slice(first).findIndex(line => !line.startsWith('|'))
  return lines.slice(first + 2, first + length).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

/** What stands between back-quotes in a cell or a document. */
export function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word)
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).flatMap(name => {
    const path = normalize(join(folder, name))
    if (NOT_OURS.test(path)) return []
    const status = statSync(join(root, path), { throwIfNoEntry: false })
    if (status?.isDirectory() === true) return listFiles(path)
    return status?.isFile() === true ? [path] : []
  })
}
