import { digestOf } from '../kit/hash.ts'
import type { Step } from '../kit/steps.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import { assembleBase } from './assemble.ts'
import { hasBase, readBase, writeBase } from './base-cache.ts'
import { type BaseInputs, whyNew } from './base-inputs.ts'
import type { BaseRequest, OpenedBase, OperatorPackage } from './base-system.ts'
import type { LockedPackage } from './lock.ts'
import { openLoosePackages, openSection } from './section.ts'
import { openToolbox } from './toolbox.ts'

// What the code of this room makes of the same packages; a change of it makes every base anew.
const BASE_FORMAT = 3

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
    const inputs = baseInputs(archive, request, parts)
    const digest = digestOf(inputs)
    const isMade = hasBase(archive.cache, digest)
    step.remark(isMade ? 'base reused' : await whyNew(archive.cache, inputs))
    return { digest, load: () => loadBase(archive, request, parts, digest) }
  })
}

/** What the operator and the board add, with the paths that are wanted of each package. */
export function addedPackages({ board, packages }: BaseRequest): OperatorPackage[] {
  const firmware = board.firmware.map(({ package: name, paths }) => ({
    name,
    paths: paths.map(path => `usr/lib/firmware/${path}`),
  }))
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

function baseInputs(archive: Archive, request: DebianRequest, parts: BaseParts): BaseInputs {
  const { tree, modules } = archive.recipe
  const packages = [...parts.base, ...parts.kernel, ...parts.loose]
  return {
    'format of this tool': String(BASE_FORMAT),
    'file system in the recipe': digestOf(tree),
    'modules in the recipe': digestOf(modules),
    'modules of the board': digestOf(request.board.modules),
    'added packages': digestOf(addedPackages(request)),
    ...Object.fromEntries(packages.map(({ name, sha256 }) => [`package ${name}`, sha256])),
  }
}

async function loadBase(
  archive: Archive,
  request: DebianRequest,
  parts: BaseParts,
  digest: string,
) {
  const made = await readBase(archive.cache, digest)
  if (made !== undefined) return made
  const tools = await openToolbox('tools', request)
  return request.steps.run('base system', async step => {
    const base = await assembleBase({ archive, request, parts, digest, tools, step })
    await writeBase(archive.cache, base)
    step.remark(`kernel ${base.kernel.version}, ${base.tree.size} paths`)
    return base
  })
}
