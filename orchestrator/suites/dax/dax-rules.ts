import type { Rule } from '../shared/rules/rule.ts';
import { MAP_SYNC } from './rules/map-sync.ts';

/** In the order in which they run: what spends the guest comes last. */
export const DAX_RULES: readonly Rule[] = [MAP_SYNC];
