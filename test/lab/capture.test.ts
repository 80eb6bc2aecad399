import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  advertOf,
  arpClaim,
  CAPTURE_START,
  captureEnd,
  decodeFrames,
  readFrames,
} from '../../src/lab/capture.ts'

// Frames as directors send them, after RFC 826 and RFC 9568.
const ANSWER =
  '525400b20001 00005e00010a 0806 0001 0800 0604 0002 00005e00010a c0000264 525400b20001 c0000201'
const GRATUITOUS =
  'ffffffffffff 00005e00010a 0806 0001 0800 0604 0001 00005e00010a c0000264 000000000000 c0000264'
const QUESTION =
  'ffffffffffff 525400d10101 0806 0001 0800 0604 0001 525400d10101 c000020b 000000000000 c0000201'
const ADVERT =
  '01005e000012 00005e00010a 0800 45c000200000000 0ff70 0000 c000020b e0000012 310ac801 00640000 c0000264'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const frame = (hex: string) => ({ at_us: 0, bytes: bytesOf(hex) })

function record(hex: string, seconds: number, microseconds: number): Buffer {
  const bytes = bytesOf(hex)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(seconds, 0)
  head.writeUInt32LE(microseconds, 4)
  head.writeUInt32LE(bytes.length, 8)
  head.writeUInt32LE(bytes.length, 12)
  return Buffer.concat([head, bytes])
}

test('an ARP answer claims an address for a MAC', t => {
  t.deepEqual(arpClaim(frame(ANSWER)), {
    at_us: 0,
    address: '192.0.2.100',
    mac: '00:00:5e:00:01:0a',
    isGratuitous: false,
  })
})

test('a gratuitous ARP is a claim that nobody asked for', t => {
  t.like(arpClaim(frame(GRATUITOUS)), { address: '192.0.2.100', isGratuitous: true })
})

test('a question claims nothing, nor does another protocol or half a frame', t => {
  t.is(arpClaim(frame(QUESTION)), undefined)
  t.is(arpClaim(frame(ADVERT)), undefined)
  t.is(arpClaim({ at_us: 0, bytes: bytesOf(ANSWER).subarray(0, 40) }), undefined)
})

test('an advert tells its VRID and priority', t => {
  t.deepEqual(advertOf(frame(ADVERT)), { vrid: 10, priority: 200 })
  t.is(advertOf(frame(ANSWER)), undefined)
})

test('frames are read with the time at which they were sent', t => {
  const { frames, length } = decodeFrames(
    Buffer.concat([record(ANSWER, 1, 5), record(ADVERT, 2, 7)]),
  )
  t.deepEqual(
    frames.map(({ at_us }) => at_us),
    [1_000_005, 2_000_007],
  )
  t.deepEqual(Uint8Array.from(frames[1]?.bytes ?? []), bytesOf(ADVERT))
  t.is(length, 16 + bytesOf(ANSWER).length + 16 + bytesOf(ADVERT).length)
})

test('a record that is still being written is left for the next time', t => {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'))
  const file = join(folder, 'lb1.front.pcap')
  const whole = Buffer.concat([Buffer.alloc(CAPTURE_START), record(ANSWER, 1, 0)])
  const next = record(ADVERT, 2, 0)
  try {
    t.deepEqual(readFrames(file), { frames: [], next: CAPTURE_START })
    writeFileSync(file, Buffer.concat([whole, next.subarray(0, 20)]))
    const first = readFrames(file)
    t.is(first.frames.length, 1)
    t.is(first.next, whole.length)
    writeFileSync(file, Buffer.concat([whole, next]))
    t.is(readFrames(file, first.next).frames[0]?.at_us, 2_000_000)
    t.is(captureEnd(file), whole.length + next.length)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
