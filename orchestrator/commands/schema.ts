import { matrixJsonSchema } from '../../matrices/schema/schema.ts';

/** `pmemrig schema`: the JSON Schema of matrix files on stdout. */
export function schemaCommand(): void {
  process.stdout.write(`${JSON.stringify(matrixJsonSchema(), undefined, 2)}\n`);
}
