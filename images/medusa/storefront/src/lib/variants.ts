import type { HttpTypes } from "@medusajs/types"

export type Selection = Record<string, string>

/** The chosen value of each of the product's options. */
export function selectionOf(variant: HttpTypes.StoreProductVariant): Selection {
  return Object.fromEntries((variant.options ?? []).map(({ option_id, value }) => [option_id, value]))
}

export function findVariant(
  product: HttpTypes.StoreProduct,
  selection: Selection,
): HttpTypes.StoreProductVariant | undefined {
  return product.variants?.find((variant) => {
    const values = selectionOf(variant)
    return (product.options ?? []).every(({ id }) => values[id] === selection[id])
  })
}

/** How many can be bought; Infinity where the store keeps no count or sells what it does not have yet. */
export function availableQuantity(variant: HttpTypes.StoreProductVariant): number {
  if (!variant.manage_inventory || variant.allow_backorder) return Number.POSITIVE_INFINITY
  return Math.max(0, variant.inventory_quantity ?? 0)
}

/** The variant to show first: the first one that can be bought. */
export function initialVariant(product: HttpTypes.StoreProduct): HttpTypes.StoreProductVariant | undefined {
  const variants = product.variants ?? []
  return variants.find((variant) => availableQuantity(variant) > 0) ?? variants[0]
}

/** A single variant that is only "Default" is nothing a customer chooses. */
export function optionsToChoose(product: HttpTypes.StoreProduct): HttpTypes.StoreProductOption[] {
  return (product.options ?? []).filter(({ values }) => (values?.length ?? 0) > 1)
}

/** Pictures of a product with that of the chosen variant first. */
export function picturesOf(product: HttpTypes.StoreProduct, variant: HttpTypes.StoreProductVariant | undefined): string[] {
  const all = [variant?.thumbnail, product.thumbnail, ...(product.images ?? []).map(({ url }) => url)]
  return [...new Set(all.filter((url): url is string => Boolean(url)))]
}
