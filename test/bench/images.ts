import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Topic } from './figure.ts'
import { director, MB, PAIR } from './tool.ts'

const ELF = 'agent ELF, stripped'
const INITRAMFS = 'initramfs'
const ISO = 'ISO with the packaged kernel'

/** Sizes on disk of what a build of the example pair makes. */
export const images: Topic = {
  name: 'images',
  figures: [ELF, INITRAMFS, ISO],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    try {
      const elf = join(folder, 'directord')
      await director(['agent', '--out', elf])
      await director(['build', PAIR, '--out', folder])
      const size = (path: string) => statSync(join(folder, path)).size / MB
      const common = { issue: 2, unit: 'MB' }
      return [
        { ...common, figure: ELF, ours: size('directord'), bar: 1.2 },
        { ...common, figure: INITRAMFS, ours: size('pair/netboot/initramfs.zst'), bar: 12 },
        { ...common, figure: ISO, ours: size('pair/iso/lb1.iso'), bar: 28 },
      ]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}
