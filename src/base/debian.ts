import { digestOf } from '../kit/hash.ts'
import type { Step } from '../kit/steps.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import { assembleBase } from './assemble.ts'
import { hasBase, readBase, writeBase } from './base-cache.ts'
import type { BaseRequest, OpenedBase, OperatorPackage } from './base-system.ts'
import { type LockedPackage, packagesDigest } from './lock.ts'
import { openLoosePackages, openSection } from './section.ts'
import { openToolbox } from './toolbox.ts'

// What the code of this room makes of the same packages; a change of it makes every base anew.
const BASE_FORMAT = 2

/** The package files that a base is made of. */
export interface BaseParts {
  readonly base: readonly LockedPackage[]
  readonly kernel: readonly LockedPackage[]
  /** Of `request.packages` and of the board's firmware, with what they depend on. */
  readonly loose: readonly LockedPackage[]
}

/** Everything besides package files that decides what a base is. */
export type DebianRequest = BaseRequest & Omit<ArchiveOptions, 'firmware'>

/**
 * Opens the base system that is made of Debian packages.
 *
 * Its packages are in the cache afterwards; the tree is made at `load`, unless it was before.
 *
 * @throws ProblemError as `openSection`
 */
export async function openDebian(request: DebianRequest): Promise<OpenedBase> {
  const firmware = request.board.firmware.length > 0
  const archive = await openArchive({ ...request, firmware })
  return request.steps.run('packages', async step => {
    const parts = await openParts(archive, request, step)
    const digest = baseDigest(archive, request, parts)
    const isMade = hasBase(archive.cache, digest)
    step.remark(isMade ? 'base reused' : 'base to be made: its packages, recipe or board are new')
    return { digest, load: () => loadBase(archive, request, parts, digest) }
  })
}

/** Names that the operator and the board add, with what is wanted of each. */
export function addedPackages({ board, packages }: BaseRequest): OperatorPackage[] {
  const firmware = board.firmware.map(({ package: name, paths }) => ({ name, paths }))
  return [...firmware, ...packages]
}

async function openParts(archive: Archive, request: DebianRequest, step: Step): Promise<BaseParts> {
  const names = addedPackages(request).map(({ name }) => name)
  return {
    base: await openSection(archive, 'base', step),
    kernel: await openSection(archive, 'kernel', step),
    loose: names.length === 0 ? [] : await openLoosePackages(archive, names, step),
  }
}

function baseDigest(archive: Archive, request: DebianRequest, parts: BaseParts): string {
  const { tree, modules } = archive.recipe
  return digestOf([
    BASE_FORMAT,
    tree,
    modules,
    request.board.modules,
    addedPackages(request),
    packagesDigest([...parts.base, ...parts.kernel, ...parts.loose]),
  ])
}

async function loadBase(
  archive: Archive,
  request: DebianRequest,
  parts: BaseParts,
  digest: string,
) {
  if (hasBase(archive.cache, digest)) return readBase(archive.cache, digest)
  const tools = await openToolbox('tools', request)
  return request.steps.run('base system', async step => {
    const base = await assembleBase({ archive, request, parts, digest, tools, step })
    await writeBase(archive.cache, base)
    step.remark(`kernel ${base.kernel.version}, ${base.tree.size} paths`)
    return base
  })
}
