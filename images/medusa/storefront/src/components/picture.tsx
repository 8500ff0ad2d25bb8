interface PictureProps {
  src: string | null | undefined
  /** Empty where the text beside it says the same. */
  alt: string
  eager?: boolean
}

/** A square picture of a product, or a quiet placeholder. */
export function Picture({ src, alt, eager = false }: PictureProps) {
  if (!src) {
    return (
      <span className="picture picture-none" role={alt ? "img" : undefined} aria-label={alt || undefined}>
        <svg viewBox="0 0 24 24" width="32" height="32" fill="none" stroke="currentColor" strokeWidth="1.2" aria-hidden="true">
          <rect x="3" y="5" width="18" height="14" rx="2" />
          <path d="m3 16 5-5 4 4 3-3 6 6" />
        </svg>
      </span>
    )
  }
  return (
    <img
      className="picture"
      src={src}
      alt={alt}
      width="800"
      height="800"
      loading={eager ? "eager" : "lazy"}
      decoding="async"
    />
  )
}
