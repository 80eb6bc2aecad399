import type { NodeConfig } from '../../model/node-config.ts'
import type { Source } from '../flash/disk.ts'
import { BLOCK_BYTES, configCell, MANIFEST } from '../flash/disk-layout.ts'
import { encodeStampFiles } from '../flash/encode-stamp.ts'
import type { InstallFacts } from '../flash/install-plan.ts'
import type { Refusal } from '../flash/may-install.ts'
import { decodeSlot, type SlotPiece } from '../flash/slot.ts'
import { utf8Bytes } from '../kernel/text.ts'
import { checkStamp } from '../setup/stamp-check.ts'
import { breathe } from './ask-line.ts'
import { sha256Hex } from './bytes.ts'
import { listNames, readWhole } from './files.ts'
import { isRefusal } from './refuse.ts'

/** All that an installation needs, checked. */
export interface Carried {
  readonly facts: InstallFacts
  readonly kernel: Source
  readonly system: Source
  readonly loader: Uint8Array
  readonly config: NodeConfig
  readonly stamp: Uint8Array
}

const FOLDER = '/install'
const STAMP = '/etc/director'

/** Reads what the loader handed over to be installed, and the stamp of this node. */
export function readCarried(): Carried | Refusal {
  const facts = readFacts()
  if (isRefusal(facts)) return facts
  const node = readNode(facts)
  if (isRefusal(node)) return node
  const kernel = readPiece('vmlinuz', facts.manifest.kernel)
  if (isRefusal(kernel)) return kernel
  const system = readPiece('initramfs.zst', facts.manifest.system)
  if (isRefusal(system)) return system
  const loader = readWhole(`${FOLDER}/loader.bin`)
  if (typeof loader === 'number') return incomplete('loader.bin')
  if (sha256Hex(loader) !== facts.loader_sha256) return incomplete('loader.bin')
  return { facts, ...node, kernel, system, loader }
}

function readFacts(): InstallFacts | Refusal {
  const bytes = readWhole(`${FOLDER}/install.json`)
  if (typeof bytes === 'number') return notCarried
  try {
    const facts = JSON.parse(host.decode(bytes)) as InstallFacts
    const line = utf8Bytes(`${JSON.stringify(facts.manifest)}\n`)
    const head = new Uint8Array(MANIFEST.length)
    head.set(line)
    return facts.schema === 1 && decodeSlot(head).kind === 'manifest'
      ? facts
      : incomplete('install.json')
  } catch {
    return incomplete('install.json')
  }
}

function readNode({ manifest }: InstallFacts): Pick<Carried, 'config' | 'stamp'> | Refusal {
  const optional = (name: string) => {
    const bytes = readWhole(`${STAMP}/${name}`)
    return typeof bytes === 'number' ? undefined : bytes
  }
  const [base, stamp, config] = ['base.json', 'stamp.json', 'node.json'].map(optional)
  const marks = listNames(`${STAMP}/stamp.d`)
  const verdict = checkStamp(
    {
      ...(base === undefined ? {} : { base }),
      ...(stamp === undefined ? {} : { stamp }),
      ...(config === undefined ? {} : { config }),
      marks: typeof marks === 'number' ? [] : marks,
    },
    { sha256: sha256Hex, decode: host.decode },
  )
  if (verdict.kind === 'refused') {
    const { code, expected, found, message, remedy } = verdict.complaint
    return {
      ...{ code, message },
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      remedy: remedy ?? 'stamp the image again',
    }
  }
  if (stamp === undefined || config === undefined) return incomplete('the stamp')
  const own = (JSON.parse(host.decode(stamp)) as { readonly base_sha256: string }).base_sha256
  if (own !== manifest.base_sha256) return incomplete('install.json')
  const { node } = verdict.config
  const encoded = encodeStampFiles({ node: node.name, config, facts: stamp })
  const { length } = configCell('a', 0).stamp
  return encoded.length > length
    ? tooLarge(encoded.length, length)
    : { config: verdict.config, stamp: encoded }
}

/** A file in memory that is written to the disk, with its SHA-256 checked. */
function readPiece(name: string, { length, sha256 }: SlotPiece): Source | Refusal {
  const fd = host.diskOpen(`${FOLDER}/${name}`, 0)
  if (fd < 0) return incomplete(name)
  const bytes = host.diskSize(fd)
  if (Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES !== length) return incomplete(name)
  const whole = new Uint8Array(length)
  const count = host.diskRead(fd, whole.subarray(0, bytes), 0)
  host.close(fd)
  breathe()
  if (count !== bytes || sha256Hex(whole) !== sha256) return incomplete(name)
  breathe()
  return { offset: 0, length, chunk: (at, size) => whole.subarray(at, at + size) }
}

const notCarried: Refusal = {
  code: 'install_not_carried',
  message: 'this start did not bring what an installation needs',
  expected: 'the folder /install, which the loader fills when it is asked to install',
  remedy: 'start again, with "install" in the menu of the CD or of the network boot',
}

const incomplete = (name: string): Refusal => ({
  code: 'install_damaged',
  message: `what is to be installed came incomplete or damaged: ${name}`,
  remedy: 'start again; if it stays so, copy or build the image again',
})

const tooLarge = (found: number, expected: number): Refusal => ({
  code: 'stamp_too_large',
  message: 'the stamp does not fit in the region that a flash disk has for it',
  expected: `at most ${expected} bytes`,
  found: `${found} bytes`,
  remedy: 'write the image of the disk with the tool, which compresses the stamp',
})
