import { setTimeout as sleep } from 'node:timers/promises'
import { labProblem } from './lab-problem.ts'
import type { Transcript } from './transcript.ts'

/** What a log-in on a console needs. */
export interface LogInOptions {
  readonly transcript: Transcript
  /** Types text on the keyboard. */
  readonly type: (text: string) => void
  readonly password: string
  /** Why nobody waits for it any more; undefined: somebody does. */
  readonly isGivenUp?: () => string | undefined
}

/** How long it may take in all, and each step. */
export interface LogInLimits {
  readonly whole_ms: number
  /** No prompt came for so long after a key: it is pressed again. */
  readonly key_ms: number
  /** No prompt came for so long after the name or the password: the key is pressed. */
  readonly answer_ms: number
  /** A prompt counts once nothing came behind it for so long. */
  readonly quiet_ms: number
}

// Two machines that boot by emulation beside other work keep a getty busy for half a minute.
const LIMITS: LogInLimits = {
  ...{ whole_ms: 180_000, key_ms: 4_000, answer_ms: 15_000, quiet_ms: 150 },
}

// A shell may ask the terminal for the cursor's place right behind its prompt.
const PROMPT = /(login|assword): *$|[#$] *(\W\[[0-9;]*[A-Za-z])*$/
// Ctrl-U takes back what a person may have typed half, in a shell and at a getty.
const NUDGE = '\u0015\r'
// Ctrl-C also ends what runs in the shell. A getty ends by it, and drops what is typed meanwhile.
const BREAK = '\u0003'
const NUDGES_BEFORE_A_BREAK = 2

/**
 * Logs root in where a getty asks, and does nothing where a shell is waiting already.
 *
 * What is typed follows from the prompt that stands last, never from what was typed before: a
 * prompt may come twice, a getty may drop what came too early, a line of the kernel may stand
 * behind a prompt. So every wrong turn ends at another prompt.
 */
export async function logIn(options: LogInOptions, limits: LogInLimits = LIMITS): Promise<void> {
  const { transcript, type, password, isGivenUp = () => undefined } = options
  const deadline = Date.now() + limits.whole_ms
  let answer = NUDGE
  let nudges = 0
  while (Date.now() < deadline) {
    const why = isGivenUp() ?? transcript.over()
    if (why !== undefined) throw labProblem('lab_console', `no log-in on the console: ${why}`, '')
    const from = transcript.mark()
    type(answer)
    const patience_ms = answer === NUDGE ? limits.key_ms : limits.answer_ms
    const prompt = await lastPrompt(transcript, from, patience_ms, limits.quiet_ms)
    if (prompt === 'shell') return
    if (prompt === 'nothing') {
      nudges += 1
      if (nudges % (NUDGES_BEFORE_A_BREAK + 1) === 0) type(BREAK)
      answer = NUDGE
    } else answer = prompt === 'login' ? 'root\r' : `${password}\r`
  }
  const what = `no log-in on the console within ${limits.whole_ms} ms; it last said:`
  throw labProblem('lab_console', what, transcript.text().slice(-500))
}

type Prompt = 'login' | 'password' | 'shell' | 'nothing'

/** The prompt with which all that was said since `from` ends, once it stays the last. */
async function lastPrompt(
  transcript: Transcript,
  from: number,
  patience_ms: number,
  quiet_ms: number,
): Promise<Prompt> {
  const deadline = Date.now() + patience_ms
  for (;;) {
    const left_ms = deadline - Date.now()
    if (left_ms <= 0) return 'nothing'
    const found = await transcript.waitFor(PROMPT, left_ms, from).catch(() => undefined)
    if (found === undefined) return 'nothing'
    await sleep(quiet_ms)
    if (transcript.mark() !== found.end) continue
    const word = found.match[1]
    return word === 'login' ? 'login' : word === 'assword' ? 'password' : 'shell'
  }
}
