import test from 'ava'
import {
  type Attribute,
  asBe16,
  asBe32,
  asBe64,
  asNest,
  asText,
  asU8,
  asU16,
  asU32,
  be16,
  be32,
  bytesOf,
  decodeAttributeList,
  decodeAttributes,
  encodeAttributes,
  nest,
  text,
  u8,
  u16,
  u32,
} from '../../../src/agent/wire/netlink-attributes.ts'
import { fc } from '../../support/fast-check.ts'

const type = fc.integer({ min: 1, max: 0x3fff })
const flat = fc.tuple(type, fc.uint8Array({ maxLength: 20 }))

test('attributes come back in their order, with their repetitions', t => {
  fc.assert(
    fc.property(fc.array(flat, { maxLength: 6 }), list => {
      const bytes = encodeAttributes(list.map(([kind, value]) => bytesOf(kind, value)))
      t.is(bytes.length % 4, 0)
      const back = decodeAttributeList(bytes)?.map(([kind, value]) => [
        kind,
        Uint8Array.from(value),
      ])
      t.deepEqual(back, list)
    }),
  )
})

test('attributes nested to any depth come back', t => {
  const { tree } = fc.letrec<{ tree: Attribute }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      flat.map(([kind, value]) => bytesOf(kind, value)),
      fc
        .tuple(type, fc.array(tie('tree'), { maxLength: 3 }))
        .map(([kind, list]) => nest(kind, ...list)),
    ),
  }))
  const isSame = (bytes: Uint8Array, attributes: readonly Attribute[]): boolean => {
    const list = decodeAttributeList(bytes) ?? []
    return (
      list.length === attributes.length &&
      attributes.every(({ type: kind, value }, at) => {
        const [foundKind, found = new Uint8Array(0)] = list[at] ?? []
        if (foundKind !== kind) return false
        return value instanceof Uint8Array
          ? Buffer.from(found).equals(Buffer.from(value))
          : isSame(found, value)
      })
    )
  }
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), attributes =>
      isSame(encodeAttributes(attributes), attributes),
    ),
  )
  t.pass()
})

test('numbers have the byte order that their name says', t => {
  const value = (attribute: Attribute) => decodeAttributes(encodeAttributes([attribute]))?.get(1)
  t.deepEqual(encodeAttributes([u16(1, 0x1234)]).slice(4, 6), new Uint8Array([0x34, 0x12]))
  t.deepEqual(encodeAttributes([be16(1, 0x1234)]).slice(4, 6), new Uint8Array([0x12, 0x34]))
  t.is(asU8(value(u8(1, 200))), 200)
  t.is(asU16(value(u16(1, 0xfffe))), 0xfffe)
  t.is(asU32(value(u32(1, 0xffff_fffe))), 0xffff_fffe)
  t.is(asBe16(value(be16(1, 80))), 80)
  t.is(asBe32(value(be32(1, 0xffff_fffe))), 0xffff_fffe)
  t.is(asBe64(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 2])), 0x1_0000_0002)
})

test('a value of another length is no number', t => {
  t.is(asU32(new Uint8Array(3)), undefined)
  t.is(asU16(undefined), undefined)
  t.is(asBe64(new Uint8Array(4)), undefined)
})

test('a text ends at its zero, or where the value ends', t => {
  t.is(asText(decodeAttributes(encodeAttributes([text(3, 'vr4.10.2')]))?.get(3)), 'vr4.10.2')
  t.is(asText(new Uint8Array([0x61, 0x62])), 'ab')
  t.is(asText(undefined), undefined)
})

test('a length that is too short or too long makes the whole level malformed', t => {
  t.is(decodeAttributes(new Uint8Array([3, 0, 1, 0])), undefined)
  t.is(decodeAttributes(new Uint8Array([9, 0, 1, 0, 1, 2, 3, 4])), undefined)
  t.is(decodeAttributes(new Uint8Array([5, 0, 1])), undefined)
  t.is(asNest(new Uint8Array([1, 0, 0, 0])), undefined)
})

test('random bytes are decoded or refused, never thrown at', t => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), bytes => void decodeAttributes(bytes)))
  t.pass()
})
