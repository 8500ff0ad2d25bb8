export const pagerText = { label: 'Pages', older: 'Next', newer: 'Previous', first: 'First page' }
