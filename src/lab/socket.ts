import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'

/** Listens on a unix socket; each new connection goes to `onConnection`. */
export async function listenOn(
  path: string,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  rmSync(path, { force: true })
  const server = createServer(socket => {
    // A machine that is switched off resets its end: an ending like another.
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // Waiting for a machine is no reason for the program to go on.
  server.unref()
  return server
}
