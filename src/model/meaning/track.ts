import type { TrackSpec } from '../cluster-spec.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { entryOf } from './networks.ts'

/** The keys of which an entry of `track` has exactly one. */
export const TRACK_KINDS = ['link', 'address', 'script', 'file'] as const

/** What is tracked can be, and the delay of a link does not outlast the other node's patience. */
export function* checkTracking({ spec }: Subject): Iterable<Finding> {
  for (const [name, group] of Object.entries(spec.vrrp.groups)) {
    for (const [index, track] of group.track.entries()) {
      const path: DocumentPath = ['vrrp', 'groups', name, 'track', index]
      yield* checkKind(track, path)
      if (track.link !== undefined && entryOf(spec.interfaces, track.link) === undefined) {
        yield {
          code: 'unknown_interface',
          path: [...path, 'link'],
          message: `there is no interface ${track.link}`,
          expected: `one of ${Object.keys(spec.interfaces).join(', ')}`,
          found: track.link,
        }
      }
    }
  }
  yield* checkDelays(spec)
}

function* checkKind(track: TrackSpec, path: DocumentPath): Iterable<Finding> {
  const given = TRACK_KINDS.filter(kind => track[kind] !== undefined)
  if (given.length === 1) return
  yield {
    code: 'track_not_one',
    path,
    message: 'an entry of `track` says what is tracked exactly once',
    expected: `one of ${TRACK_KINDS.join(', ')}`,
    found: given.length === 0 ? 'none of them' : given.join(' and '),
  }
}

function* checkDelays(spec: Subject['spec']): Iterable<Finding> {
  for (const [name, { link }] of Object.entries(spec.interfaces)) {
    const intervals = Object.values(spec.vrrp.instances)
      .filter(instance => instance.interface === name)
      .map(instance => instance.advert_interval_ms)
    const patience_ms = 3 * Math.min(...intervals)
    if (link === undefined || link.down_delay_ms < patience_ms) continue
    yield {
      code: 'down_delay_long',
      severity: 'warning',
      path: ['interfaces', name, 'link', 'down_delay_ms'],
      message: `the other node takes over before a lost link of ${name} counts as down`,
      expected: `less than ${patience_ms} ms, three advert intervals`,
      found: `${link.down_delay_ms} ms`,
      remedy: 'a shorter delay; else both nodes own the VIPs for a moment when the link returns',
    }
  }
}
