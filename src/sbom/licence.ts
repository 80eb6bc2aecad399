import type { NamedLicences } from '../base/copyright.ts'

/** A licence as CycloneDX writes it: by its SPDX id, or by a name that has none. */
export type LicenceChoice =
  | { readonly license: { readonly id: string } }
  | { readonly license: { readonly name: string } }

// Debian's short names that are not SPDX's, in small letters.
const SPDX_IDS: Readonly<Record<string, string>> = {
  '0bsd': '0BSD',
  'apache-2.0': 'Apache-2.0',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-2-clause-patent': 'BSD-2-Clause-Patent',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  'bsl-1.0': 'BSL-1.0',
  'cc-by-sa-3.0': 'CC-BY-SA-3.0',
  'cc0-1.0': 'CC0-1.0',
  cc0: 'CC0-1.0',
  expat: 'MIT',
  fsfap: 'FSFAP',
  hpnd: 'HPND',
  isc: 'ISC',
  mit: 'MIT',
  'mpl-1.1': 'MPL-1.1',
  'mpl-2.0': 'MPL-2.0',
  openssl: 'OpenSSL',
  'ssh-openssh': 'SSH-OpenSSH',
  'unicode-dfs-2016': 'Unicode-DFS-2016',
  unlicense: 'Unlicense',
  'wtfpl-2': 'WTFPL',
  wtfpl: 'WTFPL',
  x11: 'X11',
  zlib: 'Zlib',
}

const GNU = /^(a?gpl|lgpl)-?v?(\d)(?:\.(\d))?(\+|-only|-or-later)?$/i

/**
 * What a copyright file names, as licences of a bill of materials.
 *
 * A combination, as `MIT and BSD-3-clause`, becomes one name with SPDX's ids and words. A reference
 * to a licence's text does not say whether later versions count: it stays a name.
 */
export function licenceChoices({ read, names }: NamedLicences): readonly LicenceChoice[] {
  if (read === 'references') return names.map(name => ({ license: { name } }))
  return names.flatMap(alternatives).map(name => {
    const id = spdxId(name)
    if (id !== undefined) return { license: { id } }
    return { license: { name: combination(name) ?? name } }
  })
}

/** The SPDX id of one licence by its Debian name; undefined where there is none. */
export function spdxId(name: string): string | undefined {
  const [, family, major, minor = '0', later] = GNU.exec(name) ?? []
  if (family !== undefined && major !== undefined) {
    const orLater = later === '+' || later === '-or-later'
    return `${family.toUpperCase()}-${major}.${minor}-${orLater ? 'or-later' : 'only'}`
  }
  return SPDX_IDS[name.toLowerCase()]
}

/** `A, B and C` of a stanza whose files have several licences; what is joined by `or` stays one. */
function alternatives(name: string): readonly string[] {
  return /\bor\b|\bwith\b/i.test(name) ? [name] : name.split(/,\s*(?:and\s+)?|\s+and\s+/)
}

function combination(name: string): string | undefined {
  const words = name.split(/\s+(and|or)\s+/i)
  const parts = words.map((word, index) => (index % 2 === 1 ? word.toUpperCase() : spdxId(word)))
  const isMixed = words.some(word => /^and$/i.test(word)) && words.some(word => /^or$/i.test(word))
  return isMixed || parts.includes(undefined) ? undefined : parts.join(' ')
}
