import type { InitramfsFacts } from '../compose/initramfs.ts'
import { digestOf, sha256 } from '../kit/hash.ts'
import type { StampedNode } from './node-outputs.ts'
import type { OutputFile } from './outputs.ts'

/** `manifest.json`: what a build wrote, and what is in it, down to every file of the image. */
export interface Manifest {
  readonly schema: 1
  readonly cluster: { readonly name: string; readonly digest: string }
  readonly base: {
    readonly kind: string
    readonly base_sha256: string
    readonly kernel: string
    readonly agent: string
  }
  /** SHA-256 of what the build was steered by, by name. */
  readonly sources: Readonly<Record<string, string>>
  readonly nodes: readonly ManifestNode[]
  /** Every file that was written, without this one. */
  readonly outputs: readonly Pick<OutputFile, 'path' | 'size' | 'sha256'>[]
  readonly packages: InitramfsFacts['packages']
  /** Every file and link of the image. */
  readonly files: InitramfsFacts['files']
}

export interface ManifestNode {
  readonly name: string
  readonly config_sha256: string
  readonly stamp_sha256: string
}

/** The text of manifest.json: the same build, the same bytes. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`
}

/** What a manifest is made from. */
export interface ManifestRequest {
  readonly cluster: Manifest['cluster']
  readonly facts: InitramfsFacts
  readonly sources: Manifest['sources']
  readonly nodes: readonly StampedNode[]
  readonly outputs: readonly OutputFile[]
}

/** Puts together what a build knows of what it made. */
export function manifestOf({ cluster, facts, sources, nodes, outputs }: ManifestRequest): Manifest {
  const { base, kind, packages, files } = facts
  const { base_sha256, kernel, agent } = base
  return {
    schema: 1,
    cluster,
    base: { kind, base_sha256, kernel, agent },
    sources,
    nodes: nodes.map(({ name, configBytes, stamp }) => ({
      name,
      config_sha256: sha256(configBytes),
      stamp_sha256: sha256(stamp),
    })),
    outputs: outputs.map(({ path, size, sha256: sum }) => ({ path, size, sha256: sum })),
    packages,
    files,
  }
}

/** SHA-256 over the configurations of all nodes: what a cluster file came to mean. */
export function digestOfNodes(nodes: readonly StampedNode[]): string {
  return digestOf(nodes.map(({ name, configBytes }) => [name, sha256(configBytes)]))
}
