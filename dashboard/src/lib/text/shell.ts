/** English for the frame around every view. Each file of this folder belongs to one part of the page and loads with it. */
export const shellText = {
  product: 'Store Platform',
  skip: 'Skip to content',
  nav: { label: 'Main', stores: 'Stores', overview: 'Overview', audit: 'Audit log' },
  theme: { toDark: 'Switch to dark theme', toLight: 'Switch to light theme' },
  account: 'Account:',
  connection: {
    live: 'Live',
    liveHint: 'Changes show up by themselves, the moment they happen.',
    polling: 'Connection lost',
    restHint: 'This API pushes no changes; the page asks every 5 seconds.',
    rest: 'Every 5 s',
    pollingHint: 'Live updates are interrupted. Asking every 5 seconds until they are back.',
    offline: 'You are offline',
    offlineHint: 'What you see may be out of date. It catches up when the network is back.',
  },
  title: (...parts: string[]) => [...parts, 'Store Platform'].join(' · '),
  notFound: {
    title: 'There is no such page',
    body: 'The address may be mistyped, or what it showed is gone.',
    action: 'Go to your stores',
  },
  crashed: {
    title: 'This page has a problem',
    body: 'Something went wrong while showing it. Reloading usually helps; your stores are not affected.',
    reload: 'Reload',
  },
}
