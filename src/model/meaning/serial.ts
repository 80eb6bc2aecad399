import type { SerialSpec } from '../cluster-spec.ts'
import { nearest } from '../nearest.ts'
import { DEFAULT_BAUD } from '../resolve.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'

/** The serial ports are there, and the heartbeat has one that nothing else writes to. */
export function* checkSerial(subject: Subject): Iterable<Finding> {
  for (const [index, node] of subject.spec.nodes.entries()) {
    if (node.serial !== undefined) {
      yield* checkPorts(subject, node.serial, ['nodes', index, 'serial'])
    }
  }
  yield* checkBothEnds(subject)
}

function* checkPorts(
  { board }: Subject,
  serial: SerialSpec,
  path: DocumentPath,
): Iterable<Finding> {
  const { console, heartbeat } = serial
  if (console !== undefined) {
    yield* checkPort(board.serial_ports, board.name, console, [...path, 'console'])
    if (console !== board.console.port && board.serial_ports.includes(console)) {
      yield {
        code: 'console_not_of_board',
        path: [...path, 'console'],
        message: `loader and kernel of the board ${board.name} talk on another port`,
        expected: board.console.port,
        found: console,
        remedy:
          'use that port, or copy the board to a folder of its own in board/ and change it there',
      }
    }
  }
  if (heartbeat === undefined) return
  const isName = typeof heartbeat === 'string'
  const port = isName ? heartbeat : heartbeat.port
  const at = isName ? [...path, 'heartbeat'] : [...path, 'heartbeat', 'port']
  yield* checkPort(board.serial_ports, board.name, port, at)
  if (port === board.console.port || port === console) {
    yield {
      code: 'heartbeat_is_console',
      path: at,
      message: 'the heartbeat port is the console',
      expected: `another port than ${port}: one of ${board.serial_ports.filter(one => one !== port).join(', ')}`,
      found: port,
      remedy: 'kernel messages and a log-in on this line would be taken for noise by the peer',
    }
  }
}

function* checkPort(
  ports: readonly string[],
  board: string,
  port: string,
  path: DocumentPath,
): Iterable<Finding> {
  if (ports.includes(port)) return
  const near = nearest(port, ports)
  yield {
    code: 'unknown_serial_port',
    path,
    message: `the board ${board} does not have the port ${port}`,
    expected: `one of ${ports.join(', ')}`,
    found: port,
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  }
}

function* checkBothEnds({ spec }: Subject): Iterable<Finding> {
  const speeds = spec.nodes.map(({ serial }) => {
    const heartbeat = serial?.heartbeat
    return typeof heartbeat === 'string' ? DEFAULT_BAUD : heartbeat?.baud
  })
  const [first, second] = speeds
  if (first === second) return
  const missing = speeds.indexOf(undefined)
  if (missing >= 0) {
    yield {
      code: 'heartbeat_on_one_node',
      path: ['nodes', missing],
      message: `the node ${spec.nodes[missing]?.name} has no heartbeat port, its peer has one`,
      expected: 'a heartbeat port on both nodes or on none',
      remedy: 'a null-modem line has two ends: add serial.heartbeat',
    }
    return
  }
  yield {
    code: 'heartbeat_baud_differs',
    path: ['nodes', 1, 'serial', 'heartbeat'],
    message: 'the two ends of the heartbeat line have different speeds',
    expected: `${first} bit/s, as ${spec.nodes[0]?.name} has`,
    found: `${second} bit/s`,
  }
}
