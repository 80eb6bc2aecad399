import type { Disk } from '../flash/disk.ts'
import type { DiskFacts } from '../flash/may-install.ts'
import { LOOK_BYTES, whatIsOn } from '../flash/what-is-on.ts'
import { asciiText } from '../kernel/text.ts'
import { breathe } from './ask-line.ts'
import { listNames, readWhole } from './files.ts'

// Documentation/ABI/stable/sysfs-block: the size is in units of 512 bytes whatever the disk is.
const SYS = '/sys/block'
const SECTOR_BYTES = 512
// Devices of the kernel's own, and drives that take a disc.
const NO_DISKS = ['loop', 'ram', 'zram', 'sr', 'fd', 'dm-', 'md', 'nbd', 'mtdblock']
// The boot areas of an eMMC and the like are disks beside the one that they belong to.
const NO_DISK_PARTS = ['boot0', 'boot1', 'rpmb']

/** An opened disk; `close` it. */
export interface OpenDisk extends Disk {
  readonly fd: number
}

/** The disks of this machine by name, with what is on them. */
export function listDisks(): readonly DiskFacts[] {
  const names = listNames(SYS)
  if (typeof names === 'number') return []
  return names
    .filter(name => !NO_DISKS.some(start => name.startsWith(start)))
    .filter(name => !NO_DISK_PARTS.some(end => name.endsWith(end)))
    .sort()
    .map(factsOf)
    .filter(({ bytes }) => bytes > 0)
}

function factsOf(name: string): DiskFacts {
  const folder = `${SYS}/${name}`
  const bytes = (Number(wordIn(`${folder}/size`)) || 0) * SECTOR_BYTES
  const model = wordIn(`${folder}/device/model`) || wordIn(`${folder}/device/name`)
  return {
    ...{ name, bytes, model },
    blockBytes: Number(wordIn(`${folder}/queue/logical_block_size`)) || SECTOR_BYTES,
    isReadOnly: wordIn(`${folder}/ro`) === '1',
    content: bytes === 0 ? { kind: 'nothing' } : contentOf(name),
  }
}

function contentOf(name: string): DiskFacts['content'] {
  const disk = openDisk(`/dev/${name}`, false)
  if (typeof disk === 'number') return { kind: 'other', what: 'nobody knows: it cannot be read' }
  const head = disk.read(0, Math.min(LOOK_BYTES, disk.bytes))
  host.close(disk.fd)
  // A disk is slow to wake, and there may be many of them.
  breathe()
  if (typeof head !== 'number') return whatIsOn(head)
  return { kind: 'other', what: 'nobody knows: its beginning cannot be read' }
}

/** Opens a disk, to write to it with nobody else using it; or a positive errno. */
export function openDisk(path: string, writable: boolean): OpenDisk | number {
  const fd = host.diskOpen(path, writable ? 1 : 0)
  if (fd < 0) return -fd
  const bytes = host.diskSize(fd)
  if (bytes < 0) {
    host.close(fd)
    return -bytes
  }
  return {
    ...{ fd, bytes },
    read(offset, length) {
      const into = new Uint8Array(length)
      const count = host.diskRead(fd, into, offset)
      return count < 0 ? -count : count < length ? EIO : into
    },
    write(offset, content) {
      const count = host.diskWrite(fd, content, offset)
      return count < 0 ? -count : count < content.length ? ENOSPC : 0
    },
    flush: () => Math.max(0, -host.diskFlush(fd)),
  }
}

const EIO = 5
const ENOSPC = 28

/** The content of a file of one line without blanks around it; empty where there is none. */
function wordIn(path: string): string {
  const bytes = readWhole(path)
  return typeof bytes === 'number' ? '' : asciiText(bytes).trim()
}

/** The value of a word `name=value` on the kernel's command line. */
export function kernelWord(name: string): string | undefined {
  const words = wordIn('/proc/cmdline').split(' ')
  return words.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1)
}
