/** `etc/director/base.json` in every image: what the image is, and what a stamp is bound to. */
export interface BaseFacts {
  readonly schema: 1
  /** Of the base's uncompressed archive, without this file, followed by the kernel. */
  readonly base_sha256: string
  /** Version of the kernel. */
  readonly kernel: string
  /** Version of the agent. */
  readonly agent: string
  /** What this image can take. */
  readonly features: readonly string[]
}

/** Where it lies in the root file system. */
export const BASE_FACTS_PATH = 'etc/director/base.json'

/** True if a parsed base.json has every field. */
export function isBaseFacts(value: unknown): value is BaseFacts {
  const facts = value as Partial<BaseFacts> | null
  return (
    facts?.schema === 1 &&
    typeof facts.base_sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(facts.base_sha256) &&
    typeof facts.kernel === 'string' &&
    typeof facts.agent === 'string' &&
    Array.isArray(facts.features)
  )
}
