import type { SVGProps } from 'react'

export type IconShape = typeof import('lucide/dist/esm/icons/*.mjs').default

/** An icon of Lucide. It stands beside words; where it stands alone, give it a role and a label, or label its button. */
export function Icon({ of, ...props }: { of: IconShape } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden={props['aria-label'] === undefined}
      {...props}
    >
      {of.map(([Tag, attributes], index) => (
        <Tag key={index} {...attributes} />
      ))}
    </svg>
  )
}
