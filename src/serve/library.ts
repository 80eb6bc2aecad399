import { readdirSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, sha256, sha256File } from '../kit/hash.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { handleReader, type ImageReader, memoryReader } from '../stamp/image-reader.ts'
import { openDirectorIso, stampPatches } from '../stamp/iso.ts'
import { parseConfig } from '../stamp/node-source.ts'
import { type Patch, patchedReader } from '../stamp/patch.ts'
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
  return { reader: memoryReader(bytes, name), type: typeOf(name), tag, close }
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
  /** undefined: there is no node of this name. */
  node(name: string): Promise<ServedNode | undefined>
  /** undefined: there is no such file, or it is not one for everybody. */
  file(path: string): Promise<Content | undefined>
  /** A file that holds secrets. */
  privateFile(path: string): Promise<Content | undefined>
  /** The ISO of a node, made on the way out of `base.iso` and the node's stamp. */
  nodeIso(node: string): Promise<Content | undefined>
}

const STAMPS = 'netboot/nodes'
const ENTRIES_MAX = 4096
// Sent without being read from the disk, or copied, once more: the rate of the ISOs.
const HELD_FILE_BYTES_MAX = 64 << 20
const HELD_BYTES_MAX = 128 << 20
const HELD_FILES_MAX = 64
const EVERYBODY_READS = 0o004

/** Opens the folder that a build wrote. */
export function openLibrary(folder: string): Library {
  const digests = keepByFile<string>({ entries_max: ENTRIES_MAX })
  const stamps = keepByFile<ReadStamp>({ entries_max: ENTRIES_MAX })
  const held = keepByFile<Buffer>({ entries_max: HELD_FILES_MAX, bytes_max: HELD_BYTES_MAX })
  const isos = new Map<string, StampedIso>()

  const small = async (path: string): Promise<Content | undefined> => {
    const stat = statOf(join(folder, path))
    if (stat === undefined || (stat.mode & EVERYBODY_READS) === 0) return undefined
    if (stat.size > HELD_FILE_BYTES_MAX) return large(path)
    const bytes = await held.get(path, stat, () => readFile(join(folder, path)))
    const digest = await digests.get(path, stat, async () => sha256(bytes))
    return { reader: memoryReader(bytes, path), type: typeOf(path), tag: tagOf(digest), close }
  }
  const large = async (path: string): Promise<Content | undefined> => {
    const opened = await openRegular(join(folder, path))
    if (opened === undefined) return undefined
    const { file, stat } = opened
    const digest = await digests.get(path, stat, () => sha256File(join(folder, path)))
    const reader = handleReader(file, stat.size, path)
    return { reader, type: typeOf(path), tag: tagOf(digest), close: () => file.close() }
  }
  const stampOf = async (node: string): Promise<ReadStamp | undefined> => {
    const path = join(folder, STAMPS, `${node}.img`)
    const stat = statOf(path)
    if (stat === undefined) return undefined
    return stamps.get(path, stat, async () => readStamp(await readFile(path), path))
  }
  return {
    folder,
    file: small,
    privateFile: large,
    async nodes() {
      const found = namesIn(join(folder, STAMPS)).filter(name => name.endsWith('.img'))
      const all = await Promise.all(found.map(name => stampOf(name.slice(0, -4))))
      return all.flatMap(each => each?.node ?? [])
    },
    async node(name) {
      const node = (await stampOf(name))?.node
      // A stamp under another node's name is nobody's.
      return node?.name === name ? node : undefined
    },
    async nodeIso(node) {
      const stamp = await stampOf(node)
      const base = stamp === undefined ? undefined : await small('base.iso')
      if (stamp === undefined || base === undefined) return undefined
      try {
        const known = isos.get(node)
        const isSame = known?.stamp === stamp && known.baseTag === base.tag
        const iso = isSame ? known : await stampedIso(base, stamp)
        isos.set(node, iso)
        return { ...base, reader: patchedReader(base.reader, iso.patches), tag: iso.tag }
      } catch (error) {
        await base.close()
        throw error
      }
    },
  }
}

const close = async () => {}
const tagOf = (digest: string) => `"${digest.slice(0, 32)}"`

// Two small calls that do not wait for a disk; a thread would take longer to begin.
const statOf = (path: string) => {
  try {
    const stat = statSync(path)
    return stat.isFile() ? stat : undefined
  } catch {
    return undefined
  }
}
const namesIn = (path: string) => {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}

async function openRegular(path: string) {
  if (statOf(path) === undefined) return undefined
  const file = await open(path)
  return { file, stat: await file.stat() }
}

interface ReadStamp {
  readonly stamp: Stamp
  readonly config: NodeConfig
  readonly node: ServedNode
  readonly bytes: Uint8Array
}

function readStamp(bytes: Buffer, path: string): ReadStamp {
  const stamp = decodeStamp(bytes)
  const config = parseConfig(Buffer.from(stamp.config), path)
  return { stamp, bytes, config, node: servedNode(config) }
}

const servedNode = ({ cluster, node, interfaces }: NodeConfig): ServedNode => ({
  name: node.name,
  cluster,
  macs: interfaces.flatMap(({ match }) => ('mac' in match ? [match.mac] : [])),
  addresses: interfaces.flatMap(({ addresses }) =>
    addresses.map(prefix => prefix.split('/')[0] ?? ''),
  ),
})

interface StampedIso {
  readonly stamp: ReadStamp
  readonly baseTag: string
  readonly tag: string
  readonly patches: readonly Patch[]
}

async function stampedIso(base: Content, stamp: ReadStamp): Promise<StampedIso> {
  const iso = await openDirectorIso(base.reader)
  const { console } = stamp.config.serial
  // While a build is at work one of the two may be new and the other still the old one.
  checkBase(stamp.stamp.facts, iso.layout.base_sha256, base.reader.name)
  const patches = stampPatches(iso, stamp.bytes, console)
  const tag = tagOf(digestOf([base.tag, sha256(stamp.bytes), console]))
  return { stamp, baseTag: base.tag, tag, patches }
}
