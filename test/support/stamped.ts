import { sha256 } from '../../src/kit/hash.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { pairOf } from './pair.ts'

/** The first node of the pair; `change` is laid over its node.json. */
export function nodeOne(change: Partial<NodeConfig> = {}): NodeConfig {
  const [node] = pairOf()
  if (node === undefined) throw new Error('the pair has no node')
  return { ...node, ...change }
}

/** The files in /etc/director of a node with a valid stamp. */
export function stampedFiles(node: NodeConfig = nodeOne()) {
  const config = JSON.stringify(node)
  const base_sha256 = 'ab'.repeat(32)
  return {
    base: JSON.stringify({ schema: 1, base_sha256, kernel: '6.12', agent: '0.1.0', features: [] }),
    config,
    stamp: JSON.stringify({
      ...{ schema: 1, cluster: node.cluster, node: node.node.name, base_sha256 },
      ...{ config_sha256: sha256(config), signature: null },
    }),
  }
}
