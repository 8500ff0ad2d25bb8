/** The language of all texts, for what browsers format by themselves. */
export const locale = 'en'

const ordinalSuffixes: Record<Intl.LDMLPluralRule, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }

export const formatsText = {
  justNow: 'just now',
  ordinal: (count: string, rule: Intl.LDMLPluralRule) => `${count}${ordinalSuffixes[rule]}`,
  cores: (count: string) => `${count} ${count === '1' ? 'core' : 'cores'}`,
}
