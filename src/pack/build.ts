import { join, resolve as resolvePath } from 'node:path'
import project from '../../package.json' with { type: 'json' }
import type { ArchiveRequest, Toolbox } from '../base/base-system.ts'
import { cacheFolder } from '../base/cache.ts'
import { openDebian } from '../base/debian.ts'
import { openToolbox } from '../base/toolbox.ts'
import { type AgentBuild, buildAgent } from '../compose/agent-build.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import { readFolder } from '../compose/folder.ts'
import type { Parts } from '../compose/initramfs.ts'
import { requireCache } from '../compose/usable-cache.ts'
import type { Steps } from '../kit/steps.ts'
import { type Cluster, load } from '../model/cluster.ts'
import { resolve } from '../model/resolve.ts'
import { type Bill, encodeBill } from '../sbom/cyclonedx.ts'
import { type BaseImages, makeBaseImages } from './base-images.ts'
import { makeClusterBill } from './bill.ts'
import { type BuildRecord, openBuildRecord } from './build-record.ts'
import { readOperatorFiles, steeringSources } from './inputs.ts'
import { digestOfNodes, encodeManifest, manifestOf } from './manifest.ts'
import { FLEET_ISO, nodeOutputs, type StampedNode, stampNodes } from './node-outputs.ts'
import { bytesOutput, type OutputFile, writeOutputs } from './outputs.ts'
import { sharedOutputs } from './shared-outputs.ts'

export interface BuildOptions {
  readonly clusterFile: string
  /** The images go to the folder of the cluster's name in here. */
  readonly out: string
  /** Refuse package versions other than those of the lock. */
  readonly locked?: boolean
  readonly mirror?: string
  readonly steps: Steps
  /** Folder of content-hashed results; absent: the tool's cache. */
  readonly cache?: string
}

/** What a build left, with absolute paths. */
export interface BuildResult {
  readonly cluster: Cluster
  readonly folder: string
  readonly baseSha256: string
  readonly baseIso: string
  readonly baseFlash: string
  readonly netboot: {
    readonly folder: string
    readonly kernel: string
    readonly initramfs: string
  }
  readonly nodes: readonly BuiltNode[]
  /** One ISO for all nodes; absent where their stamps do not fit in it. */
  readonly fleetIso?: string
  readonly manifest: string
  /** Every file, also those that were there already. */
  readonly files: readonly OutputFile[]
  /** Files of an earlier build that this one does not have. */
  readonly removed: readonly string[]
}

export interface BuiltNode {
  readonly name: string
  readonly iso: string
  /** The image of its flash disk. */
  readonly flash: string
  readonly overlay: string
  readonly config: string
}

/**
 * Makes the images of a cluster: an ISO and a flash image a node, a netboot tree, a
 * manifest.
 *
 * What is in the cache or already in the output folder is not made again.
 *
 * @throws ProblemError of every room that it goes through
 */
export async function buildImages(options: BuildOptions): Promise<BuildResult> {
  const { steps, cache = cacheFolder() } = options
  const cluster = await steps.run('cluster file', () => load(options.clusterFile))
  const folder = resolvePath(options.out, cluster.name)
  await requireCache(cache)
  const record = await openBuildRecord(cache, folder)
  const request = archiveRequest(options, cache)
  const { parts, madeOf } = await openParts(cluster, request)
  const tools = await openToolbox('tools', request)
  const loaders = await openToolbox('loaders', request)
  const images = await makeBaseImages({ parts, tools, board: cluster.board, cache, steps, record })
  const bill = await makeClusterBill({ cluster, images, tools, loaders, madeOf, request })
  const nodes = stampNodes(resolve(cluster), images.facts.base.base_sha256)
  const written = await steps.run(`images in ${folder}`, async step => {
    const result = await writeAll({ folder, cluster, images, nodes, loaders, bill, record })
    step.remark(describe(result))
    if (!result.files.some(({ path }) => path === FLEET_ISO)) {
      step.remark(`no ${FLEET_ISO}: the stamps of all nodes do not fit in one image`)
    }
    return result
  })
  await record.save()
  return resultOf(cluster, folder, images, nodes, written)
}

