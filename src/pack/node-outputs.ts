import { digestOf, sha256 } from '../kit/hash.ts'
import { ProblemError } from '../kit/problem.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { encodeNodeConfig } from '../model/resolve.ts'
import { flashStampPatches, openDirectorFlash } from '../stamp/flash.ts'
import { withImage } from '../stamp/image-reader.ts'
import { type DirectorIso, fleetPatches, openDirectorIso, stampPatches } from '../stamp/iso.ts'
import { writePatched } from '../stamp/patch.ts'
import { writeDisk } from '../stamp/sparse-copy.ts'
import { decodeStamp, encodeStamp } from '../stamp/stamp.ts'
import type { BaseImages } from './base-images.ts'
import { imageOfPieces, readFlashParts } from './flash-parts.ts'
import { bytesOutput, type Output } from './outputs.ts'

/** A node with the bytes that make a base image this node. */
export interface StampedNode {
  readonly name: string
  readonly config: NodeConfig
  /** node.json. */
  readonly configBytes: Uint8Array
  readonly stamp: Uint8Array
}

/** Relative to the output folder; a node may not be called so. */
export const FLEET_ISO = 'iso/fleet.iso'

// Configurations and stamps hold the console's password hash and the SSH host key.
const SECRET = 0o600

/** Encodes the stamp of every node for one base image. */
export function stampNodes(
  configs: readonly NodeConfig[],
  baseSha256: string,
): readonly StampedNode[] {
  return configs.map(config => {
    const configBytes = encodeNodeConfig(config)
    const { cluster, node } = config
    const stamp = encodeStamp({ cluster, node: node.name, baseSha256, config: configBytes })
    return { name: node.name, config, configBytes, stamp }
  })
}

/** The files that belong to one node each, and the ISO of all nodes: they hold secrets. */
export async function nodeOutputs(
  images: BaseImages,
  nodes: readonly StampedNode[],
): Promise<readonly Output[]> {
  const iso = await withImage(images.iso.path, openDirectorIso)
  const ofNodes = nodes.flatMap(node => [
    isoOutput(images, iso, node),
    flashOutput(images, node),
    bytesOutput(`netboot/nodes/${node.name}.img`, node.stamp, SECRET),
    bytesOutput(`nodes/${node.name}.json`, node.configBytes, SECRET),
  ])
  return [...ofNodes, ...fleetOutput(images, iso, nodes)]
}

/**
 * One ISO for all nodes: each machine finds its own stamp at boot. There is none where the stamps
 * fit in the region only one by one: the nodes have ISOs of their own.
 */
function fleetOutput(
  images: BaseImages,
  iso: DirectorIso,
  nodes: readonly StampedNode[],
): readonly Output[] {
  const members = nodes.map(({ stamp, config }) => ({
    ...{ stamp: decodeStamp(stamp), console: config.serial.console },
  }))
  const patches = unlessTooLarge(() => fleetPatches(iso, members))
  if (patches === undefined) return []
  return [
    {
      path: FLEET_ISO,
      key: digestOf([images.iso.sha256, ...patches.map(({ bytes }) => sha256(bytes))]),
      mode: SECRET,
      write: path => writePatched(images.iso.path, path, patches, SECRET),
    },
  ]
}

function unlessTooLarge<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    const problems = error instanceof ProblemError ? error.problems : []
    if (problems.some(({ code }) => code === 'stamp_too_large')) return undefined
    throw error
  }
}

function isoOutput(images: BaseImages, iso: DirectorIso, node: StampedNode): Output {
  const { console } = node.config.serial
  const patches = stampPatches(iso, node.stamp, console)
  return {
    path: `iso/${node.name}.iso`,
    key: digestOf([images.iso.sha256, sha256(node.stamp), console]),
    mode: SECRET,
    write: path => writePatched(images.iso.path, path, patches, SECRET),
  }
}

function flashOutput({ flash }: BaseImages, node: StampedNode): Output {
  const { console } = node.config.serial
  return {
    path: `flash/${node.name}.img`,
    key: digestOf([flash.sha256, sha256(node.stamp), console]),
    mode: SECRET,
    async write(path) {
      const pieces = await readFlashParts(flash.folder)
      const image = await openDirectorFlash(imageOfPieces(pieces, path))
      const patches = await flashStampPatches(image, node.stamp, console)
      await writeDisk(path, [...pieces, ...patches], SECRET)
    },
  }
}
