import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Toolbox } from '../../src/base/base-system.ts'
import { openToolbox } from '../../src/base/toolbox.ts'
import { sha256, sha256File } from '../../src/kit/hash.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { baseFlashPieces, type FlashContent } from '../../src/pack/flash.ts'
import { makeInstallPayload, PAYLOAD } from '../../src/pack/install-payload.ts'
import { type IsoContent, makeBaseIso } from '../../src/pack/iso.ts'
import { readBootWays } from '../../src/stamp/boot-ways.ts'
import { memoryReader, withImage } from '../../src/stamp/image-reader.ts'
import { openDirectorIso } from '../../src/stamp/iso.ts'
import { problemOf } from '../stamp/sample.ts'
import { requires } from '../support/requires.ts'

// Real tools, files in place of kernel and system: an ISO in a second.
const withTools = requires('mirror')
let folder: string
let tools: Toolbox

withTools.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-iso-'))
  tools = await openToolbox('tools', { steps: quietSteps, locked: false })
})
withTools.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Place {
  readonly name: string
  readonly boot?: IsoContent['boot']
  /** The order in which the files come to be, and so that of their inode numbers. */
  readonly files?: readonly ('kernel' | 'initramfs')[]
}

async function makeIn({ name, boot = ['bios', 'uefi'], files = ['kernel', 'initramfs'] }: Place) {
  const scratch = join(folder, name)
  mkdirSync(join(scratch, 'iso'), { recursive: true })
  for (const file of files) writeFileSync(join(scratch, file), file.repeat(100_000))
  const content: IsoContent = {
    kernelFile: join(scratch, 'kernel'),
    initramfsFile: join(scratch, 'initramfs'),
    grubTemplate: readFileSync('images/iso/grub.cfg', 'utf8'),
    earlyConfig: readFileSync('images/iso/early.cfg', 'utf8'),
    boot,
    console: { port: 'ttyS0', baud: 115_200 },
    baseSha256: sha256('a base'),
  }
  return makeBaseIso(content, tools, join(scratch, 'iso'))
}

/** The pieces of a flash disk, and the files with which a system installs one, as hashes. */
async function flashIn(name: string): Promise<readonly unknown[]> {
  const scratch = join(folder, name)
  const content: FlashContent = {
    kernelFile: join(scratch, 'kernel'),
    initramfsFile: join(scratch, 'initramfs'),
    menuTemplate: readFileSync('images/flash/grub.cfg', 'utf8'),
    earlyConfig: readFileSync('images/flash/early.cfg', 'utf8'),
    ...{ boot: ['bios', 'uefi'], console: { port: 'ttyS0', baud: 115_200 } },
    base: { schema: 1, base_sha256: sha256('a base'), kernel: '6', agent: '0', features: [] },
  }
  const pieces = await baseFlashPieces(content, tools, join(scratch, 'flash'))
  await makeInstallPayload(content, tools, join(scratch, 'payload'), scratch)
  return [
    ...pieces.map(({ offset, bytes }) => [offset, sha256(bytes)]),
    ...Object.values(PAYLOAD).map(file => sha256(readFileSync(join(scratch, file)))),
  ]
}

/** Works as another person on another machine would. */
async function elsewhere<T>(work: () => Promise<T>): Promise<T> {
  const before = { ...process.env }
  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(join(home, '.mtoolsrc'), 'MTOOLS_LOWER_CASE=1\nMTOOLS_NO_VFAT=1\n')
  const umask = process.umask(0o077)
  Object.assign(process.env, { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' })
  Object.assign(process.env, { HOME: home, SOURCE_DATE_EPOCH: '1', MTOOLS_SKIP_CHECK: '1' })
  try {
    return await work()
  } finally {
    process.umask(umask)
    process.env = before
  }
}

withTools.serial(
  'images have the same bytes wherever, whenever and by whom they are made',
  async t => {
    const here = await makeIn({ name: 'one' })
    const flashHere = await flashIn('one')
    // Dates in a FAT count in steps of two seconds.
    await sleep(2100)
    const files = ['initramfs', 'kernel'] as const
    const name = 'another/and deeper'
    await elsewhere(async () => {
      t.is(await sha256File(await makeIn({ name, files })), await sha256File(here))
      t.deepEqual(await flashIn(name), flashHere)
    })
  },
)

withTools.serial('an ISO starts by the firmware that its board names, and no other', async t => {
  for (const boot of [['bios'], ['uefi'], ['bios', 'uefi']] as const) {
    const iso = await makeIn({ name: boot.join('-'), boot })
    await withImage(iso, async image => {
      t.deepEqual(await readBootWays(image), { cd: boot, disk: boot })
      t.is((await openDirectorIso(image)).layout.base_sha256, sha256('a base'))
    })
  }
})

withTools.serial('an ISO that was cut behind its file system is told from a whole one', async t => {
  const iso = readFileSync(await makeIn({ name: 'cut' }))
  await t.notThrowsAsync(openDirectorIso(memoryReader(iso, 'whole.iso')))
  const cut = memoryReader(iso.subarray(0, iso.length - 512), 'cut.iso')
  t.is((await problemOf(() => openDirectorIso(cut))).code, 'image_truncated')
  const stick = join(folder, 'stick')
  copyFileSync(join(folder, 'cut/iso/base.iso'), stick)
  writeFileSync(stick, Buffer.alloc(4096), { flag: 'a' })
  await withImage(stick, async image => t.truthy(await openDirectorIso(image)))
})
