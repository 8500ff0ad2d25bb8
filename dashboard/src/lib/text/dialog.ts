export const dialogText = {
  close: 'Close',
  account: {
    title: 'Account',
    signedInAs: (name: string) => `You are ${name}.`,
    switch: 'Switch user',
    local: 'For local use: there is no password here.',
    appearance: 'Appearance',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    signOut: 'Sign out',
  },
}
