import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { buildAgent } from '../../src/compose/agent-build.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { scenario as allCut } from '../../src/sim/guarded/17-all-cut.ts'
import { scenario as reload } from '../../src/sim/guarded/42-reload.ts'
import { runScenario } from '../../src/sim/scenario.ts'
import { recorder } from '../support/recorded.ts'
import { requires } from '../support/requires.ts'
import { nodeConfig, openPrograms, Segment } from './segment.ts'

const folder = mkdtempSync(join(tmpdir(), 'director-program-'))
const directord = join(folder, 'directord')

const built = requires('mirror')
const netns = requires('root', 'netns', 'mirror')

built.before(async () => {
  const { elf } = await buildAgent({ locked: false, steps: quietSteps })
  writeFileSync(directord, elf, { mode: 0o755 })
})

test.after.always(() => rmSync(folder, { recursive: true, force: true }))

function run(...words: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(directord, words, { encoding: 'utf8' })
  return { stdout, stderr, status }
}

built('each program says its version and its help', t => {
  for (const program of ['directord', 'directorctl', 'director-setup']) {
    t.regex(run(program, '--version').stdout, new RegExp(`^${program} \\d+\\.\\d+\\.\\d+\\n$`))
    const help = run(program, '--help')
    t.is(help.status, 0)
    t.true(help.stdout.startsWith(`usage: ${program}`))
  }
})

built('the name that it is called by says which program it is', t => {
  const { stdout } = spawnSync(directord, ['--version'], { argv0: '/bin/directorctl' })
  t.regex(String(stdout), /^directorctl /)
})

built('wrong usage ends with 2, names the word and shows the usage', t => {
  for (const [words, said] of [
    [['--konfig', 'x'], 'directord: there is no --konfig'],
    [['--config'], 'directord: --config needs a value'],
    [['--version=3'], 'directord: there is no --version=3'],
    [['directorctl'], 'directorctl: no command was given'],
    [['directorctl', 'statsu'], 'directorctl: there is no statsu'],
    [['directorctl', 'status', '--xml'], 'directorctl: there is no --xml'],
    [['director-setup', 'now'], 'director-setup: there is no now'],
  ] as const) {
    const { stderr, status } = run(...words)
    t.is(status, 2)
    t.true(stderr.startsWith(`${said}\n\nusage: `), stderr)
  }
})

for (const scenario of [allCut, reload]) {
  built(`a recorded run gives the same bytes in the ELF as under Node, row ${scenario.row}`, t => {
    const { events, effects, trace } = recorder('lb2')
    runScenario(scenario, 1, trace)
    const file = join(folder, 'record')
    writeFileSync(file, `${events.join('\n')}\n`)
    const { stdout, status } = spawnSync(directord, ['--replay', file], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    t.is(status, 0)
    t.true(effects.length > 500)
    t.is(stdout, `${effects.join('\n')}\n`)
  })
}

built('directorctl says so when no agent runs', t => {
  const socket = join(folder, 'nobody')
  const { stderr, status, stdout } = run('directorctl', 'status', '--socket', socket)
  t.is(status, 1)
  t.is(stdout, '')
  t.true(stderr.includes('the director agent is not running'), stderr)
  writeFileSync(socket, '')
  t.true(run('directorctl', 'status', '--socket', socket).stderr.includes('nobody listens there'))
})

built('a configuration that is absent, no JSON or not one of ours is refused with its place', t => {
  const file = join(folder, 'node.json')
  const refused = (content: string | undefined) => {
    rmSync(file, { force: true })
    if (content !== undefined) writeFileSync(file, content)
    const { stderr, status } = run('--config', file, '--socket', join(folder, 'none'))
    t.is(status, 1)
    return stderr
  }
  t.regex(refused(undefined), /cannot read .*node\.json: there is no such file/)
  t.regex(refused('{"schema":1,'), /node\.json is not JSON/)
  t.regex(refused('['.repeat(100_000)), /node\.json is not JSON/)
  t.regex(refused('{"schema":1,"colour":"red"}'), /node\.json: colour: unknown_key/)
  const config = nodeConfig({ name: 'lb1', address: '192.0.2.1/24', priority: 100, vips: [] })
  t.regex(refused(JSON.stringify({ ...config, cluster: 7 })), /node\.json: cluster: /)
  t.regex(refused(' '.repeat(17 << 20)), /node\.json: it is too large/)
})

netns('an interface that is not there is named, and the agent does not start', async t => {
  const segment = new Segment()
  try {
    const programs = await openPrograms(segment.folder)
    segment.machine('lb1', '192.0.2.11/24')
    const config = nodeConfig({
      name: 'lb1',
      address: '192.0.2.11/24',
      priority: 100,
      vips: ['192.0.2.100/24'],
    })
    const mac = '02:00:00:00:00:77'
    const interfaces = config.interfaces.map(each => ({ ...each, match: { mac } }))
    const agent = segment.agent(programs, 'lb1', { ...config, interfaces })
    await agent.saw(/cannot find the interface front \(mac 02:00:00:00:00:77\): absent/)
    t.is(await agent.ended, 1)
  } finally {
    await segment.close()
  }
})

netns('the control socket bears clients that are wrong, slow or too many', async t => {
  const segment = new Segment()
  try {
    const programs = await openPrograms(segment.folder)
    segment.machine('lb1', '192.0.2.11/24')
    const config = nodeConfig({
      name: 'lb1',
      address: '192.0.2.11/24',
      priority: 200,
      vips: ['192.0.2.100/24'],
    })
    const agent = segment.agent(programs, 'lb1', config)
    await agent.saw(/front active/)
    const socket = segment.socket('lb1')

    t.is(await talk(socket, 'hello\n'), '{"error":"not_json"}\n')
    t.is(await talk(socket, `${'[[[['.repeat(900)}\n`), '{"error":"not_json"}\n')
    t.is(await talk(socket, 'x'.repeat(5000)), '')
    t.regex(await talk(socket, '{"command":"dance"}\n', 1), /error/)
    // Two requests in one piece, each with its own answer.
    const twice = await talk(socket, '{"command":"status"}\n{"command":"status"}\n', 2)
    const answers = twice
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    t.deepEqual(
      answers.map(({ schema }) => schema),
      [1, 1],
    )

    // Eight that say nothing take every place; the next one is turned away, the agent lives on.
    const idle = Array.from({ length: 8 }, () => createConnection(socket))
    await Promise.all(idle.map(each => new Promise(resolve => each.on('connect', resolve))))
    t.is(await talk(socket, '{"command":"status"}\n'), '')
    for (const each of idle) each.destroy()
    const status = spawnSync(programs.agent, ['directorctl', 'status', '--socket', socket])
    t.is(status.status, 0)
    t.regex(String(status.stdout), /front +active/)
    const again = segment.agent(programs, 'lb1', config)
    await again.saw(/another directord runs in this network namespace/)
    t.is(await again.ended, 1)
    t.is(await agent.end(), 0)
  } finally {
    await segment.close()
  }
})

/** Sends text and gives what comes back until the other side ends or so many lines have come. */
function talk(path: string, text: string, lines = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise(resolve => {
    let said = ''
    const socket = createConnection(path, () => socket.write(text))
    socket.on('data', piece => {
      said += piece
      if (said.split('\n').length > lines) socket.end()
    })
    // A client that is turned away while it writes sees a reset.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said))
  })
}
