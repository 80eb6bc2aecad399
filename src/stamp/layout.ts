import { fail } from '../kit/problem.ts'

/** `/director/layout.json` in an ISO: where a stamp goes, without a search. */
export interface Layout {
  /** Of this format. */
  readonly version: 1
  readonly base_sha256: string
  /** What this image can take; a tool refuses an option that is not named here. */
  readonly features: readonly string[]
  /** Where the node's stamp goes; zeros when there is none. */
  readonly node: Region
  /** Where settings of the boot loader go. */
  readonly kargs: readonly KernelArgumentRegion[]
  /** What the loader and the kernel talk on unless a stamp says otherwise. */
  readonly console: ConsolePort
}

/** A piece of a file in the ISO. */
export interface Region {
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** Text that is filled up with `pad` to the length of its region. */
export interface KernelArgumentRegion extends Region {
  readonly pad: string
}

export interface ConsolePort {
  readonly port: string
  readonly baud: number
}

/** What an image of today takes: a stamp or several, and another console than the board's. */
export const LAYOUT_FEATURES = ['node-region', 'kargs-region', 'fleet'] as const

// Without it there is no place for a stamp.
const NEEDED_FEATURE = 'node-region'
const NODE_BYTES_MAX = 64 << 20
const ARGUMENT_BYTES_MAX = 64 << 10

/**
 * Reads a layout and checks every field.
 *
 * @throws ProblemError `layout_malformed`, or `layout_unsupported` for a version to come
 */
export function decodeLayout(bytes: Uint8Array, file: string): Layout {
  let layout: Partial<Record<keyof Layout, unknown>> | null
  try {
    layout = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return malformed(file, 'not JSON', '')
  }
  if (layout === null || typeof layout !== 'object') return malformed(file, 'no object', '')
  if (layout.version !== 1) return unsupported(file, layout.version)
  if (typeof layout.base_sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(layout.base_sha256)) {
    malformed(file, 'no SHA-256', 'base_sha256')
  }
  if (!isListOf(layout.features, feature => typeof feature === 'string')) {
    malformed(file, 'no list of names', 'features')
  }
  if (!(layout.features as string[]).includes(NEEDED_FEATURE)) lacking(file)
  if (!isRegion(layout.node, NODE_BYTES_MAX)) malformed(file, 'no region', 'node')
  if (!isListOf(layout.kargs, isArgumentRegion)) malformed(file, 'no list of regions', 'kargs')
  if (!isConsole(layout.console)) malformed(file, 'no port and baud rate', 'console')
  return layout as unknown as Layout
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne)
}

function isRegion(value: unknown, lengthMax: number): boolean {
  const region = value as Region | null
  if (region === null || typeof region !== 'object') return false
  const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 0
  const fits = isCount(region.offset) && isCount(region.length) && region.length <= lengthMax
  return typeof region.file === 'string' && fits
}

function isArgumentRegion(value: unknown): boolean {
  return isRegion(value, ARGUMENT_BYTES_MAX) && (value as KernelArgumentRegion).pad === '#'
}

function isConsole(value: unknown): boolean {
  const port = value as ConsolePort | null
  return typeof port?.port === 'string' && Number.isSafeInteger(port.baud)
}

function malformed(file: string, found: string, path: string): never {
  fail({
    code: 'layout_malformed',
    message: 'the layout of the image cannot be read',
    found,
    where: { file, path: path === '' ? '/director/layout.json' : `/director/layout.json ${path}` },
    remedy: 'copy the image again, or build it again',
  })
}

function unsupported(file: string, version: unknown): never {
  fail({
    code: 'layout_unsupported',
    message: 'the image has a layout that this tool does not know',
    expected: 'version 1',
    found: `version ${JSON.stringify(version) ?? 'none'}`,
    where: { file },
    remedy: 'use the tool that built the image, or build the image with this one',
  })
}

function lacking(file: string): never {
  fail({
    code: 'layout_unsupported',
    message: 'the image cannot take a stamp',
    expected: `the feature ${NEEDED_FEATURE}`,
    where: { file },
    remedy: 'build the image with this tool',
  })
}
