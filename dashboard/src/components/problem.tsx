import { type ComponentProps, Suspense, lazy } from 'react'

/** How an error is told is no part of the first view, which has none. It comes right after it, since it is needed when the network is gone. */
export const loadProblemView = () => import('./problem-view')

const View = lazy(() => loadProblemView().then((module) => ({ default: module.ProblemView })))
const Notice = lazy(() => loadProblemView().then((module) => ({ default: module.ProblemNotice })))

export const ProblemView = (props: ComponentProps<typeof View>) => (
  <Suspense>
    <View {...props} />
  </Suspense>
)

export const ProblemNotice = (props: ComponentProps<typeof Notice>) => (
  <Suspense>
    <Notice {...props} />
  </Suspense>
)
