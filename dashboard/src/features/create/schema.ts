import * as z from 'zod/mini'
import { createText } from '@/lib/text/create'
import { storeNameFault } from '@/lib/store-name'

/** What the form holds. The name is checked by the platform's one rule, with a message for each way of breaking it. */
export const createSchema = z.object({
  engine: z.string().check(z.minLength(1)),
  name: z.string().check(
    z.check<string>((context) => {
      const fault = storeNameFault(context.value.trim())
      if (fault !== null) context.issues.push({ code: 'custom', message: createText.faults[fault], input: context.value })
    }),
  ),
})

export type CreateValues = z.infer<typeof createSchema>
