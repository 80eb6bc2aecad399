import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { labCases } from '../../src/lab/drill/cases.ts'
import type { LabDrillResult } from '../../src/lab/drill/judge.ts'
import {
  askReader,
  type KernelLook,
  kernelOverlap,
  openSpans,
  readerScript,
} from '../../src/lab/drill/kernel-watch.ts'
import { renderResult, renderSum } from '../../src/lab/drill/report.ts'
import { longestGap, longestOf, overlapsOf, spansOf } from '../../src/lab/drill/spans.ts'

/** Looks that take 4 ms, every ten. */
const looksOf = (from_ms: number, open: string): readonly KernelLook[] =>
  Array.from(open, (digit, index) => ({
    asked_ms: from_ms + 10 * index,
    answered_ms: from_ms + 10 * index + 4,
    open: digit,
  }))

test('answers that lie near each other make a span, and a pause begins another', t => {
  t.deepEqual(spansOf([30, 10, 20, 500], 200), [
    { from_ms: 10, to_ms: 30 },
    { from_ms: 500, to_ms: 500 },
  ])
})

test('spans overlap where both are, and one after the other is no overlap', t => {
  const left = [{ from_ms: 0, to_ms: 100 }]
  t.is(longestOf(overlapsOf(left, [{ from_ms: 90, to_ms: 200 }])), 10)
  t.deepEqual(overlapsOf(left, [{ from_ms: 101, to_ms: 200 }]), [])
})

test('the longest gap counts from the beginning and to the end', t => {
  t.is(longestGap([100, 150], 0, 170), 100)
  t.is(longestGap([10, 150], 0, 300), 150)
  t.is(longestGap([], 0, 300), 300)
})

test('a VIP was surely open from the first answer to the last question that say so', t => {
  t.deepEqual(openSpans(looksOf(0, '01110'), 0), [{ from_ms: 14, to_ms: 30 }])
  t.deepEqual(openSpans(looksOf(0, '010'), 0), [{ from_ms: 14, to_ms: 14 }])
  t.deepEqual(openSpans(looksOf(0, '0000'), 0), [])
})

test('two kernels that hold a VIP at once are seen, however their answers come', t => {
  t.is(kernelOverlap([looksOf(0, '111110'), looksOf(0, '000001')], 1), 0)
  t.is(kernelOverlap([looksOf(0, '111110'), looksOf(0, '001111')], 1), 16)
})

/** A reader behind a socket: what it is asked, and a way to answer. */
async function askedReader() {
  const asked: string[] = []
  const looks: KernelLook[] = []
  const socket = new Duplex({
    read: () => undefined,
    write(piece, _, done) {
      asked.push(...`${piece}`.trim().split('\n'))
      done()
    },
  })
  askReader(socket, look => looks.push(look))
  while (asked.length < 8) await sleep(5)
  return { asked, looks, socket }
}

test('a reader is asked again before it answers, but not without end', async t => {
  const { asked, looks, socket } = await askedReader()
  await sleep(100)
  t.deepEqual(asked, ['1', '2', '3', '4', '5', '6', '7', '8'])
  t.deepEqual(looks, [])
  socket.destroy()
})

test('a look lies between its question and its answer; what was asked before is over', async t => {
  const { asked, looks, socket } = await askedReader()
  const before_ms = Date.now()
  for (const line of ['login: 3 1', '4 01\r', '2 11', '99 11', '6 1', '0\r']) {
    socket.push(line === '6 1' ? line : `${line}\n`)
  }
  while (looks.length < 2) await sleep(5)
  t.deepEqual(
    looks.map(({ open }) => open),
    ['01', '10'],
  )
  t.true(looks.every(look => look.asked_ms <= before_ms && look.answered_ms >= before_ms))
  while (asked.length < 12) await sleep(5)
  socket.destroy()
})

test('each instance is compared with itself', t => {
  const left = looksOf(0, '111').map(look => ({ ...look, open: '10' }))
  const right = looksOf(0, '111').map(look => ({ ...look, open: '01' }))
  t.is(kernelOverlap([left, right], 2), 0)
})

test('the reader looks at the device of each instance, by its family', t => {
  const script = readerScript(
    [
      { vrid: 10, interface: 'front', addresses: ['192.0.2.100/24'] },
      { vrid: 11, interface: 'front', addresses: ['2001:db8::100/64'] },
    ],
    'ttyS2',
  )
  t.true(script.includes('vr4.10.$(cat front/ifindex)'))
  t.true(script.includes('vr6.11.$(cat front/ifindex)'))
  t.true(script.includes('stty -F /dev/ttyS2 raw'))
  // The shell of the image takes no longer line.
  t.true(script.length < 700)
})

test('each case has a name of its own', t => {
  const names = labCases.map(({ name }) => name)
  t.is(new Set(names).size, names.length)
})

test('every row that the lab stands for has a case', t => {
  const rows = new Set(labCases.map(({ row }) => row))
  for (const row of [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 22, 26, 27, 29, 35, 51, 58, 60]) {
    t.true(rows.has(row), `row ${row}`)
  }
})

test('a result is told in a line, with the reason below where it failed', t => {
  const result: LabDrillResult = {
    ...{ name: 'power', row: 1, title: 'the active node loses power', verdict: 'held', why: '' },
    ...{ length_ms: 9_000, outage_ms: 2_612, outage_max_ms: 5_109 },
    ...{ kernel_overlap_ms: 0, answer_overlap_ms: 0, overlap_max_ms: 0 },
    looks: { kernel: { lb1: 10, lb2: 10 }, arp_answers: 5, echo_answers: 5 },
    owners: [
      { at_ms: 0, node: 'lb1' },
      { at_ms: 3_200, node: 'lb2' },
    ],
  }
  t.regex(renderResult(result), /^held +2612 ms +5109 ms +0\.0 ms +1 +power +the active node/)
  const failed = { ...result, verdict: 'failed' as const, why: 'nobody answered' }
  t.regex(renderResult(failed), /^FAILED[^\n]*\n +nobody answered$/)
  t.regex(renderSum([result, failed]), /1 held, 1 failed, 0 not tried\npower: .*lb1, at 3\.2 s lb2/)
})
