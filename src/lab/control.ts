import type { Socket } from 'node:net'
import { fail } from '../kit/problem.ts'

/** QEMU's control socket (QMP): one JSON object a line each way. */
export interface Control {
  /** Runs a QMP command and gives its `return` value. */
  execute(command: string, arguments_?: Readonly<Record<string, unknown>>): Promise<unknown>
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Speaks QMP on a connection that QEMU has just made. */
export function openControl(socket: Socket): Control {
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let rest = ''
  const execute: Control['execute'] = (command, arguments_ = {}) =>
    new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, { resolve, reject })
      socket.write(`${JSON.stringify({ execute: command, arguments: arguments_, id: lastId })}\n`)
    })
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) settle(line, waiting)
  })
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the machine is off'))
    waiting.clear()
  })
  // The greeting must be answered before any other command.
  const ready = execute('qmp_capabilities')
  ready.catch(() => undefined)
  return {
    async execute(command, arguments_) {
      await ready
      return execute(command, arguments_)
    },
  }
}

function settle(line: string, waiting: Map<number, Waiting>): void {
  const message = JSON.parse(line) as {
    id?: number
    return?: unknown
    error?: { class: string; desc: string }
  }
  // The greeting and events carry no id.
  if (message.id === undefined) return
  const call = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.error === undefined) call?.resolve(message.return)
  else call?.reject(asProblem(message.error.desc))
}

function asProblem(text: string): Error {
  try {
    return fail({ code: 'qemu_refused', message: 'QEMU refused a command', found: text })
  } catch (error) {
    return error as Error
  }
}
