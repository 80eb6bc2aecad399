import { after, type Duration, type Instant, isDue } from '../units.ts'
import { openChild, type Program } from './child.ts'
import type { Watcher } from './poll.ts'

/** Something that is looked at in turn. */
export interface Script {
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

/**
 * Runs a program again and again, one at a time, and never waits for it: 0 is told where it ended
 * with 0 in its time, else 1. The next run waits until one that was killed is gone.
 */
export function openScript(
  script: Program & { readonly interval: Duration },
  watcher: Watcher,
  tell: (down: number) => void,
): Script {
  const child = openChild(watcher)
  let nextAt = host.now()
  return {
    expire(at) {
      child.expire(at)
      if (child.nextDeadline() !== undefined || !isDue(nextAt, at)) return
      nextAt = after(at, script.interval)
      child.run(script, errno => tell(errno === 0 ? 0 : 1))
    },
    nextDeadline: () => child.nextDeadline() ?? nextAt,
  }
}
