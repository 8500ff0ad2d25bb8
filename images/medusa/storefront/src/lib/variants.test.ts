import { describe, expect, it } from "vitest"
import type { HttpTypes } from "@medusajs/types"
import { availableQuantity, findVariant, initialVariant, optionsToChoose, picturesOf } from "./variants"

type Variant = HttpTypes.StoreProductVariant

const variant = (id: string, values: Record<string, string>, rest: Partial<Variant> = {}) =>
  ({
    id,
    manage_inventory: true,
    inventory_quantity: 3,
    options: Object.entries(values).map(([option_id, value]) => ({ option_id, value })),
    ...rest,
  }) as Variant

const product = (variants: Variant[], options: Record<string, string[]>) =>
  ({
    variants,
    options: Object.entries(options).map(([id, values]) => ({ id, values: values.map((value) => ({ id: value, value })) })),
  }) as HttpTypes.StoreProduct

describe("findVariant", () => {
  const shirt = product(
    [variant("small-blue", { size: "S", colour: "Blue" }), variant("small-red", { size: "S", colour: "Red" })],
    { size: ["S"], colour: ["Blue", "Red"] },
  )

  it("finds the one that has every chosen value", () => {
    expect(findVariant(shirt, { size: "S", colour: "Red" })?.id).toBe("small-red")
  })

  it("finds none for a combination that is not made", () => {
    expect(findVariant(shirt, { size: "L", colour: "Red" })).toBeUndefined()
    expect(findVariant(shirt, { size: "S" })).toBeUndefined()
  })

  it("finds the only variant of a product without options", () => {
    expect(findVariant(product([variant("only", {})], {}), {})?.id).toBe("only")
  })
})

describe("availableQuantity", () => {
  it("is the stock", () => expect(availableQuantity(variant("a", {}))).toBe(3))
  it("is nothing when oversold", () => expect(availableQuantity(variant("a", {}, { inventory_quantity: -2 }))).toBe(0))
  it("has no end where backorders are taken or nothing is counted", () => {
    expect(availableQuantity(variant("a", {}, { allow_backorder: true, inventory_quantity: 0 }))).toBe(Number.POSITIVE_INFINITY)
    expect(availableQuantity(variant("a", {}, { manage_inventory: false }))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe("initialVariant", () => {
  const soldOut = variant("sold-out", {}, { inventory_quantity: 0 })

  it("is the first that can be bought", () => {
    expect(initialVariant(product([soldOut, variant("there", {})], {}))?.id).toBe("there")
  })

  it("is the first when all are sold out", () => {
    expect(initialVariant(product([soldOut], {}))?.id).toBe("sold-out")
  })
})

it("offers a choice only where there is one", () => {
  const mug = product([], { glaze: ["Moss", "Ink"], material: ["Clay"] })
  expect(optionsToChoose(mug).map(({ id }) => id)).toEqual(["glaze"])
})

it("shows the picture of the chosen variant first, and each picture once", () => {
  const tote = { thumbnail: "/natural.svg", images: [{ url: "/natural.svg" }, { url: "/charcoal.svg" }] } as HttpTypes.StoreProduct
  expect(picturesOf(tote, variant("c", {}, { thumbnail: "/charcoal.svg" }))).toEqual(["/charcoal.svg", "/natural.svg"])
  expect(picturesOf(tote, undefined)).toEqual(["/natural.svg", "/charcoal.svg"])
})
