import { once } from 'node:events'
import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { neighbourOf, plainAddress } from '../../src/serve/clients.ts'
import { keepByFile } from '../../src/serve/kept.ts'
import { openLibrary } from '../../src/serve/library.ts'
import { logJson, logLine } from '../../src/serve/log-line.ts'
import {
  type RequestRecord,
  type RunningServer,
  type ServeOptions,
  serve,
} from '../../src/serve/server.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import { readNodeSource } from '../../src/stamp/node-source.ts'
import { decodeStamp, encodeStamp } from '../../src/stamp/stamp.ts'
import { stampImage } from '../../src/stamp/stamp-image.ts'
import { problemOf } from '../stamp/sample.ts'
import { KERNEL, writeServedBuild } from '../support/served-build.ts'

interface Context {
  readonly folder: string
  readonly records: RequestRecord[]
  readonly servers: RunningServer[]
}
const test = anyTest as TestFn<Context>

test.beforeEach(t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-serve-'))
  writeServedBuild(folder)
  t.context = { folder, records: [], servers: [] }
})
test.afterEach.always(async t => {
  for (const server of t.context.servers) await server.close()
  rmSync(t.context.folder, { recursive: true })
})

interface Told {
  /** The MAC address that the client has; absent: it is not on a segment of the server. */
  readonly mac?: string
  readonly given?: Readonly<Record<string, string>>
  readonly open?: boolean
  readonly limits?: ServeOptions['limits']
}

