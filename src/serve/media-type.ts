/** Media types by the end of a name; UEFI 2.10, section 24.7, wants its own for what it starts. */
const TYPES: Readonly<Record<string, string>> = {
  conf: 'text/plain; charset=utf-8',
  efi: 'application/efi',
  ipxe: 'text/plain; charset=utf-8',
  iso: 'application/vnd.efi-iso',
  json: 'application/json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  zst: 'application/zstd',
}

/** The media type of a file by its name. */
export function typeOf(path: string): string {
  return TYPES[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''] ?? 'application/octet-stream'
}
