import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeNodeConfig } from '../../src/model/resolve.ts'
import { encodeStamp } from '../../src/stamp/stamp.ts'
import { BASE, sampleIso } from '../stamp/sample.ts'
import { pairOf } from './pair.ts'

export const KERNEL = Buffer.alloc(3_000_000, 'kernel ')
export const SCRIPT = '#!ipxe\necho choose\n:boot\nboot\n'

/** The folder of a build as small as can be: what `director serve` looks at. */
export function writeServedBuild(folder: string): void {
  const place = (path: string, bytes: Uint8Array | string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
    chmodSync(join(folder, path), mode)
  }
  place('base.iso', sampleIso())
  place('iso/fleet.iso', 'all of them', 0o600)
  place('nodes/lb1.json', 'secret', 0o600)
  place('netboot/vmlinuz', KERNEL)
  place('netboot/boot.ipxe', SCRIPT)
  place('netboot/private', 'not for everybody', 0o600)
  for (const config of pairOf()) {
    const { cluster, node } = config
    const bytes = encodeNodeConfig(config)
    const stamp = encodeStamp({ cluster, node: node.name, baseSha256: BASE, config: bytes })
    place(`netboot/nodes/${node.name}.img`, stamp, 0o600)
  }
}
