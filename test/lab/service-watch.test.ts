import test from 'ava'
import type { RequestRecord } from '../../src/lab/load-summary.ts'
import { createServiceWatch } from '../../src/lab/service-watch.ts'

const answered = (sentAt_ms: number, server = 'real1'): RequestRecord => ({
  ...{ sentAt_ms, endedAt_ms: sentAt_ms + 2, server },
})
const failed = (sentAt_ms: number): RequestRecord => ({
  ...{ sentAt_ms, endedAt_ms: sentAt_ms + 1_000, error: 'timeout' },
})

test('a steady service is no news', t => {
  const watch = createServiceWatch('192.0.2.100')
  const records = [answered(0), answered(100, 'real2'), answered(200)]
  const first = watch.observe({ owners: ['lb1'], records, time: '12:00:01' })
  t.deepEqual(first.news, [])
  t.is(first.state, '192.0.2.100 at lb1 | 3 requests/s ok (real1 2, real2 1), 0 failed')
})

test('a takeover is news with both names, and the outage is told when it is over', t => {
  const watch = createServiceWatch('192.0.2.100')
  watch.observe({ owners: ['lb1'], records: [answered(0)], time: '12:00:01' })
  const gone = watch.observe({ owners: [], records: [failed(1_000)], time: '12:00:02' })
  t.deepEqual(gone.news, [
    '12:00:02 192.0.2.100 is at nobody, was at lb1',
    '12:00:02 requests fail',
  ])
  const quiet = watch.observe({ owners: [], records: [failed(1_500)], time: '12:00:03' })
  t.deepEqual(quiet.news, [])
  const back = watch.observe({ owners: ['lb2'], records: [answered(4_298)], time: '12:00:04' })
  t.deepEqual(back.news, [
    '12:00:04 192.0.2.100 is at lb2, was at nobody',
    '12:00:04 answered again: away for 3.30 s, 2 requests failed',
  ])
})

test('a second without any request that ended is no return', t => {
  const watch = createServiceWatch('192.0.2.100')
  watch.observe({ owners: ['lb1'], records: [failed(0)], time: '12:00:01' })
  t.deepEqual(watch.observe({ owners: ['lb1'], records: [], time: '12:00:02' }).news, [])
})

test('two owners are told as two', t => {
  const watch = createServiceWatch('192.0.2.100')
  watch.observe({ owners: ['lb1'], records: [], time: '12:00:01' })
  const { news } = watch.observe({ owners: ['lb1', 'lb2'], records: [], time: '12:00:02' })
  t.deepEqual(news, ['12:00:02 192.0.2.100 is at lb1 AND lb2, was at lb1'])
})
