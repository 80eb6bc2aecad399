import test from 'ava'
import { createLineDirection } from '../../src/lab/line.ts'
import { fc } from '../support/fast-check.ts'

const never = () => 1
const bytes = (count: number, first = 0) =>
  Uint8Array.from({ length: count }, (_, index) => (first + index) & 255)
// At 9600 bits per second a byte takes 1041.67 us.
const BAUD = 9_600
const BYTE_US = 10_000_000 / BAUD

test('a byte arrives when its stop bit has passed, not before', t => {
  const line = createLineDirection(BAUD, never)
  line.accept(bytes(1), 0)
  t.is(line.deliver(BYTE_US - 1).length, 0)
  t.deepEqual(line.deliver(BYTE_US), bytes(1))
  t.is(line.nextAt_us(), undefined)
})

test('a burst takes as long as its bytes', t => {
  const line = createLineDirection(BAUD, never)
  line.accept(bytes(960), 0)
  t.is(line.deliver(500_000).length, 480)
  t.is(line.waiting(), 480)
  t.is(line.deliver(1_000_000).length, 480)
})

test('bytes behind others wait until the line is free', t => {
  const line = createLineDirection(BAUD, never)
  line.accept(bytes(10), 0)
  line.accept(bytes(1, 10), BYTE_US)
  t.deepEqual(line.deliver(10 * BYTE_US), bytes(10))
  t.is(Math.round(line.nextAt_us() ?? 0), Math.round(11 * BYTE_US))
  t.deepEqual(line.deliver(11 * BYTE_US), bytes(1, 10))
})

test('after a pause the line starts anew', t => {
  const line = createLineDirection(BAUD, never)
  line.accept(bytes(1), 0)
  line.deliver(BYTE_US)
  line.accept(bytes(1), 1_000_000)
  t.is(line.deliver(1_000_000 + BYTE_US - 1).length, 0)
  t.is(line.deliver(1_000_000 + BYTE_US).length, 1)
})

test('a cut line delivers nothing, and what was on its way is lost', t => {
  const line = createLineDirection(BAUD, never)
  line.accept(bytes(4), 0)
  line.setFault({ cut: true })
  t.is(line.deliver(4 * BYTE_US).length, 0)
  line.setFault({})
  line.accept(bytes(2, 7), 1_000_000)
  t.deepEqual(line.deliver(2_000_000), bytes(2, 7))
})

test('noise turns one bit of the bytes that chance picks', t => {
  const chances = [0.05, 0, 0.5, 0.05, 0.999]
  const line = createLineDirection(BAUD, () => chances.shift() ?? 1)
  line.setFault({ noise: 0.1 })
  line.accept(Uint8Array.of(0, 0, 0), 0)
  // Chance, then the bit: the first byte's lowest, the third's highest.
  t.deepEqual(line.deliver(1_000_000), Uint8Array.of(1, 0, 128))
})

test('whatever the calls, bytes keep their order and never exceed the rate', t => {
  const calls = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 90_000 })),
  )
  fc.assert(
    fc.property(calls, steps => {
      const line = createLineDirection(BAUD, never)
      const [sent, received]: number[][] = [[], []]
      let now = 0
      for (const [count, wait] of steps) {
        const piece = bytes(count, sent?.length ?? 0)
        line.accept(piece, now)
        sent?.push(...piece)
        now += wait
        received?.push(...line.deliver(now))
        if ((received?.length ?? 0) > now / BYTE_US + 1e-6) return false
      }
      received?.push(...line.deliver(now + 1e9))
      return JSON.stringify(sent) === JSON.stringify(received)
    }),
  )
  t.pass()
})
