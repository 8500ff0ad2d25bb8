import type { InputHTMLAttributes } from "react"

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  name: string
  label: string
  wide?: boolean
}

export function Field({ label, wide = false, required = true, ...input }: FieldProps) {
  return (
    <label className={wide ? "field field-wide" : "field"}>
      <span className="field-label">
        {label}
        {!required && <span className="muted"> (optional)</span>}
      </span>
      <input type="text" required={required} {...input} />
    </label>
  )
}
