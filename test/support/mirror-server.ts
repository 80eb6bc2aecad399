import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../fixtures/base/', import.meta.url))

/** What goes wrong with the files whose URL ends so. */
export interface Faults {
  /** Answered with 404. */
  readonly gone?: string
  /** The connection is cut after so many bytes, once. */
  readonly cut?: { readonly file: string; readonly bytes: number }
  /** The first byte is another one. */
  readonly spoiled?: string
}

/** A Debian mirror on the loopback, with an own cache and a copy of the recipe for one test. */
export interface TestMirror {
  readonly url: string
  readonly recipeFolder: string
  readonly cache: string
  readonly keyrings: readonly string[]
  /** The paths asked for, with the range where one was. */
  readonly requests: readonly string[]
  /** Shows another state of the archive, or faults, from now on. */
  serve(state: 'first' | 'later', faults?: Faults): void
  close(): Promise<void>
}

/** Starts a mirror that serves the fixture archive in its first state. */
export async function startMirror(): Promise<TestMirror> {
  const folder = await mkdtemp(join(tmpdir(), 'director-mirror-'))
  const recipeFolder = `${folder}/recipe/`
  await cp(join(fixtures, 'recipe'), recipeFolder, { recursive: true })
  const requests: string[] = []
  let serving: { state: string; faults: Faults } = { state: 'first', faults: {} }
  let cuts = 0
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const { range } = request.headers
    requests.push(range === undefined ? path : `${path} ${range}`)
    const { gone, cut, spoiled } = serving.faults
    const file = join(fixtures, 'mirror', serving.state, normalize(path))
    const content = await readFile(file).catch(() => undefined)
    if (content === undefined || (gone !== undefined && path.endsWith(gone))) {
      response.writeHead(404).end()
      return
    }
    if (spoiled !== undefined && path.endsWith(spoiled)) content[0] = (content[0] ?? 0) ^ 1
    if (cut !== undefined && path.endsWith(cut.file) && cuts === 0) {
      cuts += 1
      cutShort(response, content, cut.bytes)
    } else answer(request, response, content)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/debian`,
    recipeFolder,
    cache: join(folder, 'cache'),
    keyrings: [join(fixtures, 'keyring.gpg')],
    requests,
    serve(state, faults = {}) {
      serving = { state, faults }
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

// A fixed date, without which apt does not go on with a part of a file.
const MODIFIED = { 'last-modified': 'Sun, 15 Jun 2025 15:06:40 GMT', 'accept-ranges': 'bytes' }

function cutShort(response: ServerResponse, content: Buffer, bytes: number): void {
  response.writeHead(200, { ...MODIFIED, 'content-length': content.length })
  response.write(content.subarray(0, bytes), () => response.socket?.destroy())
}

function answer(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (start === 0) {
    response.writeHead(200, { ...MODIFIED, 'content-length': content.length }).end(content)
    return
  }
  response.writeHead(206, {
    ...MODIFIED,
    'content-length': content.length - start,
    'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
  })
  response.end(content.subarray(start))
}
