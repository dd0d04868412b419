import type { AwsTarget } from "../aws/client";
import type { Ask, Existing, Find, Look, Planned } from "./kind";

type Service<C> = (to: AwsTarget) => Promise<C>;
type Call<C, R> = (client: C, id: string, arn: string) => Promise<R>;

/**
 * Asks AWS by a call that fails if the object is gone.
 * @param look what the answer means. @default the object exists
 */
export const ask =
  <C, R>(
    service: Service<C>,
    call: Call<C, R>,
    look: (answer: R, id: string) => Look = () => ({}),
  ): Ask =>
  async (to, id, arn) =>
    look(await call(await service(to), id, arn), id);

/**
 * Asks AWS by a call that lists the object.
 * @param list where the answer has the list
 * @param exists whether an object in the list exists. @default each does
 */
export const listed = <C, T, K extends string>(
  service: Service<C>,
  list: K,
  call: Call<C, Partial<Record<K, readonly T[]>>>,
  exists: (item: T, id: string) => boolean = () => true,
): Ask =>
  ask(service, call, (answer, id) => ({
    gone: !answer[list]?.some((item) => exists(item, id)),
  }));

/** Searches for an object by its planned arguments. */
export const search =
  <C>(
    service: Service<C>,
    find: (client: C, planned: Planned) => Promise<Existing | undefined>,
  ): Find =>
  async (planned, to) =>
    find(await service(to), planned);

/** Parameters of an EC2 call that lists what has these properties. */
export const where = (properties: Readonly<Record<string, string>>) => ({
  Filters: Object.entries(properties).map(([Name, value]) => ({ Name, Values: [value] })),
});

/** A tag as most services have it. */
interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** An object with its tags; undefined without an id. */
export function existing(id: string | undefined, tags: readonly Tag[] = []): Existing | undefined {
  if (id === undefined) return undefined;
  return { id, tags: Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])) };
}
