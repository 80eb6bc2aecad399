// Netlink attributes, struct nlattr in include/uapi/linux/netlink.h: length and type as u16, the
// value, padding to 4 bytes. Numbers are in host byte order except where a name says big endian.

/** An attribute to encode: a value, or attributes nested in it. */
export interface Attribute {
  readonly type: number
  readonly value: Uint8Array | readonly Attribute[]
}

/** Attributes of one level by type. Of a repeated type the last counts, as in the kernel. */
export type Attributes = ReadonlyMap<number, Uint8Array>

const HEADER = 4
const NLA_F_NESTED = 0x8000
// NLA_F_NESTED | NLA_F_NET_BYTEORDER are flags beside the type.
const TYPE_MASK = 0x3fff

export const nest = (type: number, ...value: readonly Attribute[]): Attribute => ({ type, value })
export const bytesOf = (type: number, value: Uint8Array): Attribute => ({ type, value })
export const u8 = (type: number, value: number) => number(type, 1, value, true)
export const u16 = (type: number, value: number) => number(type, 2, value, true)
export const u32 = (type: number, value: number) => number(type, 4, value, true)
export const be16 = (type: number, value: number) => number(type, 2, value, false)
export const be32 = (type: number, value: number) => number(type, 4, value, false)
/** Zero only: counters are reset, never set. */
export const zero64 = (type: number): Attribute => ({ type, value: new Uint8Array(8) })

/** A string with its closing zero. ASCII: kernel names are. */
export function text(type: number, content: string): Attribute {
  const value = new Uint8Array(content.length + 1)
  for (let at = 0; at < content.length; at++) value[at] = content.charCodeAt(at)
  return { type, value }
}

/** Attributes one after the other, each padded to 4 bytes. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const bytes = new Uint8Array(attributes.reduce((sum, each) => sum + paddedLength(each), 0))
  write(bytes, new DataView(bytes.buffer), 0, attributes)
  return bytes
}

/**
 * Undefined: malformed, a length is too short or points past the end.
 *
 * @param wanted the types to keep: a link has fifty, of which a reader needs a few
 */
export function decodeAttributes(
  bytes: Uint8Array,
  wanted?: ReadonlySet<number>,
): Attributes | undefined {
  const list = decodeAttributeList(bytes, wanted)
  return list && new Map(list)
}

/** As `decodeAttributes`, keeping the order and the repetitions. */
export function decodeAttributeList(
  bytes: Uint8Array,
  wanted?: ReadonlySet<number>,
): (readonly [type: number, value: Uint8Array])[] | undefined {
  const list: [number, Uint8Array][] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length) {
    if (at + HEADER > bytes.length) return undefined
    const length = view.getUint16(at, true)
    if (length < HEADER || at + length > bytes.length) return undefined
    const type = view.getUint16(at + 2, true) & TYPE_MASK
    if (wanted === undefined || wanted.has(type)) {
      list.push([type, bytes.subarray(at + HEADER, at + length)])
    }
    at += (length + 3) & ~3
  }
  return list
}

export const asU8 = (value: Uint8Array | undefined) => asNumber(value, 1, true)
export const asU16 = (value: Uint8Array | undefined) => asNumber(value, 2, true)
export const asU32 = (value: Uint8Array | undefined) => asNumber(value, 4, true)
export const asBe16 = (value: Uint8Array | undefined) => asNumber(value, 2, false)
export const asBe32 = (value: Uint8Array | undefined) => asNumber(value, 4, false)

/** A 64-bit counter in network order. Past 2^53 it is rounded. */
export function asBe64(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 8) return undefined
  const view = viewOf(value)
  return view.getUint32(0, false) * 0x1_0000_0000 + view.getUint32(4, false)
}

/** Up to the closing zero, or to the end where there is none. */
export function asText(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined
  let content = ''
  for (const byte of value) {
    if (byte === 0) break
    content += String.fromCharCode(byte)
  }
  return content
}

/** Attributes nested in a value; an absent one is undefined too. */
export function asNest(value: Uint8Array | undefined): Attributes | undefined {
  return value && decodeAttributes(value)
}

function number(type: number, length: 1 | 2 | 4, content: number, little: boolean): Attribute {
  const value = new Uint8Array(length)
  const view = new DataView(value.buffer)
  if (length === 1) view.setUint8(0, content)
  else if (length === 2) view.setUint16(0, content, little)
  else view.setUint32(0, content, little)
  return { type, value }
}

function asNumber(
  value: Uint8Array | undefined,
  length: 1 | 2 | 4,
  little: boolean,
): number | undefined {
  if (value?.length !== length) return undefined
  const view = viewOf(value)
  if (length === 1) return view.getUint8(0)
  return length === 2 ? view.getUint16(0, little) : view.getUint32(0, little)
}

const viewOf = (value: Uint8Array) => new DataView(value.buffer, value.byteOffset, value.byteLength)

const paddedLength = (attribute: Attribute): number => (valueLength(attribute) + HEADER + 3) & ~3

const valueLength = ({ value }: Attribute): number =>
  value instanceof Uint8Array
    ? value.length
    : value.reduce((sum, inner) => sum + paddedLength(inner), 0)

function write(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  attributes: readonly Attribute[],
): number {
  let at = from
  for (const { type, value } of attributes) {
    const start = at
    if (value instanceof Uint8Array) {
      view.setUint16(start + 2, type, true)
      bytes.set(value, start + HEADER)
      at += HEADER + value.length
    } else {
      view.setUint16(start + 2, type | NLA_F_NESTED, true)
      at = write(bytes, view, start + HEADER, value)
    }
    view.setUint16(start, at - start, true)
    at = (at + 3) & ~3
  }
  return at
}
