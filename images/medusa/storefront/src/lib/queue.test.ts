import { expect, it } from "vitest"
import { createQueue } from "./queue"

it("runs one task after the other, in order, and goes on after a failure", async () => {
  const enqueue = createQueue()
  const seen: string[] = []
  let finishFirst = () => {}
  const first = enqueue(async () => {
    seen.push("first begins")
    await new Promise<void>((resolve) => (finishFirst = resolve))
    seen.push("first ends")
    throw new Error("no")
  })
  const second = enqueue(async () => {
    seen.push("second")
    return 2
  })

  await Promise.resolve()
  expect(seen).toEqual(["first begins"])
  finishFirst()
  await expect(first).rejects.toThrow("no")
  expect(await second).toBe(2)
  expect(seen).toEqual(["first begins", "first ends", "second"])
})
