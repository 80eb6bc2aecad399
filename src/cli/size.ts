/** A number of bytes as a person reads it, for example `12.1 MB` (a million bytes each). */
export function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
