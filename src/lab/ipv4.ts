/** An IPv4 address as a number, 0 to 2^32 - 1. */
export function parseAddress(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** The dotted form of an IPv4 address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.')
}

/** A subnet: its first address and the length of its prefix. */
export interface Subnet {
  readonly base: number
  readonly length: number
}

/** The subnet of `192.0.2.11/24`. */
export function subnetOf(prefix: string): Subnet {
  const [address = '', length = '32'] = prefix.split('/')
  const size = 2 ** (32 - Number(length))
  const value = parseAddress(address)
  return { base: value - (value % size), length: Number(length) }
}

/** `192.0.2.0/24`. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.length}`
}

export function contains(subnet: Subnet, address: string): boolean {
  const value = parseAddress(address)
  return value >= subnet.base && value < subnet.base + 2 ** (32 - subnet.length)
}

/** The address part of `192.0.2.11/24`. */
export function withoutLength(prefix: string): string {
  return prefix.split('/')[0] ?? prefix
}

/** The highest host addresses of a subnet that are not in use, from the top down. */
export function freeAddresses(
  subnet: Subnet,
  used: ReadonlySet<string>,
  count: number,
): readonly string[] {
  const found: string[] = []
  const last = subnet.base + 2 ** (32 - subnet.length) - 2
  for (let value = last; value > subnet.base && found.length < count; value -= 1) {
    const text = formatAddress(value)
    if (!used.has(text)) found.push(text)
  }
  return found
}
