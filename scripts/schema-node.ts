/** A schema as valibot keeps it at run time. */
export interface Node {
  readonly type: string;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly pipe?: readonly Action[];
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly wrapped?: Node;
  readonly item?: Node;
}

/** A step of a schema's pipe. */
export type Action = Node & {
  readonly requirement?: number;
  readonly examples?: readonly unknown[];
};

/** The actions of a schema, those of the schemas that it extends included. */
export function actionsOf({ pipe = [] }: Node): readonly Action[] {
  const [base, ...actions] = pipe;
  return base ? [...actionsOf(base), ...actions] : [];
}

/** The least and the greatest number that a schema allows; undefined where it has no bound. */
export function boundsOf(node: Node): { min?: number; max?: number } {
  const bound = (type: string) =>
    actionsOf(node).find((action) => action.type === type)?.requirement;
  return { min: bound("min_value"), max: bound("max_value") };
}
