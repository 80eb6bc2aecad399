import test from 'ava'
import { consoleLine } from '../../../src/agent/control/console-line.ts'
import { renderStatus } from '../../../src/agent/control/render-status.ts'
import { statusOf } from '../../../src/agent/control/status.ts'
import { newRig } from '../../support/rig.ts'

test('an active director as a person sees it', t => {
  const rig = newRig().toActive()
  rig.live(247_000).hear({ priority: 150 })
  const shown = renderStatus(statusOf(rig.state, rig.now, undefined))
  t.deepEqual(shown.split('\n'), [
    'lb1 of pair: active, up 4m12s, agent test',
    '  ALARM   192.0.2.12 also claims front, with priority 150',
    '',
    'INSTANCE  STATE   SINCE  REASON              PRIO  VIPS  PEER',
    'front     active  4m07s  down_timer_expired  200   1     192.0.2.12 p150 0.0s',
    'back      active  4m07s  down_timer_expired  200   1     -',
    '',
    'INTERFACE  ROLE        LINK  SINCE  ADDRESS',
    'front      front       up    4m12s  192.0.2.11',
    'back       back        up    4m12s  10.77.0.11',
    'mgmt       management  up    4m12s  198.51.100.11',
    '',
    'SERVICE web: tcp 192.0.2.100:80, wlc, nat',
    '  REAL SERVER    STATE  SINCE  WEIGHT  ACTIVE  INACTIVE  LAST ERROR',
    '  10.77.0.21:80  up     4m10s  1       -       -         -',
    '  10.77.0.22:80  up     4m10s  1       -       -         -',
    '',
  ])
})

test('no line of a usual pair is wider than 80 columns', t => {
  const rig = newRig().toActive()
  rig.pass(3_600_000).hear({ priority: 254, source: '192.0.2.112' })
  const shown = renderStatus(statusOf(rig.state, rig.now, undefined))
  t.deepEqual(
    shown.split('\n').filter(line => line.length > 80),
    [],
  )
})

test('what a group waits for is said with the time that is left', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  for (const name of ['front', 'back']) rig.link(name, true)
  const shown = renderStatus(statusOf(rig.state, rig.now, undefined))
  t.true(shown.includes('  group service waits for 2.0 s more: startup_hold\n'))
})

test('a length of time has two units at most', t => {
  const rig = newRig()
  const upAfter = (milliseconds: number) => {
    rig.pass(milliseconds)
    return /up (\w[\w.]*),/.exec(renderStatus(statusOf(rig.state, rig.now, undefined)))?.[1]
  }
  t.is(upAfter(3_200), '3.2s')
  t.is(upAfter(60_000), '1m03s')
  t.is(upAfter(7_200_000), '2h01m')
  t.is(upAfter(10 * 86_400_000), '10d02h')
})

test('the console shows a change of role, that the director listens, and evidence', t => {
  const note = { kind: 'note', level: 'info', subject: 'front' } as const
  t.is(consoleLine({ ...note, reason: 'listening' }), 'listening')
  t.is(
    consoleLine({
      ...note,
      reason: 'down_timer_expired',
      facts: { instance: 'back', from: 'backup', to: 'active', open_us: 212 },
    }),
    'front active (down_timer_expired) instance=back open_us=212',
  )
  t.is(
    consoleLine({ ...note, level: 'alarm', reason: 'close_failed', facts: { errno: 16 } }),
    'alarm: front close_failed errno=16',
  )
})
