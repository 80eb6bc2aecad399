import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const EMPTY = join(import.meta.dirname, '../fixtures/xfs/empty.txt')

/** A mounted file system whose files can share their blocks. `close` must be called. */
export interface MountedXfs {
  readonly folder: string
  close(): void
}

/** Mounts an empty XFS of 300 MiB: needs root, a loop device, and XFS in the kernel. */
export function mountXfs(): MountedXfs {
  const parent = mkdtempSync(join(tmpdir(), 'director-xfs-'))
  const [image, folder] = [join(parent, 'image'), join(parent, 'mounted')]
  mkdirSync(folder)
  writeEmpty(image)
  // Several at once have one UUID.
  execFileSync('mount', ['-t', 'xfs', '-o', 'loop,nouuid', image, folder])
  return {
    folder,
    close() {
      execFileSync('umount', [folder])
      rmSync(parent, { recursive: true })
    },
  }
}

function writeEmpty(image: string): void {
  const lines = readFileSync(EMPTY, 'utf8').split('\n')
  const size = Number(/of (\d+) bytes/.exec(lines[0] ?? '')?.[1])
  const file = openSync(image, 'w')
  for (const line of lines.slice(1).filter(each => each !== '')) {
    const [offset, bytes = ''] = line.split(' ')
    const block = gunzipSync(Buffer.from(bytes, 'base64'))
    writeSync(file, block, 0, block.length, Number(offset))
  }
  writeSync(file, Buffer.alloc(1), 0, 1, size - 1)
  closeSync(file)
}
