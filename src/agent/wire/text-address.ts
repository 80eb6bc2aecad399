// Addresses as people write them, and as the wire has them.

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

/** `192.0.2.1/24` as bytes and a prefix length; without a slash the length is 32. */
export function encodePrefix(prefix: string): {
  readonly address: Uint8Array
  readonly prefixLength: number
} {
  const [address = '', length = '32'] = prefix.split('/')
  return { address: encodeIpv4(address), prefixLength: Number(length) }
}

/** Lower case, with colons, of any length. */
export const decodeMac = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':')
