import { sha256 } from '../kit/hash.ts'
import { fail } from '../kit/problem.ts'
import { encodeCpio } from '../tree/cpio.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import {
  decodeArchive,
  encodeArchive,
  fileIn,
  malformed,
  ownFile,
  type StampArchive,
} from './stamp-archive.ts'

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
  return encodeArchive(stampTree(facts, stamp.config), FACTS)
}

function stampTree(facts: StampFacts, config: Uint8Array): Tree {
  return new Map<string, Entry>([
    [CONFIG, ownFile(0o600, config)],
    [`${MARKS}/${facts.node}`, ownFile(0o644, new Uint8Array(0))],
    [FACTS, ownFile(0o644, factsBytes(facts))],
  ])
}

/** The bytes of stamp.json. */
export function factsBytes(facts: StampFacts): Uint8Array {
  return Buffer.from(`${JSON.stringify(facts)}\n`)
}

/**
 * Reads a stamp and checks that it is whole and ours.
 *
 * @param bytes the stamp, followed by nothing but zeros
 * @throws ProblemError `stamp_malformed` or `stamp_doubled`
 */
export function decodeStamp(bytes: Uint8Array): Stamp {
  return readStamp(decodeArchive(bytes))
}

/** As `decodeStamp`, for an archive that is unpacked. */
export function readStamp({ tree, content }: StampArchive): Stamp {
  const config = fileIn(tree, CONFIG)
  const facts = readFacts(fileIn(tree, FACTS))
  const whole = encodeCpio(stampTree(facts, config), { last: [FACTS] })
  if (!Buffer.from(whole).equals(content)) malformed('it holds other entries than a stamp does')
  checkConfigDigest(facts, config)
  return { facts, config }
}

/** Refuses a configuration that is not the one that the stamp was made for. */
export function checkConfigDigest(facts: StampFacts, config: Uint8Array): void {
  if (facts.config_sha256 !== sha256(config)) malformed('node.json is not the one it was made for')
}

/** Reads and checks stamp.json. */
export function readFacts(bytes: Uint8Array): StampFacts {
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