interface CachedRequest extends ArchiveRequest {
  readonly cache: string
}

function archiveRequest(options: BuildOptions, cache: string): CachedRequest {
  const { steps, locked = false, mirror } = options
  return { steps, locked, cache, ...(mirror === undefined ? {} : { mirror }) }
}

async function openParts(
  cluster: Cluster,
  request: CachedRequest,
): Promise<{ readonly parts: Parts } & Pick<AgentBuild, 'madeOf'>> {
  const { board, packages } = cluster
  const base = await openDebian({ ...request, board, packages })
  const { elf, madeOf } = await buildAgent(request)
  const parts = {
    base,
    overlay: await readFolder(join(projectFolder, 'overlay')),
    agent: { elf, version: project.version },
    operator: await readOperatorFiles(cluster.files),
  }
  return { parts, madeOf }
}

interface Written {
  readonly files: readonly OutputFile[]
  readonly removed: readonly string[]
}

interface Content {
  readonly folder: string
  readonly cluster: Cluster
  readonly images: BaseImages
  readonly nodes: readonly StampedNode[]
  readonly loaders: Toolbox
  readonly bill: Bill
  readonly record: BuildRecord
}

async function writeAll(content: Content): Promise<Written> {
  const { folder, cluster, images, nodes, loaders, bill, record } = content
  const outputs = [
    ...(await sharedOutputs({ cluster, images, nodes, loaders })),
    ...(await nodeOutputs(images, nodes)),
    bytesOutput('sbom.cdx.json', encodeBill(bill)),
  ]
  const written = await writeOutputs(folder, outputs, record.outputs)
  const manifest = manifestOf({
    cluster: { name: cluster.name, digest: digestOfNodes(nodes) },
    facts: images.facts,
    sources: await steeringSources(cluster.board.name),
    nodes,
    outputs: written.files,
  })
  const last = await writeOutputs(
    folder,
    [bytesOutput('manifest.json', encodeManifest(manifest))],
    record.manifest,
  )
  record.noteFiles({ outputs: written.record, manifest: last.record })
  return { files: [...written.files, ...last.files], removed: written.removed }
}

function describe({ files, removed }: Written): string {
  const written = files.filter(file => file.written !== undefined)
  const repaired = written.filter(file => file.written === 'repaired')
  if (written.length + removed.length === 0) return 'reused: nothing changed'
  return [
    `${written.length} of ${files.length} files written`,
    ...repaired.map(({ path }) => `${path} was not as it had been left`),
    ...removed.map(path => `${path} removed`),
  ].join('; ')
}

function resultOf(
  cluster: Cluster,
  folder: string,
  images: BaseImages,
  nodes: readonly StampedNode[],
  { files, removed }: Written,
): BuildResult {
  const netboot = join(folder, 'netboot')
  return {
    cluster,
    folder,
    baseSha256: images.facts.base.base_sha256,
    baseIso: join(folder, 'base.iso'),
    baseFlash: join(folder, 'base.img'),
    netboot: {
      folder: netboot,
      kernel: join(netboot, 'vmlinuz'),
      initramfs: join(netboot, 'initramfs.zst'),
    },
    nodes: nodes.map(({ name }) => ({
      name,
      iso: join(folder, 'iso', `${name}.iso`),
      flash: join(folder, 'flash', `${name}.img`),
      overlay: join(netboot, 'nodes', `${name}.img`),
      config: join(folder, 'nodes', `${name}.json`),
    })),
    ...(files.some(({ path }) => path === FLEET_ISO) ? { fleetIso: join(folder, FLEET_ISO) } : {}),
    manifest: join(folder, 'manifest.json'),
    files,
    removed,
  }
}
