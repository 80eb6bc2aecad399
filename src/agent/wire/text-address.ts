// Addresses as people write them, and as the wire has them.
import { fromHex, toHex } from './bytes.ts'
import { formatIpv6, parseIpv6 } from './ipv6.ts'

/** The 4 bytes of an address that node.json's schema has already accepted. */
export function encodeIpv4(address: string): Uint8Array {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || !parts.every(part => part >= 0 && part <= 255 && part % 1 === 0)) {
    throw new Error(`no IPv4 address: ${address}`)
  }
  return new Uint8Array(parts)
}

/** From 4 bytes. */
export const decodeIpv4 = (bytes: Uint8Array): string => bytes.join('.')

/** The 4 or 16 bytes of an address that node.json's schema has already accepted. */
export function encodeAddress(address: string): Uint8Array {
  if (address.indexOf(':') < 0) return encodeIpv4(address)
  const bytes = fromHex(parseIpv6(address) ?? '')
  if (bytes?.length !== 16) throw new Error(`no IPv6 address: ${address}`)
  return bytes
}

/** From 4 or 16 bytes. */
export const decodeAddress = (bytes: Uint8Array): string =>
  bytes.length === 4 ? decodeIpv4(bytes) : formatIpv6(toHex(bytes))

/** `192.0.2.1/24` as bytes and a prefix length; without a slash it is that of one address. */
export function encodePrefix(prefix: string): {
  readonly address: Uint8Array
  readonly prefixLength: number
} {
  const [text = '', length] = prefix.split('/')
  const address = encodeAddress(text)
  return { address, prefixLength: length === undefined ? address.length * 8 : Number(length) }
}

/** Lower case, with colons, of any length. */
export const decodeMac = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':')
