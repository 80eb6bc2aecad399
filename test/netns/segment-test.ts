import type { Requirement } from '../support/needs.ts'
import { type NeedyTest, requires } from '../support/requires.ts'
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

/** lb1 and lb2 at 192.0.2.11 and 192.0.2.12. */
export function arrangePair(segment: Segment): void {
  segment.machine('lb1', '192.0.2.11/24')
  segment.machine('lb2', '192.0.2.12/24')
}

/** A machine at 192.0.2.HOST, fe80::HOST and 2001:db8::HOST. */
export function addTwoFamilies(segment: Segment, name: string, host: number): void {
  segment.machine(name, `192.0.2.${host}/24`)
  segment.ip(name, `-6 address add fe80::${host}/64 dev front nodad`)
  segment.ip(name, `-6 address add 2001:db8::${host}/64 dev front nodad`)
}

/** The client's address of IPv6: 2001:db8::fe. */
export function addClientIpv6(segment: Segment): void {
  segment.ip('client', '-6 address add 2001:db8::fe/64 dev br0 nodad')
}
