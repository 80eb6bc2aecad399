// sources.list(5): the formats in which a host says where its packages come from.
import { parseStanzas, wordsOf } from './stanza.ts'

/** One source of binary packages in the host's apt configuration. */
export interface AptSource {
  /** Without a trailing slash. */
  readonly uri: string
  readonly suite: string
  readonly components: readonly string[]
}

/** Reads `sources.list` and `*.list`: one source a line. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = []
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line)
    if (match === null) continue
    const [, uri = '', suite = '', rest = ''] = match
    const components = rest.split(/\s+/).filter(word => word !== '')
    sources.push({ uri: withoutSlash(uri), suite, components })
  }
  return sources
}

/** Reads `*.sources`: paragraphs, each with several URIs and suites. */
export function parseDeb822Sources(text: string): AptSource[] {
  return parseStanzas(text).flatMap(stanza => {
    if (/^(no|false|off|0)$/i.test(stanza.get('enabled') ?? 'yes')) return []
    if (!wordsOf(stanza, 'types').includes('deb')) return []
    const components = wordsOf(stanza, 'components')
    return wordsOf(stanza, 'uris').flatMap(uri =>
      wordsOf(stanza, 'suites').map(suite => ({ uri: withoutSlash(uri), suite, components })),
    )
  })
}

const withoutSlash = (uri: string) => uri.replace(/\/+$/, '')
