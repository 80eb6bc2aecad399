import type { Requirement } from '../support/needs.ts'
import { type NeedyTest, requires } from '../support/requires.ts'
import { arrangePair } from './arrange.ts'
import { BAUD } from './guarded.ts'
import { NullModem } from './null-modem.ts'
import { openPrograms, type Programs, Segment } from './segment.ts'

/** What each test of a segment has. */
export interface SegmentContext {
  segment: Segment
  programs: Programs
}

/**
 * The tests of a file, each with a segment of its own that is taken down afterwards.
 *
 * @param arrange puts the machines on it; no program runs yet
 * @param needs what the tests need beside it
 */
export function onSegment(
  arrange: (segment: Segment) => void | Promise<void>,
  ...needs: readonly Requirement[]
): NeedyTest<SegmentContext> {
  const netns = requires<SegmentContext>('root', 'netns', 'mirror', ...needs)
  netns.beforeEach(async t => {
    const segment = new Segment()
    await arrange(segment)
    t.context = { segment, programs: await openPrograms(segment.folder) }
  })
  netns.afterEach.always(t => t.context.segment?.close())
  return netns
}

/** A segment and a serial line between lb1 (end 0) and lb2 (end 1). */
export interface LineContext extends SegmentContext {
  line: NullModem
}

/** The tests of a file, each with lb1 and lb2 on a segment, and a serial line between them. */
export function onSegmentAndLine(): NeedyTest<LineContext> {
  const netns = requires<LineContext>('root', 'netns', 'mirror', 'command:perl')
  netns.beforeEach(async t => {
    const segment = new Segment()
    arrangePair(segment)
    const line = await NullModem.open(BAUD)
    t.context = { segment, programs: await openPrograms(segment.folder), line }
  })
  netns.afterEach.always(async t => {
    await t.context.segment?.close()
    t.context.line?.close()
  })
  return netns
}
