import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '../pack/manifest.ts'

/** Which package a file of the image came from, as far as a manifest says it. */
export interface Origins {
  readonly packageOf: ReadonlyMap<string, string>
  readonly versions: ReadonlyMap<string, string>
}

/** Reads the first manifest.json in some folders; without one nothing is known. */
export async function readOrigins(folders: readonly string[]): Promise<Origins> {
  for (const folder of folders) {
    const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').then(parse, () => null)
    if (!Array.isArray(manifest?.files) || !Array.isArray(manifest.packages)) continue
    const kernel = manifest.packages.find(({ name }) => name.startsWith('linux-image-'))
    return {
      packageOf: new Map([
        ...manifest.files.map(({ path, from }) => [path, originName(from)] as const),
        ...(kernel === undefined ? [] : KERNELS.map(path => [path, kernel.name] as const)),
      ]),
      versions: new Map(manifest.packages.map(({ name, version }) => [name, version])),
    }
  }
  return { packageOf: new Map(), versions: new Map() }
}

// Where an ISO and a slot of a flash disk have it.
const KERNELS = ['boot/vmlinuz', 'kernel']

const NAMES: Readonly<Record<string, string>> = {
  agent: 'director agent',
  overlay: 'overlay',
  recipe: 'links and folders of the recipe',
  'files:': 'files of the operator',
}

const originName = (from: string) => NAMES[from] ?? from

function parse(text: string): Partial<Manifest> | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
