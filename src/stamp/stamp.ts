import { sha256 } from '../kit/hash.ts'
import { fail, ProblemError } from '../kit/problem.ts'
import { decodeCpio, encodeCpio } from '../tree/cpio.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { beginsAsGzip, decodeGzip, encodeGzip } from './gzip.ts'

/** `etc/director/stamp.json`: which node this is, and what the stamp belongs to. */
export interface StampFacts {
  readonly schema: 1
  readonly cluster: string
  readonly node: string
  /** Of the base image that this stamp is for. */
  readonly base_sha256: string
  /** Of the bytes of node.json. */
  readonly config_sha256: string
  /** Reserved. */
  readonly signature: null
}

/** A node's stamp, read. `config` holds secrets. */
export interface Stamp {
  readonly facts: StampFacts
  /** The bytes of node.json. */
  readonly config: Uint8Array
}

const FOLDER = 'etc/director'
const CONFIG = `${FOLDER}/node.json`
const MARKS = `${FOLDER}/stamp.d`
const FACTS = `${FOLDER}/stamp.json`

// Thousands of services fit in a tenth of this.
const CONTENT_BYTES_MAX = 16 << 20

/**
 * Encodes what makes a base image one node: a gzipped newc archive that the kernel unpacks over it.
 *
 * The same bytes go into an ISO's region and beside a netboot initramfs. `stamp.json` is the last
 * entry, so a stamp that was cut short never looks whole; `stamp.d/<node>` shows at boot when two
 * nodes' stamps were loaded.
 */
export function encodeStamp(stamp: {
  readonly cluster: string
  readonly node: string
  readonly baseSha256: string
  /** The bytes of node.json. */
  readonly config: Uint8Array
}): Uint8Array {
  const facts: StampFacts = {
    schema: 1,
    cluster: stamp.cluster,
    node: stamp.node,
    base_sha256: stamp.baseSha256,
    config_sha256: sha256(stamp.config),
    signature: null,
  }
  const tree = stampTree(facts, stamp.config)
  return encodeGzip(encodeCpio(tree, { last: [FACTS] }))
}

function stampTree(facts: StampFacts, config: Uint8Array): Tree {
  const file = (mode: number, content: Uint8Array): Entry => ({
    ...{ kind: 'file', mode, uid: 0, gid: 0, content },
  })
  return new Map<string, Entry>([
    [CONFIG, file(0o600, config)],
    [`${MARKS}/${facts.node}`, file(0o644, new Uint8Array(0))],
    [FACTS, file(0o644, Buffer.from(`${JSON.stringify(facts)}\n`))],
  ])
}

/**
 * Reads a stamp and checks that it is whole and ours.
 *
 * @param bytes the stamp, followed by nothing but zeros
 * @throws ProblemError `stamp_malformed` or `stamp_doubled`
 */
export function decodeStamp(bytes: Uint8Array): Stamp {
  const { content, length } = unpack(bytes)
  checkRest(bytes.subarray(length))
  const tree = readArchive(content)
  const config = fileIn(tree, CONFIG)
  const facts = readFacts(fileIn(tree, FACTS))
  const whole = encodeCpio(stampTree(facts, config), { last: [FACTS] })
  if (!Buffer.from(whole).equals(content)) malformed('it holds other entries than a stamp does')
  if (facts.config_sha256 !== sha256(config)) malformed('node.json is not the one it was made for')
  return { facts, config }
}

function unpack(bytes: Uint8Array) {
  try {
    return decodeGzip(bytes, CONTENT_BYTES_MAX)
  } catch (error) {
    return malformed(reasonOf(error))
  }
}

function readArchive(content: Uint8Array): Tree {
  try {
    return decodeCpio(content)
  } catch (error) {
    return malformed(reasonOf(error))
  }
}

const reasonOf = (error: unknown) => {
  if (error instanceof ProblemError) return error.message
  throw error
}

function checkRest(rest: Uint8Array): void {
  const at = rest.findIndex(byte => byte !== 0)
  if (at === -1) return
  if (!beginsAsGzip(rest.subarray(at))) malformed('other bytes follow it')
  fail({
    code: 'stamp_doubled',
    message: 'there are two stamps, one after the other',
    expected: 'one stamp, for one node',
    remedy: 'write the stamp again; a node that finds two of them does not serve',
  })
}

function fileIn(tree: Tree, path: string): Uint8Array {
  const entry = tree.get(path)
  return entry?.kind === 'file' ? entry.content : malformed(`${path} is not in it`)
}

function readFacts(bytes: Uint8Array): StampFacts {
  let facts: Partial<Record<keyof StampFacts, unknown>> | null
  try {
    facts = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return malformed('stamp.json is not JSON')
  }
  const isName = (value: unknown) => typeof value === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(value)
  const isHash = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
  if (facts?.schema !== 1)
    return malformed('stamp.json is of a schema that this tool does not know')
  if (!isName(facts.cluster) || !isName(facts.node)) return malformed('stamp.json names no node')
  if (!isHash(facts.base_sha256) || !isHash(facts.config_sha256)) malformed('a hash is missing')
  return facts as StampFacts
}

/** Refuses a stamp that was made for another base image. */
export function checkBase(facts: StampFacts, baseSha256: string, file?: string): void {
  if (facts.base_sha256 === baseSha256) return
  fail({
    code: 'stamp_foreign',
    message: `the stamp of node ${facts.node} was made for another base image`,
    expected: `base_sha256 ${baseSha256}`,
    found: `base_sha256 ${facts.base_sha256}`,
    ...(file === undefined ? {} : { where: { file } }),
    remedy: 'make the stamp anew for this base image, from the cluster file',
  })
}

function malformed(what: string): never {
  fail({
    code: 'stamp_malformed',
    message: `the stamp cannot be used: ${what}`,
    expected: 'one whole stamp as this tool writes it',
    remedy: 'write the stamp again from the cluster file or from node.json',
  })
}
