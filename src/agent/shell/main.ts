import { writeAll } from './bytes.ts'
import { runControl } from './client.ts'
import { runConfirm } from './confirm.ts'
import { readControlWords } from './ctl-options.ts'
import { runDaemon } from './daemon.ts'
import { runInstall } from './install.ts'
import { readWords } from './options.ts'
import { runReplay } from './replay.ts'
import { runSetup } from './setup.ts'
import { USAGE } from './usage.ts'

const EXIT_USAGE = 2
const PROGRAMS = ['directord', 'directorctl', 'director-setup']
const REALTIME_PRIORITY = 50

main()

/** The name that the program was called by, or its first word, says which program it is. */
function main(): never {
  const [called = '', ...words] = host.args
  const name = called.slice(called.lastIndexOf('/') + 1)
  const first = words[0] ?? ''
  if (PROGRAMS.includes(first)) return run(first, words.slice(1))
  return run(PROGRAMS.includes(name) ? name : 'directord', words)
}

function run(program: string, words: readonly string[]): never {
  if (words.includes('--help') || words.includes('-h')) {
    writeAll(1, USAGE[program] ?? '')
    return host.exit(0)
  }
  if (words[0] === '--version') {
    writeAll(1, `${program} ${AGENT_VERSION}\n`)
    return host.exit(0)
  }
  if (program === 'directorctl') return control(words)
  if (program === 'director-setup')
    return words.length === 0 ? runSetup() : misused(program, `there is no ${words[0]}`)
  return daemon(words)
}

function daemon(words: readonly string[]): never {
  const options = ['--config', '--socket', '--replay']
  const read = readWords(words, { options, flags: ['--no-realtime'] })
  if (typeof read === 'string') return misused('directord', read)
  const record = read.options.get('--replay')
  if (record !== undefined) return runReplay(record)
  return runDaemon({
    config: read.options.get('--config') ?? '/etc/director/node.json',
    socket: read.options.get('--socket') ?? '/run/director/control',
    realtime: read.flags.has('--no-realtime') ? 0 : REALTIME_PRIORITY,
  })
}

function control(words: readonly string[]): never {
  if (words[0] === 'install') return install(words.slice(1))
  if (words[0] === 'confirm') {
    return words.length === 1 ? runConfirm() : misused('directorctl', `there is no ${words[1]}`)
  }
  const read = readControlWords(words)
  return typeof read === 'string' ? misused('directorctl', read) : runControl(read)
}

/** On the disks of this machine: the agent is not asked. */
function install(words: readonly string[]): never {
  const read = readWords(words, { options: [], flags: ['--yes', '--erase'], names_max: 1 })
  if (typeof read === 'string') return misused('directorctl', read)
  const [disk] = read.names
  if (disk === undefined) return misused('directorctl', 'install needs a disk, or ask')
  return runInstall({ disk, yes: read.flags.has('--yes'), erase: read.flags.has('--erase') })
}

function misused(program: string, sentence: string): never {
  writeAll(2, `${program}: ${sentence}\n\n${USAGE[program] ?? ''}`)
  return host.exit(EXIT_USAGE)
}
