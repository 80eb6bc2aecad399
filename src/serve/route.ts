/** What a path of a request names. Pure: nothing of the disk is looked at. */
export type Route =
  | { readonly kind: 'index' }
  /** A file of the build that is no secret, relative to the build's folder. */
  | { readonly kind: 'file'; readonly path: string }
  /** What belongs to one node alone: it holds secrets. */
  | { readonly kind: 'own'; readonly of: NodeName; readonly what: OwnKind }
  /** The iPXE script for one node. */
  | { readonly kind: 'script'; readonly of: NodeName }
  /** The stamps of all nodes in one image. */
  | { readonly kind: 'fleet' }

type OwnKind = 'stamp' | 'iso' | 'flash'

/** How a path says which node it is about. */
export type NodeName = { readonly mac: string } | { readonly node: string }

// Of the build's folder itself; everything in netboot/ but the stamps.
const PUBLIC_FILES = ['base.iso', 'manifest.json', 'sbom.cdx.json']
const OWN: Readonly<Record<string, { readonly ending: string; readonly what: OwnKind }>> = {
  nodes: { ending: '.img', what: 'stamp' },
  iso: { ending: '.iso', what: 'iso' },
  flash: { ending: '.img', what: 'flash' },
}
const SEGMENTS_MAX = 8
// No dot in front: neither `..` nor a hidden file has a name here.
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}$/

/**
 * Reads the target of a request.
 *
 * @param target as it came in, for example `/mac/52-54-00-d1-01-01/boot.ipxe`
 * @returns undefined when it names nothing that is offered
 */
export function readRoute(target: string): Route | undefined {
  const [path = '', query = ''] = target.split('?', 2)
  const segments = readSegments(path)
  if (segments === undefined) return undefined
  const [first, second] = segments
  if (first === undefined) return { kind: 'index' }
  if (first === 'mac' || first === 'node') {
    const of = readNodeName(first, second ?? '')
    return of === undefined ? undefined : inView(of, segments.slice(2))
  }
  const mac = readMac(decode(/(?:^|&)mac=([^&]*)/.exec(query)?.[1] ?? ''))
  if (mac !== undefined && segments.join('/') === 'boot.ipxe') return inView({ mac }, segments)
  return inTree(segments)
}

/** A view of the netboot tree in which everything that is a node's own is that of one node. */
function inView(of: NodeName, rest: readonly string[]): Route | undefined {
  const path = rest.join('/')
  if (path === '' || path === 'boot.ipxe') return { kind: 'script', of }
  if (path === 'node.img') return { kind: 'own', of, what: 'stamp' }
  if (path === 'node.iso') return { kind: 'own', of, what: 'iso' }
  return inTree(rest)
}

function inTree(segments: readonly string[]): Route | undefined {
  const [first = '', second = ''] = segments
  const path = segments.join('/')
  if (PUBLIC_FILES.includes(path)) return { kind: 'file', path }
  if (path === 'iso/fleet.iso') return { kind: 'fleet' }
  const folder = OWN[first]
  if (folder === undefined) return { kind: 'file', path: `netboot/${path}` }
  const { ending, what } = folder
  if (segments.length !== 2 || !second.endsWith(ending)) return undefined
  return { kind: 'own', of: { node: second.slice(0, -ending.length) }, what }
}

function readSegments(path: string): readonly string[] | undefined {
  if (!path.startsWith('/')) return undefined
  const segments = path
    .split('/')
    .filter(segment => segment !== '')
    .map(decode)
  const isName = (word: string) => SEGMENT.test(word) || readMac(word) !== undefined
  return segments.length <= SEGMENTS_MAX && segments.every(isName) ? segments : undefined
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}

function readNodeName(kind: 'mac' | 'node', word: string): NodeName | undefined {
  if (kind === 'node') return word === '' ? undefined : { node: word }
  const mac = readMac(word)
  return mac === undefined ? undefined : { mac }
}

/** A MAC address as configurations write it, from any of the usual ways to write one. */
export function readMac(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/[:-]/g, '')
  const isMac = /^[0-9a-f]{12}$/.test(digits) && /^[0-9a-fA-F]{2}([:-]?)(..\1){4}..$/.test(text)
  return isMac ? digits.replace(/..(?!$)/g, '$&:') : undefined
}
