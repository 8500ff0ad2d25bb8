/** The sample products of a new store. Their pictures are the storefront's own files, below /pictures. */

export interface SampleProduct {
  title: string
  handle: string
  subtitle: string
  description: string
  option: string
  /** For each value of the option its price in US dollars and, where it looks different, its own picture. */
  variants: Record<string, { price: number; picture?: string }>
}

export const SAMPLE_PRODUCTS: SampleProduct[] = [
  {
    title: "Blue Shirt",
    handle: "blue-shirt",
    subtitle: "Washed cotton, relaxed cut",
    description:
      "An everyday shirt in washed, mid-weight cotton. The collar keeps its shape, the cut leaves room to move, and the blue softens a little with every wash.",
    option: "Size",
    variants: { S: { price: 29.99 }, M: { price: 29.99 }, L: { price: 29.99 }, XL: { price: 29.99 } },
  },
  {
    title: "Red Hat",
    handle: "red-hat",
    subtitle: "Brushed twill, curved brim",
    description:
      "Six panels of brushed cotton twill with a curved brim and an adjustable strap. Bright enough to find in a crowd, plain enough to wear with everything.",
    option: "Size",
    variants: { "S/M": { price: 14.99 }, "L/XL": { price: 14.99 } },
  },
  {
    title: "Canvas Tote",
    handle: "canvas-tote",
    subtitle: "Heavy canvas, long handles",
    description:
      "Heavy undyed canvas that stands up on its own, with handles long enough for the shoulder and a pocket for keys. Carries a week of groceries or a laptop and lunch.",
    option: "Colour",
    variants: { Natural: { price: 24, picture: "canvas-tote" }, Charcoal: { price: 24, picture: "canvas-tote-charcoal" } },
  },
  {
    title: "Stoneware Mug",
    handle: "stoneware-mug",
    subtitle: "Hand-glazed, 350 ml",
    description:
      "Thrown in stoneware and glazed by hand, so no two are quite alike. Keeps coffee warm, fits a full hand, and goes into the dishwasher.",
    option: "Glaze",
    variants: { Moss: { price: 18, picture: "stoneware-mug" }, Sand: { price: 18, picture: "stoneware-mug-sand" }, Ink: { price: 18, picture: "stoneware-mug-ink" } },
  },
  {
    title: "Linen Notebook",
    handle: "linen-notebook",
    subtitle: "160 pages, lies flat",
    description:
      "Thread-sewn, so it lies flat from the first page to the last. The paper takes fountain pens without bleeding, the linen cover takes the rest.",
    option: "Paper",
    variants: { Plain: { price: 12.5 }, Dotted: { price: 12.5 }, Lined: { price: 12.5 } },
  },
  {
    title: "Beeswax Candle",
    handle: "beeswax-candle",
    subtitle: "Pure wax, cotton wick",
    description:
      "Nothing but beeswax and a cotton wick in a glass you will want to keep. Burns slowly and smells faintly of honey.",
    option: "Size",
    variants: { "180 g": { price: 22 }, "300 g": { price: 32 } },
  },
]
