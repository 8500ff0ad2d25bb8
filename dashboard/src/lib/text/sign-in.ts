export const signInText = {
  title: 'Who is there?',
  titleOidc: 'Sign in',
  body: 'Give a user name. Your stores belong to it.',
  local: 'For local use: there is no password, so anyone who reaches this page can be anyone.',
  bodyOidc: 'Your organisation’s sign-in opens, then you are back here.',
  ended: 'Your session has ended. Sign in again to go on.',
  name: 'User name',
  namePlaceholder: 'such as ada',
  invalid: 'Use 1 to 128 letters, digits and signs of plain English.',
  submit: 'Continue',
  submitOidc: 'Sign in',
  recent: 'Used here before',
}
