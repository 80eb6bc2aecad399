import type { ImageReader } from '../stamp/image-reader.ts'

/** What a file of a netboot tree says of itself. */
export interface NetworkFile {
  readonly kind: 'script' | 'dnsmasq' | 'loader'
  readonly facts: Readonly<Record<string, unknown>>
}

const TEXT_BYTES_MAX = 4 << 20
// The machine of a PE file: Microsoft's specification, section 3.3.1.
const X86_64 = 0x8664

/** Tells an iPXE script, a dnsmasq snippet and a loader; undefined for anything else. */
export async function inspectNetworkFile(
  image: ImageReader,
  head: Buffer,
): Promise<NetworkFile | undefined> {
  const text = head.toString('latin1')
  if (text.startsWith('#!ipxe')) return { kind: 'script', facts: scriptFacts(await whole(image)) }
  if (/^dhcp-/m.test(text) || /^# .*\bdnsmasq\b/.test(text)) {
    return { kind: 'dnsmasq', facts: dnsmasqFacts(await whole(image)) }
  }
  const firmware = loaderFirmware(head)
  return firmware === undefined ? undefined : { kind: 'loader', facts: { firmware } }
}

async function whole(image: ImageReader): Promise<string> {
  return (await image.read(0, Math.min(image.size, TEXT_BYTES_MAX))).toString('utf8')
}

const once = (values: readonly (string | undefined)[]) =>
  [...new Set(values.filter(value => value !== undefined))].sort()

function scriptFacts(text: string): NetworkFile['facts'] {
  const found = [...text.matchAll(/set node ([\w.-]+)/g)].map(([, name]) => name)
  const macs = text.match(/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g) ?? []
  return { lines: text.split('\n').length - 1, nodes: once(found), macs: once(macs) }
}

function dnsmasqFacts(text: string): NetworkFile['facts'] {
  const settings = text.split('\n').filter(line => /^[a-z]/.test(line))
  return {
    settings: settings.length,
    macs: once(text.match(/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g) ?? []),
  }
}

/** Which firmware a program is for: UEFI starts PE files, PXE in a BIOS enters at 07c0:0000. */
function loaderFirmware(head: Buffer): string | undefined {
  if (head.length > 64 && head.toString('latin1', 0, 2) === 'MZ') {
    const at = head.readUInt32LE(0x3c)
    const isPe = at + 6 <= head.length && head.toString('latin1', at, at + 4) === 'PE\0\0'
    return isPe && head.readUInt16LE(at + 4) === X86_64 ? 'UEFI, x86_64' : undefined
  }
  // Its first instruction is a far jump into its own segment.
  return head[0] === 0xea && head.length > 5 && head.readUInt16LE(3) === 0x07c0 ? 'BIOS' : undefined
}
