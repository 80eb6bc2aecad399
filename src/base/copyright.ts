// Debian's machine-readable copyright files: copyright-format/1.0; the older kind is free text.
import { parseStanzas } from './stanza.ts'

/** Which licences a copyright file names, as it names them. */
export interface NamedLicences {
  /**
   * `fields`: from the fields of a machine-readable file. `references`: from the licences that a
   * free text points to or names in full. `none`: there is no file, or nothing in it could be read.
   */
  readonly read: 'fields' | 'references' | 'none'
  /** For example `GPL-2+` or `MIT and BSD-3-clause`; each once, sorted. */
  readonly names: readonly string[]
}

const REFERENCE = /\/usr\/share\/common-licenses\/([A-Za-z][A-Za-z0-9.-]*[A-Za-z0-9])/g

// As the licences call themselves; which version is meant, a text says in too many ways.
const TITLES = [
  [/\bGNU\s+(?:Lesser|Library)\s+General\s+Public\s+License\b/, 'LGPL'],
  [/\bGNU\s+General\s+Public\s+License\b/, 'GPL'],
  [/\bMozilla\s+Public\s+License\b/, 'MPL'],
] as const

/** Finds the licences that a package's copyright file names. */
export function readCopyright(text: string): NamedLicences {
  const fields = parseStanzas(text).flatMap(stanza => {
    const short = stanza.get('license')?.split('\n')[0]?.trim() ?? ''
    // A stanza with neither files nor a format only gives a licence's text.
    const isUse = stanza.has('files') || stanza.has('format')
    return isUse && /^[A-Za-z0-9][\w .+,()/-]*$/.test(short) ? [short] : []
  })
  if (fields.length > 0) return { read: 'fields', names: sortedOnce(fields) }
  const references = [...text.matchAll(REFERENCE)].map(([, name = '']) => name)
  const isNamed = (family: string) => references.some(name => name.startsWith(family))
  for (const [title, family] of TITLES) {
    if (title.test(text) && !isNamed(family)) references.push(family)
  }
  if (references.length > 0) return { read: 'references', names: sortedOnce(references) }
  return { read: 'none', names: [] }
}

const sortedOnce = (names: readonly string[]) => [...new Set(names)].sort()
