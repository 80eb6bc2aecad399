import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenedBase, PackageFact, Toolbox } from '../base/base-system.ts'
import { digestOf, sha256 } from '../kit/hash.ts'
import type { BaseFacts } from '../model/base-facts.ts'
import { encodeCpio } from '../tree/cpio.ts'
import { layer } from '../tree/layers.ts'
import type { Entry, Tree } from '../tree/tree.ts'
import { encodeBaseFacts } from './base-facts.ts'
import { type ImageFile, listFiles } from './image-files.ts'
import { closePrivate } from './private.ts'
import { sourceDigest } from './source-digest.ts'
import type { StepInputs } from './step-cache.ts'

/** Everything that goes into a base image, before it is loaded. */
export interface Parts {
  readonly base: OpenedBase
  /** The project's overlay/. */
  readonly overlay: Tree
  /** The agent's ELF, `directord`. */
  readonly agent: { readonly elf: Uint8Array; readonly version: string }
  /** What the operator adds by `files:`. */
  readonly operator: Tree
}

/** `facts.json` beside a made initramfs: what a manifest says about it. */
export interface InitramfsFacts {
  readonly base: BaseFacts
  readonly kind: string
  readonly archive_bytes: number
  readonly packages: readonly PackageFact[]
  readonly files: readonly ImageFile[]
}

/** Names of the files that `makeInitramfs` writes. */
export const KERNEL_FILE = 'vmlinuz'
export const INITRAMFS_FILE = 'initramfs.zst'
const FACTS_FILE = 'facts.json'

// The strongest level that needs no more than 8 MB to unpack; two workers, since the bytes do not
// depend on how many there are, but differ from those of none.
const ZSTD = ['-19', '-T2', '--no-progress', '-q', '-c']

/** What the initramfs is made from, by names that a person knows. */
export async function initramfsInputs(parts: Parts, tools: Toolbox): Promise<StepInputs> {
  return {
    'the base system': parts.base.digest,
    'the agent': digestOf([sha256(parts.agent.elf), parts.agent.version]),
    'the tool': await sourceDigest(['compose', 'tree']),
    'the build programs': digestOf([tools.digest, ZSTD]),
    ...treeInputs('overlay', parts.overlay),
    ...treeInputs('files:', parts.operator),
  }
}

function treeInputs(name: string, tree: Tree): StepInputs {
  const inputs: Record<string, string> = {}
  for (const [path, entry] of tree) {
    const content = entry.kind === 'file' ? sha256(entry.content) : ''
    inputs[`${name}/${path}`] = digestOf({ ...entry, content })
  }
  return inputs
}

/** Writes kernel, initramfs and their facts into a folder. */
export async function makeInitramfs(parts: Parts, tools: Toolbox, folder: string): Promise<void> {
  const base = await parts.base.load()
  const agent = agentTree(parts.agent.elf)
  const { overlay, operator } = parts
  const tree = closePrivate(layer(base.tree, overlay, agent, operator))
  const archive = encodeCpio(tree)
  const facts: BaseFacts = {
    schema: 1,
    base_sha256: baseSha256(archive, base.kernel.image),
    kernel: base.kernel.version,
    agent: parts.agent.version,
    features: ['stamp-1', 'fleet-1'],
  }
  const compressed = await tools.run('zstd', ZSTD, { input: archive })
  await writeFile(join(folder, KERNEL_FILE), base.kernel.image)
  await writeFile(join(folder, INITRAMFS_FILE), Buffer.concat([encodeBaseFacts(facts), compressed]))
  const about: InitramfsFacts = {
    base: facts,
    kind: base.kind,
    archive_bytes: archive.length,
    packages: base.packages,
    files: listFiles(tree, base.packages, { overlay, agent, 'files:': operator }),
  }
  await writeFile(join(folder, FACTS_FILE), JSON.stringify(about))
}

/** Reads what `makeInitramfs` wrote about an image. */
export async function readInitramfsFacts(folder: string): Promise<InitramfsFacts> {
  return JSON.parse(await readFile(join(folder, FACTS_FILE), 'utf8')) as InitramfsFacts
}

function agentTree(elf: Uint8Array): Tree {
  const program: Entry = { kind: 'file', mode: 0o755, uid: 0, gid: 0, content: elf }
  // It looks at its own name; a folder of the file system may be a link.
  const name: Entry = { kind: 'link', mode: 0o777, uid: 0, gid: 0, target: 'directord' }
  return new Map<string, Entry>([
    ['usr/bin/directord', program],
    ['usr/bin/directorctl', name],
    ['usr/bin/director-setup', name],
  ])
}

/**
 * What a stamp is bound to: SHA-256 of the uncompressed archive, which has no base.json, followed
 * by the kernel's bytes.
 */
export function baseSha256(archive: Uint8Array, kernel: Uint8Array): string {
  return sha256(Buffer.concat([archive, kernel]))
}
