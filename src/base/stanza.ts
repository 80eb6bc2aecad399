/**
 * One paragraph of a Debian control file: field names in lower case, continuation lines joined by
 * newlines.
 */
export type Stanza = ReadonlyMap<string, string>

/**
 * Reads paragraphs as in deb822(5): package indices, `.sources` files, `.dsc` files.
 *
 * Lines that start with `#` are comments. A line without a colon is skipped.
 */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Stanza[] = []
  let fields = new Map<string, string>()
  let last = ''
  const finish = () => {
    if (fields.size > 0) stanzas.push(fields)
    fields = new Map()
    last = ''
  }
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') finish()
    else if (/^[ \t]/.test(line)) {
      if (last !== '') fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`)
    } else {
      const colon = line.indexOf(':')
      if (colon <= 0) continue
      last = line.slice(0, colon).trim().toLowerCase()
      fields.set(last, line.slice(colon + 1).trim())
    }
  }
  finish()
  return stanzas
}

/** The words of a field that holds a list. */
export function wordsOf(stanza: Stanza, field: string): string[] {
  return (stanza.get(field.toLowerCase()) ?? '').split(/\s+/).filter(word => word !== '')
}
