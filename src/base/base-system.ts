import type { Steps } from '../kit/steps.ts'
import type { Board } from '../model/board.ts'
import type { Tree } from '../tree/tree.ts'
import type { LockedPackage, LockedSource } from './lock.ts'

/** A kernel and a user land as a tree, with nothing of a cluster or a node in it. */
export interface BaseSystem {
  readonly kind: 'debian' | 'buildroot'
  readonly kernel: { readonly version: string; readonly image: Uint8Array }
  /** User land, libraries, kernel modules and firmware. No overlay, no agent. */
  readonly tree: Tree
  readonly packages: readonly PackageFact[]
  /** SHA-256 of everything that the tree and the kernel were made from; hexadecimal. */
  readonly digest: string
}

/** A base system that is named but not yet loaded: what is keyed by its digest need not wait. */
export interface OpenedBase {
  readonly digest: string
  /** Makes the tree, or takes it from the cache. */
  load(): Promise<BaseSystem>
}

/** One package of which at least one file went in. */
export interface PackageFact {
  readonly name: string
  readonly version: string
  /** Of the package file. */
  readonly sha256: string
  readonly source: { readonly name: string; readonly version: string }
  /** Paths in the tree that came from it. */
  readonly paths: readonly string[]
}

/** Where packages may come from, for everything that reads the lock. */
export interface ArchiveRequest {
  /**
   * Root of a Debian mirror, for example `http://mirror.example/debian`; absent: the host's own.
   */
  readonly mirror?: string
  /** Refuse versions other than those of the lock. */
  readonly locked: boolean
  readonly steps: Steps
}

export interface BaseRequest extends ArchiveRequest {
  readonly board: Board
  /**
   * Package names that the operator adds (`packages:`), with the paths to take; none: all of them.
   */
  readonly packages: readonly OperatorPackage[]
}

export interface OperatorPackage {
  readonly name: string
  /** Files or folders inside the package, for example `usr/sbin/tcpdump`. */
  readonly paths?: readonly string[]
}

export type ToolSection =
  | 'tools'
  | 'loaders'
  | 'agent-toolchain'
  | 'sanitizers'
  | 'lab'
  | 'lab-bookworm'

/** Programs of one section, run from the private root so that the host's versions do not matter. */
export interface Toolbox {
  /**
   * SHA-256 over all that is unpacked in the root; hexadecimal. Known before anything is unpacked.
   */
  readonly digest: string
  /** What is unpacked in the root. */
  readonly packages: readonly LockedPackage[]
  /**
   * Runs a tool to its end, with an environment of its own (`LC_ALL=C`, `TZ=UTC`).
   *
   * @param tool its name in the recipe, for example `xorriso`
   * @returns standard output
   * @throws ProblemError when it exits with another code than 0, with its last lines
   */
  run(tool: string, args: readonly string[], options?: ToolOptions): Promise<Uint8Array>
  /** The words that start a tool, for callers that spawn it themselves; their arguments follow. */
  command(tool: string): Promise<readonly string[]>
  /** Absolute path of a file that a package brings, for example `usr/lib/grub/i386-pc`. */
  path(inside: string): Promise<string>
}

export interface ToolOptions {
  readonly input?: Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A source package as the archive has it. */
export interface SourcePackage {
  readonly name: string
  readonly version: string
  /** SHA-256 over its files; hexadecimal. */
  readonly digest: string
  readonly locked: LockedSource
  /** The upstream tree without its top folder; the archive's patches are not applied. */
  load(): Promise<Tree>
}
