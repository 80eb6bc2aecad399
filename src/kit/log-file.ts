import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Appends a line with the time in front. */
export type LogFile = (line: string) => void

/**
 * Begins a new log file.
 *
 * Each line is on disk when the call returns, so that a log is whole up to a crash. A disk that is
 * full or read-only stops the log, not the work: the work meets the same disk and says so.
 */
export function openLogFile(path: string): LogFile {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  } catch {
    return () => undefined
  }
  return line => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${line}\n`)
    } catch {
      // See above.
    }
  }
}
