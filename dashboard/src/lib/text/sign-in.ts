export const signInText = {
  title: 'Sign in',
  body: 'Your stores belong to the name you give.',
  local: 'For local use: there is no password, so anyone who reaches this page can be anyone.',
  out: 'You are signed out.',
  bodyOidc: 'Your organisation’s sign-in opens, then you are back here.',
  ended: 'Your session has ended. Sign in again to go on.',
  name: 'User name',
  namePlaceholder: 'such as ada',
  invalid: 'Use 1 to 128 letters, digits and signs of plain English.',
  submit: 'Continue',
  submitOidc: 'Sign in',
  recent: 'Used here before',
}
