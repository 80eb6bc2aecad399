import type { HeartbeatPathSpec, HeartbeatSpec } from '../cluster-spec.ts'
import { parseAddress } from '../ip.ts'
import { nearest } from '../nearest.ts'
import { pathEnds } from '../path-ends.ts'
import { quote } from '../quote.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { entryOf } from './networks.ts'

/** Frames of more groups would not fit. */
const GROUPS_MAX = 16

/** The heartbeat has paths that exist and keys that can be told apart; what is pinged is there. */
export function* checkHeartbeat(subject: Subject): Iterable<Finding> {
  const { heartbeat, arbitration, vrrp } = subject.spec
  yield* checkConnectivity(subject)
  yield* checkFencing(subject)
  if (heartbeat === undefined) {
    if (arbitration.policy !== 'guarded') return
    yield {
      code: 'guarded_without_heartbeat',
      path: ['arbitration', 'policy'],
      message: 'the policy guarded asks the peer, and there is no path to ask it on',
      expected: 'heartbeat with keys and paths, or strict_rfc',
      found: 'no heartbeat',
    }
    return
  }
  yield* checkKeys(heartbeat)
  if (heartbeat.dead_ms < 4 * heartbeat.interval_ms) {
    yield {
      code: 'dead_too_short',
      path: ['heartbeat'],
      message: 'the dead time of the heartbeat is shorter than four intervals',
      expected: `dead_ms of at least ${4 * heartbeat.interval_ms}`,
      found: `${heartbeat.dead_ms}`,
    }
  }
  yield* checkPaths(subject, heartbeat)
  const count = Object.keys(vrrp.groups).length
  if (count > GROUPS_MAX) {
    yield {
      code: 'too_many_groups',
      path: ['vrrp', 'groups'],
      message: 'a frame of the heartbeat has no room for so many groups',
      expected: `at most ${GROUPS_MAX} groups`,
      found: `${count}`,
    }
  }
}

function* checkKeys({ keys, send_with }: HeartbeatSpec): Iterable<Finding> {
  for (const [index, key] of keys.entries()) {
    const path: DocumentPath = ['heartbeat', 'keys', index]
    if ((key.file === undefined) === (key.example === undefined)) {
      yield {
        code: 'key_without_file',
        path,
        message: 'a heartbeat key is in a file, or it is the example',
        expected: 'exactly one of file and example',
        found: key.file === undefined ? 'neither' : 'both',
      }
    }
    if (key.example === true) {
      yield {
        code: 'example_key',
        severity: 'warning',
        path: [...path, 'example'],
        message: 'everybody knows the example key: it keeps out accidents and nobody else',
        remedy: 'openssl rand -hex 32 > FILE; chmod 600 FILE; then name it with file:',
      }
    }
    if (keys.findIndex(({ id }) => id === key.id) < index) {
      yield {
        code: 'duplicate_key_id',
        path: [...path, ...(index > 0 && key.id !== 1 ? ['id'] : [])],
        message: 'two heartbeat keys have the same id',
        expected: 'an id of its own',
        found: `${key.id}`,
      }
    }
  }
  if (send_with === undefined || keys.some(({ id }) => id === send_with)) return
  yield {
    code: 'unknown_key_id',
    path: ['heartbeat', 'send_with'],
    message: 'there is no heartbeat key with this id',
    expected: `one of ${keys.map(({ id }) => id).join(', ')}`,
    found: `${send_with}`,
  }
}

