import { readdirSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256File } from '../kit/hash.ts'
import { handleReader } from '../stamp/image-reader.ts'
import type { ConsolePort } from '../stamp/layout.ts'
import { parseConfig } from '../stamp/node-source.ts'
import { decodeStamp, type Stamp } from '../stamp/stamp.ts'
import { type Content, heldContent, tagOf } from './content.ts'
import { keepByFile } from './kept.ts'
import { typeOf } from './media-type.ts'
import { openStamper } from './stamped-iso.ts'

/** A node as its stamp describes it. */
export interface ServedNode {
  readonly name: string
  readonly cluster: string
  readonly macs: readonly string[]
  /** Without prefix length. */
  readonly addresses: readonly string[]
}

/** The same with its stamp, which holds secrets. */
export interface StampedNode extends ServedNode {
  readonly stamp: Stamp
  /** The file of the stamp. */
  readonly bytes: Uint8Array
  readonly console: ConsolePort
}

/** The files of a build's folder, opened at each request, so that a rebuild is served at once. */
export interface Library {
  readonly folder: string
  nodes(): Promise<readonly StampedNode[]>
  /** undefined: there is no node of this name. */
  node(name: string): Promise<StampedNode | undefined>
  /** undefined: there is no such file, or it is not one for everybody. */
  file(path: string): Promise<Content | undefined>
  /** A file that holds secrets. */
  privateFile(path: string): Promise<Content | undefined>
  /** The ISO of a node, made on the way out of `base.iso` and the node's stamp as it was found. */
  nodeIso(node: StampedNode): Promise<Content | undefined>
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
  const stamps = keepByFile<StampedNode>({ entries_max: ENTRIES_MAX })
  const held = keepByFile<Content>({ entries_max: HELD_FILES_MAX, bytes_max: HELD_BYTES_MAX })
  const stamper = openStamper()
  const stampFolder = join(folder, STAMPS)

  const small = async (path: string): Promise<Content | undefined> => {
    const stat = statOf(`${folder}/${path}`)
    if (stat === undefined || (stat.mode & EVERYBODY_READS) === 0) return undefined
    if (stat.size > HELD_FILE_BYTES_MAX) return large(path)
    return held.get(path, stat, async () => heldContent(await readFile(join(folder, path)), path))
  }
  const large = async (path: string): Promise<Content | undefined> => {
    const opened = await openRegular(join(folder, path))
    if (opened === undefined) return undefined
    const { file, stat } = opened
    const digest = await digests.get(path, stat, () => sha256File(join(folder, path)))
    const reader = handleReader(file, stat.size, path)
    return { reader, type: typeOf(path), tag: tagOf(digest), close: () => file.close() }
  }
  const node = async (name: string): Promise<StampedNode | undefined> => {
    const path = `${stampFolder}/${name}.img`
    const stat = statOf(path)
    if (stat === undefined) return undefined
    const found = await stamps.get(path, stat, async () => readStamp(await readFile(path), path))
    // A stamp under another node's name is nobody's.
    return found.name === name ? found : undefined
  }
  return {
    folder,
    file: small,
    privateFile: large,
    node,
    async nodes() {
      const found = namesIn(stampFolder).filter(name => name.endsWith('.img'))
      const all = await Promise.all(found.map(name => node(name.slice(0, -4))))
      return all.flatMap(each => each ?? [])
    },
    async nodeIso(of) {
      const base = await small('base.iso')
      if (base === undefined) return undefined
      return stamper(base, of).catch(async error => {
        await base.close()
        throw error
      })
    },
  }
}

// Two small calls that do not wait for a disk; a thread would take longer to begin.
const statOf = (path: string) => {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() === true ? stat : undefined
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

function readStamp(bytes: Buffer, path: string): StampedNode {
  const stamp = decodeStamp(bytes)
  const { cluster, node, interfaces, serial } = parseConfig(Buffer.from(stamp.config), path)
  return {
    ...{ name: node.name, cluster, stamp, bytes, console: serial.console },
    macs: interfaces.flatMap(({ match }) => ('mac' in match ? [match.mac] : [])),
    addresses: interfaces.flatMap(({ addresses }) =>
      addresses.map(prefix => prefix.split('/')[0] ?? ''),
    ),
  }
}
