import test from 'ava'
import { type RequestRecord, summarizeLoad } from '../../src/lab/load-summary.ts'

const answered = (sentAt_ms: number, server = 'real1', took = 2): RequestRecord => ({
  sentAt_ms,
  endedAt_ms: sentAt_ms + took,
  server,
})
const timedOut = (sentAt_ms: number): RequestRecord => ({
  sentAt_ms,
  endedAt_ms: sentAt_ms + 1_000,
  error: 'timeout',
})

test('answers are counted by real server and failures by reason', t => {
  const summary = summarizeLoad([
    answered(0),
    answered(10, 'real2'),
    answered(20),
    timedOut(30),
    { sentAt_ms: 40, endedAt_ms: 41, error: 'ECONNREFUSED' },
  ])
  t.deepEqual(summary.servers, { real1: 2, real2: 1 })
  t.deepEqual(summary.errors, { timeout: 1, ECONNREFUSED: 1 })
  t.is(summary.sent, 5)
  t.is(summary.answered, 3)
  t.is(summary.failed, 2)
})

test('the outage lasts from the first request that failed to the next answer', t => {
  const summary = summarizeLoad([
    answered(0),
    answered(100),
    timedOut(200),
    timedOut(1_200),
    answered(2_200, 'real1', 5),
    answered(2_300),
  ])
  t.is(summary.outage_ms, 2_005)
  t.is(summary.longestGap_ms, 2_103)
  t.is(summary.longestGapAt_ms, 102)
})

test('an answer that was on its way when another request failed does not end the outage', t => {
  const summary = summarizeLoad([timedOut(100), answered(50, 'real1', 100), answered(400)])
  t.is(summary.outage_ms, 302)
})

test('a service that does not come back is away until the last failure', t => {
  t.is(summarizeLoad([answered(0), timedOut(100), timedOut(200)]).outage_ms, 1_100)
})

test('without a failure there is no outage', t => {
  const { outage_ms, longestGap_ms } = summarizeLoad([answered(0), answered(20), answered(60)])
  t.is(outage_ms, 0)
  t.is(longestGap_ms, 40)
})

test('a load without any request has no figures', t => {
  t.is(summarizeLoad([]).latency_ms.p99, 0)
})

test('latencies are of answers alone', t => {
  const records = [...Array.from({ length: 99 }, (_, index) => answered(index * 10)), timedOut(2)]
  const { median, p99 } = summarizeLoad([...records, answered(5_000, 'real1', 40)]).latency_ms
  t.is(median, 2)
  t.is(p99, 40)
})
