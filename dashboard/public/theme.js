// Sets a chosen theme before the first paint. A file of its own because the content policy allows no inline script.
try {
  const theme = localStorage.getItem('store-platform.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // No storage: the system's theme holds.
}
