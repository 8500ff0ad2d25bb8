// The package describes only its index, which names every icon there is.
declare module 'lucide/dist/esm/icons/*.mjs' {
  const icon: [tag: 'path' | 'circle' | 'rect' | 'line' | 'polyline' | 'polygon' | 'ellipse', attributes: Record<string, string>][]
  export default icon
}
