import { cardOf, kinds } from "../resources";
import { ownAttributes, type Resource, type Stack } from "../terraform/stack";

/** Decides which resources are drawn, and whose card includes each of the others. */
export class Folding {
  /** Every resource that has a card or a frame. */
  readonly drawn: readonly Resource[];
  /** Task definitions that a service runs; the others have cards of their own. */
  private readonly served: ReadonlySet<Resource>;
  private readonly takenIn = new Map<Resource, Resource[]>();

  /** Finds the card of every resource of a stack. */
  constructor(private readonly stack: Stack) {
    this.served = new Set(
      stack
        .ofType("aws_ecs_service")
        .flatMap(({ attributes }) => stack.references(attributes.task_definition)),
    );
    for (const resource of stack.resources) {
      const host = this.hostOf(resource);
      if (host === resource) continue;
      this.takenIn.set(host, [...(this.takenIn.get(host) ?? []), resource]);
    }
    this.drawn = stack.resources.filter((resource) => this.hostOf(resource) === resource);
  }

  /** Addresses of the resources that the cards of these include. */
  into(resources: readonly Resource[]): string[] {
    return resources
      .flatMap((resource) => this.takenIn.get(resource) ?? [])
      .map(({ address }) => address);
  }

  /** The drawn resource whose card includes this one: itself, if it is drawn or no other card includes it. */
  hostOf(resource: Resource): Resource {
    const search = (one: Resource, passed: ReadonlySet<Resource>): Resource | undefined => {
      if (this.isOfDrawnType(one)) return one;
      for (const candidate of this.candidates(one)) {
        if (passed.has(candidate)) continue;
        const found = search(candidate, new Set([...passed, candidate]));
        if (found) return found;
      }
      return undefined;
    };
    return search(resource, new Set([resource])) ?? resource;
  }

  private isOfDrawnType(resource: Resource): boolean {
    const drawing = kinds.get(resource.type)?.drawing.as ?? "part";
    return drawing !== "part" && !this.served.has(resource);
  }

  /** The resources whose cards can include this one, the best first. */
  private candidates(resource: Resource): readonly Resource[] {
    const { stack } = this;
    const { type, attributes, module } = resource;
    const drawing = kinds.get(type)?.drawing;
    const fold = drawing && "into" in drawing ? drawing.into : undefined;
    const fitting = (among: readonly Resource[]) =>
      among.filter((other) => !fold?.type || fold.type.test(other.type));
    const users = stack.referrersOf(resource);
    const inModule = stack.resources.filter(
      (other) =>
        other.module === module &&
        this.isOfDrawnType(other) &&
        cardOf(other.type)?.together === undefined,
    );
    if (fold?.by) return [...fitting(stack.references(attributes[fold.by])), ...inModule];
    // The resources that a type with a rule names do not own it: a security group names the groups that it
    // admits.
    const named = fold ? [] : stack.references(ownAttributes(attributes));
    return [...fitting(users), ...named, ...inModule];
  }
}
