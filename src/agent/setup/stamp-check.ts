import type { NodeConfig } from '../../model/node-config.ts'
import { checkNodeConfig } from '../../model/node-config-check.ts'
import type { Complaint } from './complaint.ts'

/** What the running system holds in /etc/director; undefined: there is no such file. */
export interface StampInput {
  readonly base?: Uint8Array
  readonly stamp?: Uint8Array
  readonly config?: Uint8Array
  /** The names in stamp.d: one for each stamp that was loaded. */
  readonly marks: readonly string[]
  /** Who the loader says this machine is: NODE, or CLUSTER/NODE. */
  readonly asked?: string
}

/** What the engine has of its own. */
export interface TextTools {
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: (bytes: Uint8Array) => string
  /** From UTF-8. */
  readonly decode: (bytes: Uint8Array) => string
}

export type StampVerdict =
  | { readonly kind: 'valid'; readonly config: NodeConfig }
  | { readonly kind: 'refused'; readonly complaint: Complaint }

interface StampFacts {
  readonly cluster: string
  readonly node: string
  readonly base_sha256: string
  readonly config_sha256: string
}

/**
 * Is the node's stamp whole, single, made for this base image, and its configuration the one that
 * it was made with? Only then may the node serve.
 *
 * The kernel says nothing about a stamp that it could not unpack: it starts the bare base image.
 */
export function checkStamp(input: StampInput, tools: TextTools): StampVerdict {
  const complaint = checkPresence(input)
  if (complaint !== undefined) return { kind: 'refused', complaint }
  const { base, stamp, config } = input
  if (stamp === undefined || config === undefined) return refuse(truncated(input))
  const facts = readFacts(stamp, tools)
  if (facts === undefined) return refuse(malformedStamp)
  const ownBase = readBase(base, tools)
  if (ownBase === undefined) return refuse(brokenBase)
  if (facts.base_sha256 !== ownBase) return refuse(otherBase(facts, ownBase))
  const digest = tools.sha256(config)
  if (digest !== facts.config_sha256) return refuse(changedConfig(facts, digest))
  const { asked } = input
  if (asked !== undefined && ![facts.node, `${facts.cluster}/${facts.node}`].includes(asked)) {
    return refuse(otherNode(facts, asked))
  }
  return checkConfig(config, facts, input.marks, tools)
}

function checkPresence(input: StampInput): Complaint | undefined {
  const { stamp, config, marks } = input
  if (marks.length > 1) {
    return {
      severity: 'refuse',
      code: 'stamp_doubled',
      message: `this image carries the stamps of ${marks.length} nodes`,
      expected: 'one stamp',
      found: marks.slice().sort().join(', '),
      remedy: 'stamp the image again for one node only',
    }
  }
  if (stamp === undefined && config === undefined && marks.length === 0) {
    return {
      severity: 'refuse',
      code: 'stamp_missing',
      message: 'this image has no stamp: it does not know which node it is',
      expected: '/etc/director/stamp.json and /etc/director/node.json',
      found: 'neither',
      remedy: 'stamp the image for this node (director stamp), or boot it with its stamp file',
    }
  }
  return undefined
}

function checkConfig(
  config: Uint8Array,
  facts: StampFacts,
  marks: readonly string[],
  tools: TextTools,
): StampVerdict {
  const value = parse(tools.decode(config))
  const faults = checkNodeConfig(value)
  const [fault] = faults
  if (fault !== undefined) {
    const more = faults.length > 1 ? `, and ${faults.length - 1} more` : ''
    return refuse({
      severity: 'refuse',
      code: 'config_refused',
      message: `node.json is not one that this image understands${more}`,
      expected: fault.expected,
      found: `${fault.code} at ${fault.path === '' ? 'the whole file' : fault.path}`,
      remedy: 'build image and stamp with the same version of the tool',
    })
  }
  const checked = value as NodeConfig
  const names = [checked.node.name, ...marks]
  const other = names.find(name => name !== facts.node)
  if (other !== undefined || checked.cluster !== facts.cluster) {
    return refuse({
      severity: 'refuse',
      code: 'stamp_mixed',
      message: 'the parts of the stamp belong to different nodes',
      expected: `${facts.node} of ${facts.cluster}`,
      found: `${other ?? checked.node.name} of ${checked.cluster}`,
      remedy: 'stamp the image again for one node only',
    })
  }
  return { kind: 'valid', config: checked }
}

