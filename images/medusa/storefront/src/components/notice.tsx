import type { ReactNode } from "react"

interface NoticeProps {
  title: string
  tone?: "plain" | "error"
  children?: ReactNode
}

/** A whole-page message: nothing here, something broke. */
export function Notice({ title, tone = "plain", children }: NoticeProps) {
  return (
    <section className="notice" role={tone === "error" ? "alert" : undefined}>
      <h1>{title}</h1>
      {children}
    </section>
  )
}

export function ErrorLine({ children }: { children: ReactNode }) {
  return (
    <p className="error-line" role="alert">
      {children}
    </p>
  )
}
