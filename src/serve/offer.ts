import type { Client } from './clients.ts'
import { type Content, textContent } from './content.ts'
import type { Library, StampedNode } from './library.ts'
import type { NodeName, Route } from './route.ts'
import { indexText, nodeScript, strangerScript } from './script.ts'

/** What a client gets for a path, or why it gets nothing. */
export type Offer =
  | { readonly kind: 'content'; readonly content: Content; readonly note?: string }
  | { readonly kind: 'refused'; readonly status: 403 | 404; readonly why: string }

/** Who asks, and how the server treats those that it cannot tell apart. */
export interface Asking {
  readonly client: Client
  /** A client that cannot be told apart gets what belongs to a node, too. */
  readonly open: boolean
}

const notFound: Offer = { kind: 'refused', status: 404, why: 'there is no such file' }

/** Finds what a route names and decides whether this client may have it. */
export async function offer(route: Route, library: Library, asking: Asking): Promise<Offer> {
  switch (route.kind) {
    case 'index':
      return found(textContent(indexText(await library.nodes()), '.txt'))
    case 'file':
      return found(await library.file(route.path))
    case 'script':
      return offerScript(route.of, library)
    case 'fleet':
      return offerPrivate('all', asking, () => library.privateFile('iso/fleet.iso'))
    case 'own': {
      const node = await findNode(route.of, library)
      if (node === undefined) return notFound
      const { name } = node
      return offerPrivate(name, asking, () => {
        if (route.what === 'iso') return library.nodeIso(node)
        const path = route.what === 'stamp' ? `netboot/nodes/${name}.img` : `flash/${name}.img`
        return library.privateFile(path)
      })
    }
  }
}

async function offerScript(of: NodeName, library: Library): Promise<Offer> {
  const node = await findNode(of, library)
  const file = await library.file('netboot/boot.ipxe')
  if (file === undefined) return notFound
  try {
    const { reader } = file
    const script = (await reader.read(0, reader.size)).toString()
    const text =
      node === undefined ? strangerScript(of, await library.nodes()) : nodeScript(script, node.name)
    return found(textContent(text, '.ipxe'))
  } finally {
    await file.close()
  }
}

const found = (content: Content | undefined): Offer =>
  content === undefined ? notFound : { kind: 'content', content }

async function findNode(of: NodeName, library: Library): Promise<StampedNode | undefined> {
  if ('node' in of) return library.node(of.node)
  return (await library.nodes()).find(({ macs }) => macs.includes(of.mac))
}

/** Hands out what holds secrets of `owner`, or says why not. */
async function offerPrivate(
  owner: string,
  { client, open }: Asking,
  get: () => Promise<Content | undefined>,
): Promise<Offer> {
  const isOwner = client.kind === 'node' && [owner, 'all'].includes(client.node)
  if (!isOwner && !(open && client.kind === 'unknown')) {
    return { kind: 'refused', status: 403, why: `${whose(owner)}, and ${describe(client)}` }
  }
  const offered = found(await get())
  if (isOwner || offered.kind === 'refused') return offered
  return { ...offered, note: `${whose(owner)}; handed to a client that is not known (--open)` }
}

const whose = (owner: string) =>
  owner === 'all' ? 'it holds the secrets of all nodes' : `it holds the secrets of ${owner}`

function describe(client: Client): string {
  if (client.kind === 'node') return `this client is ${client.node} by ${client.by}`
  if (client.kind === 'stranger') return `this client is none of the nodes by ${client.by}`
  return 'this client cannot be told apart: it is not on a segment of the server'
}
