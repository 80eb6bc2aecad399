/** Undoes what is half done: ends a child process, removes a file, a namespace. */
export type Undo = () => void | Promise<void>

// Latest last: what was begun later may stand on what was begun before.
const undos: Undo[] = []
let interrupted = false

// A clean-up that hangs must not keep the program alive.
const PATIENCE_MS = 8_000

/**
 * Registers what must be undone if a signal ends the program now.
 *
 * @returns takes the registration back, for when the work is whole
 * @throws once the program is being ended, so that nothing new begins
 */
export function onInterrupt(undo: Undo): () => void {
  if (interrupted) throw new InterruptedError()
  undos.push(undo)
  return () => {
    const index = undos.indexOf(undo)
    if (index !== -1) undos.splice(index, 1)
  }
}

/** Whether a signal is ending the program: its errors are then no news. */
export function isInterrupted(): boolean {
  return interrupted
}

/** Undoes everything that is half done, the latest first. Never throws, always comes back. */
export async function interrupt(): Promise<void> {
  interrupted = true
  const giveUp = new Promise<void>(resolve => setTimeout(resolve, PATIENCE_MS).unref())
  await Promise.race([undoAll(), giveUp])
}

async function undoAll(): Promise<void> {
  for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
    try {
      await undo()
    } catch {
      // It is gone already: nothing half done is left of it.
    }
  }
}

/** Ends the work of a program that is being ended. */
export class InterruptedError extends Error {
  constructor() {
    super('the program is being ended by a signal')
    this.name = 'InterruptedError'
  }
}
