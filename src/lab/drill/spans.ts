/** From when to when something was so, in milliseconds since 1970. */
export interface Span {
  readonly from_ms: number
  readonly to_ms: number
}

/** The spans of moments that lie no further apart than `gap_ms`. */
export function spansOf(moments: readonly number[], gap_ms: number): readonly Span[] {
  const spans: { from_ms: number; to_ms: number }[] = []
  for (const at of [...moments].sort((left, right) => left - right)) {
    const last = spans.at(-1)
    if (last === undefined || at - last.to_ms > gap_ms) spans.push({ from_ms: at, to_ms: at })
    else last.to_ms = at
  }
  return spans
}

/** The spans in which both were so. */
export function overlapsOf(left: readonly Span[], right: readonly Span[]): readonly Span[] {
  return left.flatMap(one =>
    right.flatMap(other => {
      const from_ms = Math.max(one.from_ms, other.from_ms)
      const to_ms = Math.min(one.to_ms, other.to_ms)
      return from_ms <= to_ms ? [{ from_ms, to_ms }] : []
    }),
  )
}

/** The length of the longest span; 0 if there is none. */
export function longestOf(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(({ from_ms, to_ms }) => to_ms - from_ms))
}

/** The longest time without a moment between `from_ms` and `to_ms`. */
export function longestGap(moments: readonly number[], from_ms: number, to_ms: number): number {
  const inside = moments.filter(at => at > from_ms && at < to_ms)
  const all = [from_ms, ...inside.sort((left, right) => left - right), to_ms]
  return Math.max(...all.slice(1).map((at, index) => at - (all[index] ?? at)))
}