function readFacts(stamp: Uint8Array, tools: TextTools): StampFacts | undefined {
  const value = parse(tools.decode(stamp))
  if (value === null || typeof value !== 'object') return undefined
  const { schema, cluster, node, base_sha256, config_sha256, signature } = value as Readonly<
    Record<string, unknown>
  >
  if (schema !== 1 || signature !== null) return undefined
  if (typeof cluster !== 'string' || typeof node !== 'string') return undefined
  if (typeof base_sha256 !== 'string' || typeof config_sha256 !== 'string') return undefined
  return { cluster, node, base_sha256, config_sha256 }
}

function readBase(base: Uint8Array | undefined, tools: TextTools): string | undefined {
  const value = base === undefined ? undefined : parse(tools.decode(base))
  if (value === null || typeof value !== 'object') return undefined
  const { schema, base_sha256 } = value as Readonly<Record<string, unknown>>
  return schema === 1 && typeof base_sha256 === 'string' ? base_sha256 : undefined
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refuse = (complaint: Complaint): StampVerdict => ({ kind: 'refused', complaint })

function truncated({ stamp, config, marks }: StampInput): Complaint {
  const parts = [
    ...(config === undefined ? [] : ['node.json']),
    ...(stamp === undefined ? [] : ['stamp.json']),
    ...(marks.length === 0 ? [] : ['stamp.d']),
  ]
  return {
    severity: 'refuse',
    code: 'stamp_truncated',
    message: 'the stamp is cut short: only a part of it was loaded',
    expected: 'node.json, stamp.json and stamp.d in /etc/director',
    found: parts.join(', '),
    remedy: 'write the stamp again and compare its size',
  }
}

const malformedStamp: Complaint = {
  severity: 'refuse',
  code: 'stamp_malformed',
  message: 'stamp.json is not one that this image understands',
  expected: 'schema 1: cluster, node, base_sha256, config_sha256, signature null',
  remedy: 'build image and stamp with the same version of the tool',
}

const brokenBase: Complaint = {
  severity: 'refuse',
  code: 'base_malformed',
  message: 'this image does not say what it is: /etc/director/base.json is missing or broken',
  remedy: 'build the image again',
}

const otherBase = (facts: StampFacts, own: string): Complaint => ({
  severity: 'refuse',
  code: 'stamp_other_base',
  message: `the stamp of node ${facts.node} was made for another base image`,
  expected: `base_sha256 ${own}`,
  found: `base_sha256 ${facts.base_sha256}`,
  remedy: 'stamp this image again, or boot the image that the stamp was made for',
})

const otherNode = ({ cluster, node }: StampFacts, asked: string): Complaint => ({
  severity: 'refuse',
  code: 'stamp_other_node',
  message: `the stamp that was loaded is that of another node`,
  expected: `${asked}, as director.node= on the kernel's command line says`,
  found: `${node} of ${cluster}`,
  remedy: 'give this machine the stamp of its own node; look at what the boot server sends',
})

const changedConfig = (facts: StampFacts, digest: string): Complaint => ({
  severity: 'refuse',
  code: 'config_changed',
  message: `node.json of node ${facts.node} is not the one that its stamp was made with`,
  expected: `config_sha256 ${facts.config_sha256}`,
  found: `config_sha256 ${digest}`,
  remedy: 'stamp the image again; a changed cluster file needs a new stamp',
})
