import type { Steps } from '../kit/steps.ts'
import type { Board } from '../model/board.ts'
import type { Tree } from '../tree/tree.ts'

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

export interface BaseRequest {
  readonly board: Board
  /** Package names that the operator adds (`packages:`), with the paths to take; none: all of them. */
  readonly packages: readonly { readonly name: string; readonly paths?: readonly string[] }[]
  readonly steps: Steps
}

/** Programs that make images, run from the private root so that the host's versions do not matter. */
export interface Toolbox {
  /**
   * Runs a tool to its end.
   *
   * @param tool its name in the recipe, for example `xorriso`
   * @returns standard output
   * @throws ProblemError when it exits with another code than 0, with its last lines
   */
  run(tool: string, args: readonly string[], options?: ToolOptions): Promise<Uint8Array>
  /** Absolute path of a file that a tool package brings, for example `usr/lib/grub/i386-pc`. */
  path(inside: string): string
  /** SHA-256 over the versions of all tools; hexadecimal. */
  readonly digest: string
}

export interface ToolOptions {
  readonly input?: Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}
