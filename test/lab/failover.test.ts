import test from 'ava'
import { activeDown_ms, outageLimit, renderLoad } from '../../src/lab/failover.ts'
import { summarizeLoad } from '../../src/lab/load-summary.ts'
import { pairOf } from '../support/pair.ts'

test('Active_Down_Interval is three adverts and the skew of the priority', t => {
  t.is(activeDown_ms({ advert_interval_ms: 1_000, priority: 100 }), 3_609.375)
  t.is(activeDown_ms({ advert_interval_ms: 1_000, priority: 200 }), 3_218.75)
  t.is(activeDown_ms({ advert_interval_ms: 100, priority: 254 }), 300.78125)
})

test('the limit is that of the node that is left', t => {
  t.is(outageLimit(pairOf(), '192.0.2.100', 'lb1'), 4_609.375)
  t.is(outageLimit(pairOf(), '192.0.2.100', 'lb2'), 4_218.75)
})

test('a node that is alone has no heir', t => {
  t.throws(() => outageLimit(pairOf().slice(0, 1), '192.0.2.100', 'lb1'), {
    message: /no other node/,
  })
})

test('a load is told in one line', t => {
  const records = [
    { sentAt_ms: 0, endedAt_ms: 1, server: 'real1' },
    { sentAt_ms: 10, endedAt_ms: 1_010, error: 'timeout' },
    { sentAt_ms: 1_510, endedAt_ms: 1_512, server: 'real1' },
  ]
  t.is(renderLoad(summarizeLoad(records)), '3 sent, 2 answered, away for 1.50 s')
  t.is(renderLoad(summarizeLoad(records.slice(0, 1))), '1 sent, 1 answered, never away')
})
