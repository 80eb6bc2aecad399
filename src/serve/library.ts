import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, sha256, sha256File } from '../kit/hash.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { handleReader, type ImageReader, memoryReader } from '../stamp/image-reader.ts'
import { openDirectorIso, stampPatches } from '../stamp/iso.ts'
import { parseConfig } from '../stamp/node-source.ts'
import { patchedReader } from '../stamp/patch.ts'
import { checkBase, decodeStamp, type Stamp } from '../stamp/stamp.ts'
import { keepByFile } from './kept.ts'
import { typeOf } from './media-type.ts'

/** Bytes that can be sent, whole or in part. `close` must be called. */
export interface Content {
  readonly reader: ImageReader
  readonly type: string
  /** An entity tag: other bytes, another tag. */
  readonly tag: string
  close(): Promise<void>
}

/** A text that was made for the request. */
export function textContent(text: string, name: string): Content {
  const bytes = Buffer.from(text)
  const tag = `"${sha256(bytes).slice(0, 32)}"`
  return { reader: memoryReader(bytes, name), type: typeOf(name), tag, close: async () => {} }
}

/** A node as its stamp describes it. */
export interface ServedNode {
  readonly name: string
  readonly cluster: string
  readonly macs: readonly string[]
  /** Without prefix length. */
  readonly addresses: readonly string[]
}

/** The files of a build's folder, opened at each request, so that a rebuild is served at once. */
export interface Library {
  readonly folder: string
  nodes(): Promise<readonly ServedNode[]>
  /** undefined: there is no such file, or it is not one for everybody. */
  file(path: string): Promise<Content | undefined>
  /** A file that holds secrets. */
  privateFile(path: string): Promise<Content | undefined>
  /** The ISO of a node, made on the way out of `base.iso` and the node's stamp. */
  nodeIso(node: string): Promise<Content | undefined>
}

const STAMPS = 'netboot/nodes'
const ENTRIES_MAX = 4096
const EVERYBODY_READS = 0o004

/** Opens the folder that a build wrote. */
export function openLibrary(folder: string): Library {
  const digests = keepByFile<string>(ENTRIES_MAX)
  const stamps = keepByFile<ReadStamp>(ENTRIES_MAX)

  const openFile = async (path: string, mode: 'public' | 'private') => {
    const opened = await openRegular(join(folder, path))
    if (opened === undefined) return undefined
    if (mode === 'public' && (opened.stat.mode & EVERYBODY_READS) === 0) {
      await opened.file.close()
      return undefined
    }
    return opened
  }
  const content = async (path: string, mode: 'public' | 'private') => {
    const opened = await openFile(path, mode)
    if (opened === undefined) return undefined
    const { file, stat } = opened
    const digest = await digests.get(path, stat, () => sha256File(join(folder, path)))
    return {
      reader: handleReader(file, stat.size, path),
      type: typeOf(path),
      tag: `"${digest.slice(0, 32)}"`,
      close: () => file.close(),
    }
  }
  const stampOf = async (node: string): Promise<ReadStamp | undefined> => {
    const path = `${STAMPS}/${node}.img`
    const opened = await openFile(path, 'private')
    if (opened === undefined) return undefined
    const { file, stat } = opened
    try {
      return await stamps.get(path, stat, async () => readStamp(await file.readFile(), path))
    } finally {
      await file.close()
    }
  }
  return {
    folder,
    file: path => content(path, 'public'),
    privateFile: path => content(path, 'private'),
    async nodes() {
      const names = (await readdir(join(folder, STAMPS)).catch(() => [])).sort()
      const found = names.filter(name => name.endsWith('.img')).map(name => name.slice(0, -4))
      const all = await Promise.all(found.map(stampOf))
      return all.filter(each => each !== undefined).map(({ config }) => servedNode(config))
    },
    async nodeIso(node) {
      const stamp = await stampOf(node)
      const base = stamp === undefined ? undefined : await content('base.iso', 'public')
      if (stamp === undefined || base === undefined) return undefined
      return stampedContent(base, stamp).catch(async error => {
        await base.close()
        throw error
      })
    },
  }
}

async function openRegular(path: string) {
  // A pipe would keep the opening waiting.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined)
  if (file === undefined) return undefined
  const stat = await file.stat()
  if (stat.isFile()) return { file, stat }
  await file.close()
  return undefined
}

interface ReadStamp {
  readonly stamp: Stamp
  readonly config: NodeConfig
  readonly bytes: Uint8Array
}

function readStamp(bytes: Buffer, path: string): ReadStamp {
  const stamp = decodeStamp(bytes)
  return { stamp, bytes, config: parseConfig(Buffer.from(stamp.config), path) }
}

const servedNode = ({ cluster, node, interfaces }: NodeConfig): ServedNode => ({
  name: node.name,
  cluster,
  macs: interfaces.flatMap(({ match }) => ('mac' in match ? [match.mac] : [])),
  addresses: interfaces.flatMap(({ addresses }) =>
    addresses.map(prefix => prefix.split('/')[0] ?? ''),
  ),
})

async function stampedContent(
  base: Content,
  { stamp, config, bytes }: ReadStamp,
): Promise<Content> {
  const iso = await openDirectorIso(base.reader)
  // While a build is at work one of the two may be new and the other still the old one.
  checkBase(stamp.facts, iso.layout.base_sha256, base.reader.name)
  const patches = stampPatches(iso, bytes, config.serial.console)
  const digest = digestOf([base.tag, sha256(bytes), config.serial.console])
  return { ...base, reader: patchedReader(base.reader, patches), tag: `"${digest.slice(0, 32)}"` }
}