function* checkPaths(subject: Subject, { paths }: HeartbeatSpec): Iterable<Finding> {
  let line: string | undefined
  const shared = new Map<string, string>()
  for (const [name, path] of Object.entries(paths)) {
    const at: DocumentPath = ['heartbeat', 'paths', name]
    const isSerial = path.serial === true
    if (
      isSerial === (path.interface !== undefined) ||
      (isSerial && (path.udp_port ?? path.family) !== undefined)
    ) {
      yield {
        code: 'path_of_no_kind',
        path: at,
        message: 'a heartbeat path is the serial line or an interface',
        expected: '{ serial: true }, or { interface: NAME }',
        found: Object.keys(path).join(' and ') || 'nothing',
      }
      continue
    }
    if (!isSerial) {
      yield* checkInterface(subject, path, [...at, 'interface'])
      yield* checkShared(shared, path.interface ?? '', name, at)
      continue
    }
    if (line !== undefined) {
      yield {
        code: 'two_serial_paths',
        path: at,
        message: 'a node has one heartbeat port, so that there is one serial path',
        expected: 'one path with serial: true',
        found: `${quote(line)} and ${quote(name)}`,
      }
    }
    line = name
    if (subject.spec.nodes.some(({ serial }) => serial?.heartbeat === undefined)) {
      yield {
        code: 'path_without_port',
        path: at,
        message: 'the nodes have no heartbeat port for the serial path',
        expected: 'serial.heartbeat on both nodes',
        remedy: 'for example: serial: { console: ttyS0, heartbeat: ttyS1 }',
      }
    }
  }
}

function* checkInterface(
  { spec }: Subject,
  { interface: name = '', family }: HeartbeatPathSpec,
  path: DocumentPath,
): Iterable<Finding> {
  if (entryOf(spec.interfaces, name) === undefined) {
    const near = nearest(name, Object.keys(spec.interfaces))
    yield {
      code: 'unknown_interface',
      path,
      message: 'there is no such interface',
      expected: `one of ${Object.keys(spec.interfaces).join(', ')}`,
      found: quote(name),
      ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
    }
    return
  }
  const [own = [], peer = []] = spec.nodes.map(
    ({ interfaces }) => entryOf(interfaces, name)?.addresses ?? [],
  )
  if (pathEnds(own, peer, family) !== undefined) return
  const kind = family === undefined ? 'address of one kind' : `${NAMES[family]} address`
  yield {
    code: 'path_without_address',
    path,
    message: `the nodes have no ${kind} on this interface`,
    expected: `an ${kind === 'address of one kind' ? 'address of the same family' : kind} on both nodes`,
    found: quote(name),
  }
}

// Two paths that fail together are one.
function* checkShared(
  shared: Map<string, string>,
  link: string,
  name: string,
  path: DocumentPath,
): Iterable<Finding> {
  const first = shared.get(link)
  shared.set(link, name)
  if (first === undefined) return
  yield {
    code: 'two_paths_on_interface',
    path,
    message: 'two heartbeat paths take the same interface, and fail together with it',
    expected: 'each interface in one path',
    found: `${quote(first)} and ${quote(name)}`,
  }
}

const NAMES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

function* checkConnectivity({ spec }: Subject): Iterable<Finding> {
  for (const [name, group] of Object.entries(spec.connectivity)) {
    const at: DocumentPath = ['connectivity', name]
    if (entryOf(spec.interfaces, group.interface) === undefined) {
      yield {
        code: 'unknown_interface',
        path: [...at, 'interface'],
        message: 'there is no such interface',
        expected: `one of ${Object.keys(spec.interfaces).join(', ')}`,
        found: quote(group.interface),
      }
    }
    for (const [index, target] of group.targets.entries()) {
      if (parseAddress(target) !== undefined) continue
      yield {
        code: 'bad_target',
        path: [...at, 'targets', index],
        message: 'a target of a connectivity group is no address',
        expected: 'an IPv4 or IPv6 address',
        found: quote(target),
      }
    }
  }
}

function* checkFencing({ spec }: Subject): Iterable<Finding> {
  const hook = spec.arbitration.fencing?.hook
  if (hook === undefined || spec.files.some(({ destination }) => destination === hook)) return
  yield {
    code: 'unknown_hook',
    path: ['arbitration', 'fencing', 'hook'],
    message: 'the fencing hook is none of the files that go into the image',
    expected: 'the destination of one of files, with mode "0755"',
    found: quote(hook),
  }
}
