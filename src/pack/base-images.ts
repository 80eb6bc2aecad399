import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import {
  INITRAMFS_FILE,
  type InitramfsFacts,
  initramfsInputs,
  KERNEL_FILE,
  makeInitramfs,
  type Parts,
  readInitramfsFacts,
} from '../compose/initramfs.ts'
import { sourceDigest } from '../compose/source-digest.ts'
import { type CachedStep, cachedStep, type StepInputs, whatChanged } from '../compose/step-cache.ts'
import { digestOf, sha256 } from '../kit/hash.ts'
import type { Steps } from '../kit/steps.ts'
import type { Board } from '../model/board.ts'
import type { BuildRecord } from './build-record.ts'
import { baseFlashPieces, type FlashContent } from './flash.ts'
import { FLASH_PARTS, writeFlashParts } from './flash-parts.ts'
import { makeInstallPayload, PAYLOAD } from './install-payload.ts'
import { type IsoContent, makeBaseIso } from './iso.ts'

/** The images that all nodes share, in the cache. */
export interface BaseImages {
  readonly facts: InitramfsFacts
  readonly board: Board
  readonly kernel: CachedFile
  readonly initramfs: CachedFile
  readonly iso: CachedFile
  /** What `readFlashParts` reads. */
  readonly flash: { readonly folder: string; readonly sha256: string }
  /** What a loader hands over to a system that is to install itself. */
  readonly payload: CachedFile
}

/** A file in the cache. */
export interface CachedFile {
  readonly path: string
  readonly sha256: string
}

export interface BaseImagesRequest {
  readonly parts: Parts
  readonly tools: Toolbox
  readonly board: Board
  readonly cache: string
  readonly steps: Steps
  readonly record: BuildRecord
}

const ISO_FILE = 'base.iso'

/** Makes the initramfs and the ISO without a stamp, or takes them from the cache. */
export async function makeBaseImages(request: BaseImagesRequest): Promise<BaseImages> {
  const { parts, tools, board } = request
  const initramfs = await remarkedStep(
    request,
    'initramfs',
    await initramfsInputs(parts, tools),
    scratch => makeInitramfs(parts, tools, scratch),
  )
  const facts = await readInitramfsFacts(initramfs.folder)
  const grubTemplate = await readFile(join(projectFolder, 'images/iso/grub.cfg'), 'utf8')
  const earlyConfig = await readFile(join(projectFolder, 'images/iso/early.cfg'), 'utf8')
  const kernelFile = join(initramfs.folder, KERNEL_FILE)
  const initramfsFile = join(initramfs.folder, INITRAMFS_FILE)
  const flash = await flashStep(request, initramfs, facts)
  const inputs = {
    'the flash image': flash.key,
    'images/iso/grub.cfg': sha256(grubTemplate),
    'images/iso/early.cfg': sha256(earlyConfig),
    'the console of the board': digestOf(board.console),
    'the firmware of the board': digestOf(board.boot),
    'the tool': await sourceDigest(['agent/flash', 'pack', 'stamp', 'tree']),
    'the build programs': tools.digest,
  }
  const iso = await remarkedStep(request, 'iso', inputs, async scratch => {
    const work = join(scratch, 'work')
    const content: IsoContent = {
      ...{ kernelFile, initramfsFile, grubTemplate, earlyConfig, payload: flash.folder },
      ...{ console: board.console, boot: board.boot, baseSha256: facts.base.base_sha256 },
    }
    await rename(await makeBaseIso(content, tools, work), join(scratch, ISO_FILE))
    await rm(work, { recursive: true })
  })
  return {
    facts,
    board,
    kernel: cachedFile(initramfs, KERNEL_FILE),
    initramfs: cachedFile(initramfs, INITRAMFS_FILE),
    iso: cachedFile(iso, ISO_FILE),
    flash: { folder: flash.folder, sha256: flash.sums[FLASH_PARTS.bytes] ?? '' },
    payload: cachedFile(flash, PAYLOAD.archive),
  }
}

async function flashStep(
  request: BaseImagesRequest,
  initramfs: CachedStep,
  { base }: InitramfsFacts,
): Promise<CachedStep> {
  const { board, tools } = request
  const text = (file: string) => readFile(join(projectFolder, 'images/flash', file), 'utf8')
  const [menuTemplate, earlyConfig] = [await text('grub.cfg'), await text('early.cfg')]
  const inputs = {
    'the initramfs': initramfs.key,
    'images/flash/grub.cfg': sha256(menuTemplate),
    'images/flash/early.cfg': sha256(earlyConfig),
    'the console of the board': digestOf(board.console),
    'the firmware of the board': digestOf(board.boot),
    'the tool': await sourceDigest(['agent/flash', 'pack', 'stamp', 'tree']),
    'the build programs': tools.digest,
  }
  return remarkedStep(request, 'flash', inputs, async scratch => {
    const work = join(scratch, 'work')
    const content: FlashContent = {
      kernelFile: join(initramfs.folder, KERNEL_FILE),
      initramfsFile: join(initramfs.folder, INITRAMFS_FILE),
      ...{ menuTemplate, earlyConfig, base, boot: board.boot, console: board.console },
    }
    await writeFlashParts(await baseFlashPieces(content, tools, work), scratch)
    await makeInstallPayload(content, tools, join(work, 'payload'), scratch)
    await rm(work, { recursive: true })
  })
}

function cachedFile({ folder, sums }: CachedStep, name: string): CachedFile {
  return { path: join(folder, name), sha256: sums[name] ?? '' }
}

async function remarkedStep(
  { cache, steps, record }: BaseImagesRequest,
  name: string,
  inputs: StepInputs,
  make: (scratch: string) => Promise<unknown>,
): Promise<CachedStep> {
  return steps.run(name, async step => {
    const result = await cachedStep({ cacheFolder: cache, name, inputs }, make)
    const before = record.steps[name]
    step.remark(result.reused ? 'reused' : `made: ${whatChanged(before, inputs)}`)
    record.noteStep(name, inputs)
    return result
  })
}
