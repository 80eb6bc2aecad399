import { requires } from '../support/requires.ts'
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
 */
export function onSegment(arrange: (segment: Segment) => void | Promise<void>) {
  const netns = requires<SegmentContext>('root', 'netns', 'mirror')
  netns.beforeEach(async t => {
    const segment = new Segment()
    await arrange(segment)
    t.context = { segment, programs: await openPrograms(segment.folder) }
  })
  netns.afterEach.always(t => t.context.segment?.close())
  return netns
}
