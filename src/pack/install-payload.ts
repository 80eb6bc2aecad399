import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstallFacts } from '../agent/flash/install-plan.ts'
import type { Toolbox } from '../base/base-system.ts'
import { sha256 } from '../kit/hash.ts'
import { encodeGzip } from '../stamp/gzip.ts'
import { encodeCpio, encodeFileHead, encodeTrailer } from '../tree/cpio.ts'
import type { Entry } from '../tree/tree.ts'
import { type FlashContent, loaderPieces, slotOf } from './flash.ts'

/**
 * The files with which a loader hands a running system what it needs to install itself.
 *
 * Kernel and system are on every medium already. The loader puts them into an archive of their own
 * between the heads of its entries: `archive`, `kernelHead`, vmlinuz, `systemHead`, initramfs.zst,
 * `end`. Where the loader makes entries itself, `archive` is all that it needs.
 */
export const PAYLOAD = {
  archive: 'install.img',
  kernelHead: 'kernel.head',
  systemHead: 'system.head',
  end: 'end',
} as const

/** Names of the entries in the running system. */
export const PAYLOAD_FOLDER = 'install'
const KERNEL = `${PAYLOAD_FOLDER}/vmlinuz`
const SYSTEM = `${PAYLOAD_FOLDER}/initramfs.zst`

/**
 * Writes these files into a folder.
 *
 * @param scratch another folder, which is to be new
 */
export async function makeInstallPayload(
  content: FlashContent,
  tools: Toolbox,
  scratch: string,
  folder: string,
): Promise<void> {
  await mkdir(scratch, { recursive: true })
  const { kernel, manifest, system } = await slotOf(content)
  const pieces = await loaderPieces(content, tools, scratch)
  const loader = Buffer.concat(pieces.map(({ bytes }) => bytes))
  const facts: InstallFacts = {
    schema: 1,
    manifest,
    loader: pieces.map(({ offset, bytes }) => ({ offset, length: bytes.length })),
    loader_sha256: sha256(loader),
  }
  const file = (bytes: Uint8Array): Entry => ({
    ...{ kind: 'file', mode: 0o600, uid: 0, gid: 0, content: bytes },
  })
  const archive = encodeCpio(
    new Map<string, Entry>([
      [`${PAYLOAD_FOLDER}/install.json`, file(Buffer.from(`${JSON.stringify(facts)}\n`))],
      [`${PAYLOAD_FOLDER}/loader.bin`, file(loader)],
    ]),
  )
  const head = (path: string, inode: number, { length }: Uint8Array) =>
    encodeFileHead(path, { inode, mode: 0o600, size: length })
  const files: Readonly<Record<string, Uint8Array>> = {
    [PAYLOAD.archive]: encodeGzip(archive),
    [PAYLOAD.kernelHead]: head(KERNEL, 1, kernel),
    [PAYLOAD.systemHead]: head(SYSTEM, 2, system),
    [PAYLOAD.end]: encodeTrailer(),
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
}
