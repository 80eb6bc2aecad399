import { readElfSection } from './elf.ts'

/** What a kernel module says of itself in its `.modinfo` section. */
export interface ModuleInfo {
  /** Names of modules that have to be loaded before, with `_` for `-`. */
  readonly depends: readonly string[]
  /** Names or aliases that should be loaded before, where they exist. */
  readonly softdepsBefore: readonly string[]
  readonly aliases: readonly string[]
  /** Paths below lib/firmware. */
  readonly firmware: readonly string[]
}

/** Reads a module that is not compressed; undefined when it is no kernel module. */
export function readModuleInfo(content: Uint8Array): ModuleInfo | undefined {
  const section = readElfSection(content, '.modinfo')
  if (section === undefined) return undefined
  const pairs = Buffer.from(section)
    .toString('utf8')
    .split('\0')
    .filter(text => text.includes('='))
    .map(text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const)
  const values = (key: string) => pairs.filter(([name]) => name === key).map(([, value]) => value)
  return {
    depends: values('depends').flatMap(splitNames).map(moduleName),
    softdepsBefore: values('softdep').flatMap(softdepsBefore),
    aliases: values('alias'),
    firmware: values('firmware'),
  }
}

/** The name by which the kernel knows a module, from its file or from a dependency. */
export function moduleName(fileOrName: string): string {
  return fileOrName
    .slice(fileOrName.lastIndexOf('/') + 1)
    .replace(/\.ko(?:\.(?:xz|gz|zst))?$/, '')
    .replaceAll('-', '_')
}

const splitNames = (text: string) => text.split(',').filter(name => name !== '')

/** `pre: a b post: c` names a and b. */
function softdepsBefore(text: string): string[] {
  const before: string[] = []
  let isBefore = false
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    if (word === 'pre:' || word === 'post:') isBefore = word === 'pre:'
    else if (isBefore) before.push(word)
  }
  return before
}
