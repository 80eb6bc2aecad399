/** The command line of directorctl: which command takes what, and the request that it becomes. */

import { readWords, type Words } from './options.ts'

export interface ControlOptions {
  readonly socket: string
  readonly json: boolean
  readonly command: ControlCommand
  /** As it goes to the agent. */
  readonly request: Readonly<Record<string, string | boolean>>
}

export type ControlCommand = keyof typeof COMMANDS

interface Spec {
  /** The key of the one name that may follow. */
  readonly name?: string
  /** Without it there is nothing to do. */
  readonly isNamed?: boolean
  /** Flags beside `--json` that become keys of the request. */
  readonly flags: readonly string[]
}

const COMMANDS = {
  status: { flags: [] },
  paths: { flags: [] },
  explain: { name: 'instance', flags: [] },
  events: { flags: ['follow'] },
  standby: { name: 'group', flags: ['force'] },
  takeover: { name: 'group', flags: ['force'] },
  hold: { name: 'group', flags: [] },
  join: { name: 'group', flags: [] },
  reload: { name: 'file', isNamed: true, flags: ['check'] },
} as const satisfies Readonly<Record<string, Spec>>

/** @returns what to ask, or a sentence about what is wrong with the words */
export function readControlWords(words: readonly string[]): ControlOptions | string {
  const [command, ...rest] = words
  if (command === undefined) return 'no command was given'
  if (!isCommand(command)) return `there is no ${command}`
  const spec: Spec = COMMANDS[command]
  const read = readWords(rest, {
    options: ['--socket'],
    flags: ['--json', ...spec.flags.map(flag => `--${flag}`)],
    names_max: spec.name === undefined ? 0 : 1,
  })
  if (typeof read === 'string') return read
  if (spec.isNamed === true && read.names.length === 0) return `${command} needs a ${spec.name}`
  return {
    socket: read.options.get('--socket') ?? '/run/director/control',
    json: read.flags.has('--json'),
    command,
    request: requestOf(command, spec, read),
  }
}

const isCommand = (word: string): word is ControlCommand => Object.keys(COMMANDS).includes(word)

function requestOf(command: string, spec: Spec, read: Words): ControlOptions['request'] {
  const [name] = read.names
  const named = spec.name === undefined || name === undefined ? {} : { [spec.name]: name }
  const flags = spec.flags.filter(flag => read.flags.has(`--${flag}`))
  return { command, ...named, ...Object.fromEntries(flags.map(flag => [flag, true])) }
}
