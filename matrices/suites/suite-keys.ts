import * as z from 'zod';
import { name } from '../values/scalars.ts';

/** The keys that each suite's entry has. */
export const suiteKeys = <Kind extends string>(kind: Kind) => ({
  name,
  kind: z.literal(kind).optional().describe('Defaults to the name.'),
});
