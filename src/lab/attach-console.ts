import { createConnection } from 'node:net'
import { join } from 'node:path'
import { fail } from '../kit/problem.ts'
import { liveRuns } from './run.ts'

// Ctrl-], as telnet has it: no shell and no editor uses it.
const LEAVE = 0x1d

/** Joins the terminal to the console of a director of the lab that started last. */
export async function attachConsole(node: string): Promise<void> {
  const run = liveRuns().at(-1)
  if (run === undefined) {
    return fail({
      code: 'lab_not_running',
      message: 'no lab is running on this machine',
      remedy: 'start one in another terminal: ./director lab CLUSTER',
    })
  }
  const socket = createConnection(join(run.folder, `${node}.console`))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', () => reject(unknownNode(node)))
  })
  const { stdin, stdout, stderr } = process
  stderr.write(`console of ${node} in lab ${run.id}; Ctrl-] leaves it, Return shows a prompt\n`)
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.on('data', (piece: Buffer) => {
    const end = piece.indexOf(LEAVE)
    socket.write(end === -1 ? piece : piece.subarray(0, end))
    if (end !== -1) socket.end()
  })
  stdin.on('end', () => socket.end())
  socket.pipe(stdout, { end: false })
  await new Promise(resolve => socket.on('close', resolve))
  if (stdin.isTTY) stdin.setRawMode(false)
  stdin.destroy()
  stderr.write('\n')
}

function unknownNode(node: string): unknown {
  try {
    return fail({
      code: 'lab_unknown_name',
      message: `the lab that is running has no director ${node}`,
      remedy: 'name a node as the cluster file does',
    })
  } catch (problem) {
    return problem
  }
}
