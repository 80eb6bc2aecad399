import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { renderEvent } from '../../../src/agent/control/render-event.ts'
import type { Note } from '../../../src/agent/machine.ts'
import { EVENTS_MAX, openEvents } from '../../../src/agent/shell/events.ts'
import { instant } from '../../../src/agent/units.ts'

const schema = new URL('../../../src/agent/control/events.schema.json', import.meta.url)
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')),
)

const note = (subject: string): Note => ({
  kind: 'note',
  level: 'warning',
  reason: 'loop_late',
  subject,
  facts: { late_us: 7 },
})

test('the last events are kept, and how many were lost before them is known', t => {
  const events = openEvents()
  t.deepEqual(events.page(), { schema: 1, lost: 0, events: [] })
  for (let count = 0; count < EVENTS_MAX + 3; count += 1) events.add(instant(count), note('front'))
  const page = events.page()
  t.is(page.lost, 3)
  t.is(page.events.length, EVENTS_MAX)
  t.is(page.events[0]?.seq, 4)
  t.true(validate(page), JSON.stringify(validate.errors))
})

test('a follower is told of each new event until it ends', t => {
  const events = openEvents()
  const told: number[] = []
  events.add(instant(1), note('before'))
  const end = events.follow(({ seq }) => told.push(seq))
  events.add(instant(2), note('front'))
  events.add(instant(3), note('back'))
  end()
  events.add(instant(4), note('after'))
  t.deepEqual(told, [2, 3])
})

test('an event and a gap have the documented shape, and are shown as on the console', t => {
  const events = openEvents()
  events.add(instant(12_345_678), note('front'))
  const [entry] = events.page().events
  t.true(validate(entry))
  t.true(validate({ dropped: 3 }))
  t.false(validate({ dropped: 0 }))
  if (entry === undefined) return
  t.is(renderEvent(entry), '[   12.345678] warning: front loop_late late_us=7\n')
  t.is(renderEvent({ dropped: 3 }), '3 events were dropped here: too slow a reader\n')
})
