/**
 * IPv4 addresses and prefixes. An address is an unsigned 32-bit number in host order.
 *
 * Pure and without regular expressions, so that the agent's engine runs it too.
 */
export interface Prefix {
  /** The address as written, host bits included. */
  readonly address: number
  /** 0 to 32. */
  readonly length: number
}

/** Four decimal numbers from 0 to 255 without leading zeros; anything else: undefined. */
export function parseIpv4(text: string): number | undefined {
  let address = 0
  let octets = 0
  let at = 0
  while (octets < 4) {
    const end = octets === 3 ? text.length : text.indexOf('.', at)
    const octet = end < 0 ? undefined : parseDecimal(text.slice(at, end), 255)
    if (octet === undefined) return undefined
    address = address * 256 + octet
    octets += 1
    at = end + 1
  }
  return address
}

/** An address, a slash and a length from 0 to 32; anything else: undefined. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseIpv4(text.slice(0, slash))
  const length = parseDecimal(text.slice(slash + 1), 32)
  return address === undefined || length === undefined ? undefined : { address, length }
}

/** Four decimal numbers. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** The address as written, a slash and the length. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIpv4(prefix.address)}/${prefix.length}`
}

/** The four bytes in network order. */
export function ipv4Bytes(address: number): readonly [number, number, number, number] {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255]
}

/** 24 gives 255.255.255.0. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
}

/** The first address of the prefix's network. */
export function networkOf(prefix: Prefix): number {
  return (prefix.address & maskOf(prefix.length)) >>> 0
}

/** The last address of the prefix's network. */
export function broadcastOf(prefix: Prefix): number {
  return (prefix.address | (~maskOf(prefix.length) >>> 0)) >>> 0
}

/** Whether an address is in the prefix's network. */
export function contains(prefix: Prefix, address: number): boolean {
  return (address & maskOf(prefix.length)) >>> 0 === networkOf(prefix)
}

/** Whether two networks share an address. */
export function overlaps(left: Prefix, right: Prefix): boolean {
  return left.length <= right.length ? contains(left, right.address) : contains(right, left.address)
}

/** Whether a host may have this address within its network: not its first, not its last. */
export function isHostAddress(prefix: Prefix): boolean {
  if (prefix.length >= 31) return true
  return prefix.address !== networkOf(prefix) && prefix.address !== broadcastOf(prefix)
}

/** Addresses 1.0.0.0 to 223.255.255.255 without loopback: what an interface may have. */
export function isUnicast(address: number): boolean {
  const first = address >>> 24
  return first >= 1 && first <= 223 && first !== 127
}

/** 169.254.0.0/16, RFC 3927. */
export function isLinkLocal(address: number): boolean {
  return address >>> 16 === 0xa9fe
}

function parseDecimal(digits: string, max: number): number | undefined {
  if (digits.length === 0 || digits.length > 3) return undefined
  if (digits.length > 1 && digits.charCodeAt(0) === 48) return undefined
  let value = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value <= max ? value : undefined
}
