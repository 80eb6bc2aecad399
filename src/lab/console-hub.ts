import type { Socket } from 'node:net'
import { join } from 'node:path'
import { type ConsoleShell, createConsoleShell } from './console.ts'
import { listenOn } from './socket.ts'
import { createTranscript, type Transcript } from './transcript.ts'

/** The console of one machine, shared by the lab and by people. */
export interface ConsoleHub {
  readonly transcript: Transcript
  readonly shell: ConsoleShell
  /** Where QEMU connects the console port to; it may come and go. */
  readonly machinePath: string
  /** Where people may watch and type; several at once. */
  readonly peoplePath: string
  /** Takes nothing more from the machine, as a terminal that is held: its port stays full. */
  hold(isHeld: boolean): void
  close(): void
}

/** Listens for the machine and for people; sockets lie in `folder`. */
export async function openConsoleHub(
  name: string,
  folder: string,
  password: string,
): Promise<ConsoleHub> {
  const machinePath = join(folder, `${name}.qemu-console`)
  const peoplePath = join(folder, `${name}.console`)
  const transcript = createTranscript(name)
  const people = new Set<Socket>()
  let machine: Socket | undefined
  const servers = [
    await listenOn(machinePath, socket => {
      machine = socket
      socket.setEncoding('utf8').on('data', (piece: string) => {
        transcript.append(piece)
        for (const person of people) person.write(piece)
      })
    }),
    await listenOn(peoplePath, person => {
      people.add(person)
      person.on('data', piece => machine?.write(piece))
      person.on('close', () => people.delete(person))
    }),
  ]
  return {
    transcript,
    shell: createConsoleShell({ transcript, type: text => machine?.write(text), password }),
    machinePath,
    peoplePath,
    hold(isHeld) {
      if (isHeld) machine?.pause()
      else machine?.resume()
    },
    close() {
      transcript.end('the lab was closed')
      for (const person of people) person.destroy()
      for (const server of servers) server.close()
    },
  }
}
