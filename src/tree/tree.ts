/**
 * A file tree in memory: path to entry.
 *
 * Paths are relative, without a leading slash or dot: `etc/inittab`. The root itself is not listed.
 * Owners are numbers. There is no time: archives write the time they are given.
 */
export type Tree = ReadonlyMap<string, Entry>

export type Entry = FileEntry | DirectoryEntry | LinkEntry | DeviceEntry

interface Owned {
  /** Permission bits only, for example 0o755. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export interface FileEntry extends Owned {
  readonly kind: 'file'
  readonly content: Uint8Array
}

export interface DirectoryEntry extends Owned {
  readonly kind: 'directory'
}

/** A symbolic link. */
export interface LinkEntry extends Owned {
  readonly kind: 'link'
  readonly target: string
}

export interface DeviceEntry extends Owned {
  readonly kind: 'character' | 'block'
  readonly major: number
  readonly minor: number
}
