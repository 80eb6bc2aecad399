import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openToolbox } from '../../src/base/toolbox.ts'
import { onInterrupt } from '../../src/kit/interrupt.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import type { Figure, Topic } from './figure.ts'
import { director, PAIR, root } from './tool.ts'

const STREAMED = 'ISO stamped on its way out, by HTTP'
// Where the scheduler puts server and client changes every some ten answers, and with it the time,
// nginx's by a factor of three: the rate is that of all of them together.
const ROUNDS = 400
// Not counted, of each server: caches fill, code is compiled.
const WARM_UP_ROUNDS = 20
// 90 % of a plain file server's rate.
const OF_SERVER = 1 / 0.9

/** A node's ISO from `director serve`, made of base and stamp, and from nginx as a file. */
export const streaming: Topic = {
  name: 'streaming',
  figures: [STREAMED],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'director-bench-'))
    const servers: Server[] = []
    try {
      await director(['build', PAIR, '--out', folder])
      const built = join(folder, 'pair')
      servers.push(await startOurs(built), await startNginx(built, join(folder, 'nginx')))
      return [await compare(servers, statSync(join(built, 'iso/lb1.iso')).size)]
    } finally {
      for (const server of servers) await server.end()
      rmSync(folder, { recursive: true })
    }
  },
}

async function compare([ours, nginx]: readonly Server[], bytes: number): Promise<Figure> {
  if (ours === undefined || nginx === undefined) throw new Error('there are two servers')
  const taken = new Map([ours, nginx].map(server => [server, 0]))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    // Each is first as often as the other: what a server does behind an answer falls into the next.
    const order = round % 2 === 0 ? [ours, nginx] : [nginx, ours]
    for (const server of order) {
      const seconds = await download(server.port, bytes)
      if (round >= 0) taken.set(server, (taken.get(server) ?? 0) + seconds)
    }
  }
  const each = (server: Server) => (taken.get(server) ?? Number.NaN) / ROUNDS
  const peer = { name: 'nginx', value: each(nginx) }
  const common = { issue: 3, figure: STREAMED, unit: 's' }
  return { ...common, ours: each(ours), peer, bar: peer.value * OF_SERVER }
}

interface Server {
  readonly port: number
  end(): Promise<void>
}

async function startOurs(folder: string): Promise<Server> {
  const port = await freePort()
  const listen = ['--listen', `127.0.0.1:${port}`, '--client', '127.0.0.1=lb1']
  return start(join(root, 'director'), ['serve', folder, ...listen], port)
}

async function startNginx(files: string, folder: string): Promise<Server> {
  const port = await freePort()
  mkdirSync(folder)
  const config = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    config,
    [
      `daemon off; master_process off; user root; error_log stderr; pid ${folder}/pid;`,
      'events { worker_connections 64; }',
      `http { access_log off; sendfile on; tcp_nopush on; ${temporary.join(' ')}`,
      `server { listen 127.0.0.1:${port}; root ${files}; } }`,
    ].join('\n'),
  )
  const tools = await openToolbox('lab', { steps: quietSteps, locked: false })
  const [program = '', ...words] = await tools.command('nginx')
  return start(program, [...words, '-p', folder, '-e', 'stderr', '-c', config], port)
}

async function start(program: string, words: readonly string[], port: number): Promise<Server> {
  const child = spawn(program, words, { stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const kill = async () => {
    child.kill('SIGTERM')
    await ended
  }
  const forget = onInterrupt(kill)
  for (let tries = 0; tries < 100; tries += 1) {
    if (await canConnect(port)) break
    await sleep(100)
  }
  return {
    port,
    async end() {
      await kill()
      forget()
    },
  }
}

/** Seconds from the request to the last byte; the bytes are dropped. */
function download(port: number, bytes: number): Promise<number> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    let got = 0
    const onread = {
      buffer: Buffer.allocUnsafe(1 << 20),
      callback(count: number): boolean {
        got += count
        // The head of the answer comes on top.
        if (got > bytes) socket.destroy()
        return true
      },
    }
    const socket = connect({ port, host: '127.0.0.1', onread })
    socket.on('error', reject).on('close', () => {
      if (got > bytes) resolve((performance.now() - startedAt) / 1000)
      else reject(new Error(`${got} of ${bytes} bytes came`))
    })
    socket.write('GET /iso/lb1.iso HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n')
  })
}

function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket
      .on('error', () => resolve(false))
      .on('connect', () => {
        socket.destroy()
        resolve(true)
      })
  })
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
