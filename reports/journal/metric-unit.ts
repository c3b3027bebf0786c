import { z } from 'zod';
import type { Metric } from '../../orchestrator/model/outcome.ts';

/** A figure's unit, as journals, history and comparisons have it. */
export const metricUnit = z.enum(['iops', 'bytes/s', 'ns', '%', 's', 'count', 'instructions']) satisfies z.ZodType<
  Metric['unit']
>;
