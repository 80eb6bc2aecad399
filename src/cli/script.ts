import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onInterrupt } from '../kit/interrupt.ts'
import { EXIT } from './answer.ts'

/**
 * Runs a program of the project that the tool must not contain, and takes over its exit code.
 *
 * @param script its path from the root of the project
 */
export async function runScript(script: string, words: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const finished = onInterrupt(async () => {
    child.kill('SIGTERM')
    await ended
  })
  process.exitCode = (await ended) ?? EXIT.failed
  finished()
}
