/** The control socket's commands: one JSON object in, one out. */

import type { Deadline } from '../machine.ts'
import type { Turn } from '../state.ts'
import { explain } from './explain.ts'
import { giveOrder } from './order.ts'
import { pathsOf } from './paths.ts'
import { type Refusal, refusal } from './refusal.ts'
import { statusOf } from './status.ts'

interface Request {
  readonly command?: unknown
  readonly instance?: unknown
  readonly group?: unknown
  readonly force?: unknown
}

/**
 * Beside `command`; a key that a command has no use for is refused. `events` is the shell's, and so
 * is a `reload` that names a file.
 */
const KEYS: Readonly<Record<string, Readonly<Record<string, 'string' | 'boolean'>>>> = {
  status: {},
  paths: {},
  explain: { instance: 'string' },
  events: { follow: 'boolean' },
  standby: { group: 'string', force: 'boolean' },
  takeover: { group: 'string', force: 'boolean' },
  hold: { group: 'string' },
  join: { group: 'string' },
  reload: { file: 'string', check: 'boolean' },
}

/** Answers a request, and begins what it orders; what is not understood is an `error`. */
export function answer(turn: Turn, request: unknown, next: () => Deadline | undefined): unknown {
  const asked = isObject(request) ? request : {}
  const { command, instance, group, force } = asked
  const fault = faultOf(request, asked)
  if (fault !== undefined) return fault
  switch (command) {
    case 'status':
      return statusOf(turn.state, turn.at, next())
    case 'paths':
      return pathsOf(turn.state, turn.at)
    case 'explain':
      return explain(turn.state, turn.at, instance as string | undefined)
    case 'standby':
    case 'takeover':
    case 'join':
    case 'hold':
      return giveOrder(turn, command, group as string | undefined, force === true)
    default:
      return refusal(
        'unknown_command',
        'nobody keeps events or reads files here',
        'a file to reload',
        String(command),
      )
  }
}

function faultOf(request: unknown, asked: Request): Refusal | undefined {
  const { command, ...rest } = asked
  const known = typeof command === 'string' ? KEYS[command] : undefined
  if (known === undefined || !Object.keys(KEYS).includes(String(command))) {
    const found = typeof command === 'string' ? command.slice(0, 40) : kindOf(request, command)
    const expected = Object.keys(KEYS).join(', ')
    return refusal('unknown_command', 'the director does not know this command', expected, found)
  }
  for (const [key, value] of Object.entries(rest)) {
    const kind = Object.keys(known).includes(key) ? known[key] : undefined
    if (typeof value === kind) continue
    const expected = kind ?? (Object.keys(known).join(', ') || 'no other key')
    return refusal(
      'wrong_key',
      `${key.slice(0, 40)} is not what ${command} takes`,
      expected,
      typeof value,
    )
  }
  return undefined
}

const isObject = (value: unknown): value is Request => typeof value === 'object' && value !== null

const kindOf = (request: unknown, command: unknown) =>
  isObject(request) ? typeof command : typeof request
