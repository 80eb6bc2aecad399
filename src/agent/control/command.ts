/** The control socket's commands: one JSON object in, one out. */

import type { Deadline } from '../machine.ts'
import type { Turn } from '../state.ts'
import { statusOf } from './status.ts'

/** Answers a request; what is not understood is answered with an `error`. */
export function answer(turn: Turn, request: unknown, next: Deadline | undefined): unknown {
  const command = (request as { readonly command?: unknown } | null)?.command
  if (command === 'status') return statusOf(turn.state, turn.at, next)
  return {
    error: {
      code: 'unknown_command',
      message: 'the director does not know this command',
      expected: 'status',
      found: typeof command === 'string' ? command.slice(0, 40) : typeof command,
    },
  }
}