async function start({ folder, records, servers }: Context, told: Told = {}) {
  const { mac, given = {}, open = false, limits = {} } = told
  const server = await serve({
    library: openLibrary(folder),
    manners: { open, given: new Map(Object.entries(given)), neighbour: () => mac },
    ...{ address: '127.0.0.1', port: 0, limits },
    onRequest: record => records.push(record),
  })
  servers.push(server)
  return server
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

async function get(
  { port }: RunningServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Got> {
  const sent = request({ host: '127.0.0.1', port, path, headers, method, agent: false }).end()
  const [response] = await once(sent, 'response')
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }
}

const LB1 = '52:54:00:d1:01:02'

/** The first record with such a note, which may come after its answer. */
async function recordNoting({ records }: Context, note: RegExp): Promise<RequestRecord> {
  for (;;) {
    const found = records.find(record => note.test(record.note ?? ''))
    if (found !== undefined) return found
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('a file comes whole, in part, by its head, and not again to one who has it', async t => {
  const server = await start(t.context)
  const whole = await get(server, '/vmlinuz')
  t.is(whole.status, 200)
  t.true(whole.body.equals(KERNEL))
  t.like(whole.headers, { 'accept-ranges': 'bytes', 'content-length': '3000000' })
  const tag = String(whole.headers.etag)

  const part = await get(server, '/vmlinuz', { range: 'bytes=1048570-2097160' })
  t.is(part.status, 206)
  t.is(part.headers['content-range'], 'bytes 1048570-2097160/3000000')
  t.true(part.body.equals(KERNEL.subarray(1_048_570, 2_097_161)))

  const beyond = await get(server, '/vmlinuz', { range: 'bytes=3000000-' })
  t.like(beyond, { status: 416, headers: { 'content-range': 'bytes */3000000' } })
  t.is((await get(server, '/vmlinuz', { 'if-none-match': tag })).status, 304)
  const other = await get(server, '/vmlinuz', { range: 'bytes=0-1', 'if-range': '"older"' })
  t.like(other, { status: 200, headers: { 'content-length': '3000000' } })

  const head = await get(server, '/vmlinuz', {}, 'HEAD')
  t.like(head, { status: 200, headers: { 'content-length': '3000000', etag: tag } })
  t.is(head.body.length, 0)
  const post = await get(server, '/vmlinuz', {}, 'POST')
  t.like(post, { status: 405, headers: { allow: 'GET, HEAD' } })
})

test('the tag of a file follows its content', async t => {
  const server = await start(t.context)
  const before = (await get(server, '/boot.ipxe')).headers.etag
  writeFileSync(join(t.context.folder, 'netboot/boot.ipxe'), '#!ipxe\nboot\n')
  const after = (await get(server, '/boot.ipxe')).headers.etag
  t.not(before, after)
})

test('an ISO is stamped on its way out, whole and in part', async t => {
  const { folder } = t.context
  const server = await start(t.context, { mac: LB1 })
  const stamp = join(folder, 'netboot/nodes/lb1.img')
  const source = await readNodeSource(stamp, undefined)
  const expected = await withImage(join(folder, 'base.iso'), async image => {
    const pieces: Uint8Array[] = []
    const stamped = await stampImage(image, source, { replace: false })
    for await (const piece of stamped.stream()) pieces.push(piece)
    return Buffer.concat(pieces)
  })
  t.false(expected.equals(readFileSync(join(folder, 'base.iso'))))
  const whole = await get(server, '/iso/lb1.iso')
  t.like(whole.headers, {
    'content-type': 'application/vnd.efi-iso',
    'content-length': String(expected.length),
  })
  t.true(whole.body.equals(expected))
  const size = expected.length
  for (const [first, last] of [
    [0, 99],
    [size - 5000, size - 1],
    [10_000, size - 3000],
  ] as const) {
    const { body } = await get(server, '/node/lb1/node.iso', { range: `bytes=${first}-${last}` })
    t.true(body.equals(expected.subarray(first, last + 1)))
  }
  t.is((await get(server, '/base.iso')).status, 200)
})

test('a node gets what is its own, by its MAC address', async t => {
  const server = await start(t.context, { mac: LB1 })
  const stamp = readFileSync(join(t.context.folder, 'netboot/nodes/lb1.img'))
  for (const path of ['/nodes/lb1.img', '/node/lb1/node.img', '/mac/52-54-00-d1-01-01/node.img']) {
    t.true((await get(server, path)).body.equals(stamp), path)
  }
  for (const path of ['/nodes/lb2.img', '/iso/lb2.iso', '/mac/52-54-00-d1-02-01/node.img']) {
    const { status, body } = await get(server, path)
    t.is(status, 403, path)
    t.regex(body.toString(), /secrets of lb2, and this client is lb1 by MAC 52:54:00:d1:01:02/)
  }
  t.is((await get(server, '/iso/fleet.iso')).status, 403)
})

test('a stamp that lies under the name of another node is handed to nobody', async t => {
  const server = await start(t.context, { given: { '127.0.0.1': 'lb1' } })
  t.is((await get(server, '/nodes/lb1.img')).status, 200)
  const nodes = join(t.context.folder, 'netboot/nodes')
  writeFileSync(join(nodes, 'lb1.img'), readFileSync(join(nodes, 'lb2.img')))
  for (const path of ['/nodes/lb1.img', '/iso/lb1.iso']) {
    t.is((await get(server, path)).status, 404, path)
  }
  const script = (await get(server, '/node/lb1/boot.ipxe')).body.toString()
  t.regex(script, /no node here has the name lb1/)
  t.deepEqual(
    (await openLibrary(t.context.folder).nodes()).map(({ name }) => name),
    ['lb2'],
  )
})

test('nobody else gets a secret, and each refusal says why', async t => {
  const private_ = ['/nodes/lb1.img', '/iso/lb1.iso', '/iso/fleet.iso']
  const stranger = await start(t.context, { mac: '52:54:00:00:00:99', open: true })
  const unknown = await start(t.context)
  for (const path of private_) {
    const one = await get(stranger, path)
    t.is(one.status, 403)
    t.regex(one.body.toString(), /none of the nodes by MAC 52:54:00:00:00:99/)
    const other = await get(unknown, path)
    t.is(other.status, 403)
    t.regex(other.body.toString(), /cannot be told apart/)
  }
  for (const path of ['/private', '/nodes/lb1.json', '/nodes', '/lb1.json']) {
    t.is((await get(unknown, path)).status, 404, path)
  }
})

test('the operator can say who a client is, or open the door', async t => {
  const named = await start(t.context, { mac: LB1, given: { '127.0.0.1': 'lb2' } })
  t.is((await get(named, '/nodes/lb2.img')).status, 200)
  t.is((await get(named, '/nodes/lb1.img')).status, 403)
  const all = await start(t.context, { given: { '127.0.0.1': 'all' } })
  for (const path of ['/nodes/lb2.img', '/iso/lb1.iso', '/iso/fleet.iso']) {
    t.is((await get(all, path)).status, 200, path)
  }
  const open = await start(t.context, { open: true })
  t.is((await get(open, '/nodes/lb1.img')).status, 200)
  t.is(
    (await recordNoting(t.context, /secrets of lb1; handed to a client that is not known/)).status,
    200,
  )
})

test('the script of a machine goes straight to its node, or says that there is none', async t => {
  const server = await start(t.context)
  const known = await get(server, '/mac/52:54:00:d1:02:03/boot.ipxe')
  t.regex(known.body.toString(), /^#!ipxe\nset node lb2\ngoto boot\necho choose\n:boot\n/)
  const unknown = (await get(server, '/mac/52:54:00:d1:09:03/boot.ipxe')).body.toString()
  t.regex(unknown, /no node here has the MAC address 52:54:00:d1:09:03/)
  t.regex(unknown, /lb2 has 52:54:00:d1:02:01/)
  t.regex(unknown, /sleep 30\nchain --replace boot\.ipxe/)
})

test('the script that is built has the label that a known machine goes to', t => {
  t.regex(readFileSync('images/netboot/boot.ipxe', 'utf8'), /^:boot$/m)
})

test('the ISO of a node that is stamped anew is the new one at once, at its old address too', async t => {
  const server = await start(t.context, { mac: LB1 })
  const before = await get(server, '/iso/lb1.iso')
  t.is((await get(server, '/iso/lb1.iso')).headers.etag, before.headers.etag)
  const path = join(t.context.folder, 'netboot/nodes/lb1.img')
  const { facts, config } = decodeStamp(readFileSync(path))
  const text = Buffer.from(config).toString().replace(LB1, '52:54:00:d1:01:09')
  const { cluster, node, base_sha256: baseSha256 } = facts
  const changed = encodeStamp({ cluster, node, baseSha256, config: Buffer.from(text) })
  writeFileSync(`${path}.new`, changed)
  renameSync(`${path}.new`, path)
  t.is((await get(server, '/iso/lb1.iso')).status, 403)
  const named = await start(t.context, { given: { '127.0.0.1': 'lb1' } })
  const after = await get(named, '/iso/lb1.iso')
  t.is(after.status, 200)
  t.not(after.headers.etag, before.headers.etag)
  t.false(after.body.equals(before.body))
  t.true(after.body.includes(Buffer.from(changed)))
})

test('a stamp of another base is not mixed with this one', async t => {
  const server = await start(t.context, { mac: LB1 })
  const iso = join(t.context.folder, 'base.iso')
  const bytes = readFileSync(iso)
  const text = bytes.toString('latin1').replace('b'.repeat(64), 'c'.repeat(64))
  writeFileSync(iso, Buffer.from(text, 'latin1'))
  t.is((await get(server, '/iso/lb1.iso')).status, 503)
  t.is((await recordNoting(t.context, /made for another base image/)).status, 503)
})

test('a client that stalls is dropped, and so is one that never ends its request', async t => {
  const server = await start(t.context, { limits: { stall_ms: 300, request_ms: 300 } })
  const stalled = connect(server.port, '127.0.0.1')
  // What the kernel holds for both ends is far less than the file.
  writeFileSync(join(t.context.folder, 'netboot/vmlinuz'), Buffer.alloc(40_000_000))
  stalled.pause().write('GET /vmlinuz HTTP/1.1\r\nhost: x\r\n\r\n')
  const endless = connect(server.port, '127.0.0.1')
  endless.write('GET / HTTP/1.1\r\n')
  const ended = once(endless.resume(), 'close')
  t.is((await recordNoting(t.context, /^the client went away or stalled$/)).status, 200)
  await ended
  stalled.destroy()
  t.is((await get(server, '/')).status, 200)
})

test('eight clients at once each get their bytes, whoever of them goes away', async t => {
  const kernel = Buffer.alloc(20_000_000, 'the kernel of this build ')
  writeFileSync(join(t.context.folder, 'netboot/vmlinuz'), kernel)
  const server = await start(t.context, { mac: LB1 })
  const expected = (await get(server, '/iso/lb1.iso')).body
  const gone = connect(server.port, '127.0.0.1')
  gone.write('GET /vmlinuz HTTP/1.1\r\nhost: x\r\n\r\n')
  gone.once('data', () => gone.destroy())
  const range = 'bytes=1234567-19999998'
  const answers = await Promise.all([
    ...[1, 2, 3].map(() => get(server, '/vmlinuz')),
    ...[1, 2].map(() => get(server, '/vmlinuz', { range })),
    ...[1, 2].map(() => get(server, '/iso/lb1.iso')),
  ])
  const bodies = [kernel, kernel, kernel, kernel.subarray(1_234_567, 19_999_999)]
  const wanted = [...bodies, bodies[3], expected, expected]
  answers.forEach(({ body }, place) => {
    t.true(wanted[place]?.equals(body), `answer ${place}`)
  })
  const { bytes } = await recordNoting(t.context, /^the client went away or stalled$/)
  t.true(bytes < kernel.length)
})

test('of files beyond the limit the one that was not asked for the longest time is forgotten', async t => {
  const kept = keepByFile<string>({ entries_max: 3, bytes_max: 100 })
  const made: string[] = []
  const ask = (name: string, size: number, mtimeMs = 1) =>
    kept.get(name, { ino: 1, size, mtimeMs, ctimeMs: 1 } as Stats, async () => {
      made.push(name)
      return name
    })
  for (const name of ['a', 'b', 'a']) await ask(name, 40)
  await ask('c', 40)
  t.deepEqual(made, ['a', 'b', 'c'])
  await ask('a', 40)
  await ask('b', 40)
  t.deepEqual(made, ['a', 'b', 'c', 'b'])
  await ask('b', 40, 2)
  t.is(made.at(-1), 'b')
  for (const name of ['d', 'e', 'f', 'e', 'd', 'f']) await ask(name, 1)
  t.deepEqual(made.slice(5), ['d', 'e', 'f'])
})

test('one client cannot take all connections', async t => {
  const server = await start(t.context, { limits: { connectionsOfOne: 2 } })
  const held = [1, 2].map(() => connect(server.port, '127.0.0.1'))
  await Promise.all(held.map(socket => once(socket, 'connect')))
  await t.throwsAsync(get(server, '/'))
  for (const socket of held) socket.destroy()
})

test('a port that is taken is said', async t => {
  const { port } = await start(t.context)
  const problem = await problemOf(() =>
    serve({
      library: openLibrary(t.context.folder),
      manners: { open: false, given: new Map(), neighbour: () => undefined },
      ...{ address: '127.0.0.1', port, onRequest: () => undefined },
    }),
  )
  t.like(problem, { code: 'cannot_listen', found: 'EADDRINUSE' })
})

test('a link or a folder in the tree is followed or refused, never a reason to fail', async t => {
  symlinkSync('vmlinuz', join(t.context.folder, 'netboot/linked'))
  const server = await start(t.context)
  t.is((await get(server, '/linked')).status, 200)
  for (const path of ['/netboot', '/nodes.img', '/vmlinuz/x']) {
    t.is((await get(server, path)).status, 404, path)
  }
})

test('a line of the log shows no control character of a stranger', t => {
  const record: RequestRecord = {
    ...{ at: new Date(0), client: '192.0.2.7', node: 'lb1', method: 'GET', status: 404, bytes: 12 },
    ...{ target: `/\u001b[2J${'x'.repeat(300)}`, seconds: 1.23456, note: 'no' },
  }
  t.regex(
    logLine(record),
    /^00:00:00 192\.0\.2\.7 \(lb1\) GET \/\?\[2Jx+\.\.\. 404 12 B 1\.23 s: no$/,
  )
  t.like(JSON.parse(logJson(record)), {
    at: '1970-01-01T00:00:00.000Z',
    seconds: 1.235,
    node: 'lb1',
  })
})

test('the address of this machine has no neighbour, and IPv4 in IPv6 is IPv4', async t => {
  t.is(neighbourOf('127.0.0.1'), undefined)
  t.is(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  t.is(plainAddress('fe80::1'), 'fe80::1')
})
