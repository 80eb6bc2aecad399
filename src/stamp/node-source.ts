import { readFile } from 'node:fs/promises'
import { fail, ProblemError } from '../kit/problem.ts'
import { load } from '../model/cluster.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { checkNodeConfig } from '../model/node-config-check.ts'
import { encodeNodeConfig, resolve } from '../model/resolve.ts'
import { beginsAsGzip } from './gzip.ts'
import { checkBase, decodeStamp, encodeStamp } from './stamp.ts'

/** Where a node's configuration comes from, read and checked. */
export interface NodeSource {
  readonly config: NodeConfig
  /** Encodes the stamp for a base image; a stamp that is already one must be for this base. */
  stampFor(baseSha256: string): Uint8Array
}

/**
 * Reads a node's configuration from a cluster file, a node.json or a stamp.
 *
 * @param name the node; needed where the file holds several
 * @throws ProblemError with what is wrong in the file, or `wrong_usage` about the name
 */
export async function readNodeSource(path: string, name: string | undefined): Promise<NodeSource> {
  const bytes = await readSource(path)
  if (isCluster(bytes)) return fromCluster(path, name)
  return beginsAsGzip(bytes) ? fromStamp(bytes, path, name) : fromConfig(bytes, path, name)
}

function readSource(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) =>
    fail(
      {
        code: 'file_unreadable',
        message: 'the configuration of the node cannot be read',
        expected: 'a cluster file, a node.json or a stamp',
        found: error.code ?? error.message,
        where: { file: path },
      },
      error,
    ),
  )
}

/**
 * As `readNodeSource`, for every node that the file holds, or the one that is named.
 *
 * @throws ProblemError as `readNodeSource`
 */
export async function readNodeSources(
  path: string,
  name: string | undefined,
): Promise<readonly NodeSource[]> {
  const bytes = await readSource(path)
  if (name !== undefined || !isCluster(bytes)) return [await readNodeSource(path, name)]
  return resolve(await load(path)).map(config => sourceOf(config, encodeNodeConfig(config)))
}

/** The same node, that takes nothing over until `directorctl join`: it was restored. */
export function heldSource(source: NodeSource): NodeSource {
  const config = { ...source.config, held: true }
  const held = sourceOf(config, encodeNodeConfig(config))
  return {
    config,
    stampFor(baseSha256) {
      // A stamp that is for another base is refused as it would be without this.
      source.stampFor(baseSha256)
      return held.stampFor(baseSha256)
    },
  }
}

const isCluster = (bytes: Buffer) =>
  !beginsAsGzip(bytes) && !/^\s*\{/.test(bytes.toString('utf8', 0, 100))

async function fromCluster(path: string, name: string | undefined): Promise<NodeSource> {
  const configs = resolve(await load(path))
  const names = configs.map(({ node }) => node.name).join(', ')
  const config = configs.find(({ node }) => node.name === name)
  if (name === undefined) return wrongNode(path, names, 'no --node')
  if (config === undefined) return wrongNode(path, names, name)
  return sourceOf(config, encodeNodeConfig(config))
}

function fromConfig(bytes: Buffer, path: string, name: string | undefined): NodeSource {
  const config = parseConfig(bytes, path)
  if (name !== undefined && name !== config.node.name) wrongNode(path, config.node.name, name)
  return sourceOf(config, bytes)
}

function fromStamp(bytes: Buffer, path: string, name: string | undefined): NodeSource {
  const { facts, config: configBytes } = decodeStamp(bytes)
  const config = parseConfig(Buffer.from(configBytes), path)
  if (name !== undefined && name !== facts.node) wrongNode(path, facts.node, name)
  return {
    config,
    stampFor(baseSha256) {
      checkBase(facts, baseSha256, path)
      return bytes
    },
  }
}

function sourceOf(config: NodeConfig, bytes: Uint8Array): NodeSource {
  const { cluster, node } = config
  return {
    config,
    stampFor: baseSha256 => encodeStamp({ cluster, node: node.name, baseSha256, config: bytes }),
  }
}

/** Parses and checks the bytes of a node.json. */
export function parseConfig(bytes: Buffer, path: string): NodeConfig {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    // The parser's own message quotes the file, which holds secrets.
    return fail({
      code: 'node_json_malformed',
      message: 'the file is not JSON',
      where: { file: path },
      remedy: 'take node.json from the nodes/ folder of a build',
    })
  }
  const [first, ...rest] = checkNodeConfig(value).map(fault => ({
    code: fault.code,
    message: 'node.json holds something that it should not',
    expected: fault.expected,
    where: { file: path, path: fault.path },
    remedy: 'make it again with this version of the tool, from the cluster file',
  }))
  if (first !== undefined) throw new ProblemError([first, ...rest])
  return value as NodeConfig
}

function wrongNode(path: string, expected: string, found: string): never {
  fail({
    code: 'wrong_usage',
    message: 'it is not clear for which node the stamp is',
    expected: `--node with one of ${expected}`,
    found,
    where: { file: path },
  })
}
