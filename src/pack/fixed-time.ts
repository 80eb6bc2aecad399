/** Every date in an image, as xorriso takes it: no clock gets in. */
export const FIXED_DATE = '2000010100000000'

/** The same date for programs that look for it in their environment. */
export const FIXED_TIME = { SOURCE_DATE_EPOCH: '946684800' } as const
