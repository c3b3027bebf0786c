import type { Expression, Operand } from './expression.ts';

/** What a kernel's Kconfig files say, as far as it decides whether an option can be set. */
export interface KconfigTree {
  readonly options: ReadonlyMap<string, KconfigOption>;
  /** By the name of the option that is selected. */
  readonly selects: ReadonlyMap<string, readonly Select[]>;
}

export interface KconfigOption {
  readonly name: string;
  readonly type: OptionType;
  /** An option may be defined in several places; it can be set where any of them allows it. */
  readonly definitions: readonly OptionDefinition[];
}

export type OptionType = 'bool' | 'tristate' | 'string' | 'int' | 'hex' | 'unknown';

export interface OptionDefinition {
  readonly file: string;
  readonly line: number;
  /** Its own `depends on` and those of the blocks around it. */
  readonly dependsOn: Expression;
  /** When it can be asked for; absent for an option that others select or that follows from its default. */
  readonly prompt?: Expression;
  readonly defaults: readonly ConditionalValue[];
  readonly ranges: readonly OptionRange[];
  readonly choice?: Choice;
}

export interface ConditionalValue {
  readonly value: Expression;
  readonly condition: Expression;
}

export interface OptionRange {
  readonly low: Operand;
  readonly high: Operand;
  readonly condition: Expression;
}

/** Options of which one is `y`. */
export interface Choice {
  readonly prompt: string;
  readonly members: readonly string[];
}

export interface Select {
  readonly by: string;
  readonly condition: Expression;
}
