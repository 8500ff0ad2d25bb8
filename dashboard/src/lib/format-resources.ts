/** Processor time and memory as people read them. */
import { formatsText, locale } from './text/formats'

const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 })
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** "512 MiB", "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${number.format(bytes / 1024 ** power)} ${units[power] ?? 'B'}`
}

/** "0.12", "< 0.01". */
export const formatCoreCount = (cores: number): string => (cores < 0.01 && cores > 0 ? '< 0.01' : number.format(Math.round(cores * 100) / 100))

/** "0.12 cores", "1 core". */
export const formatCores = (cores: number): string => formatsText.cores(formatCoreCount(cores))
