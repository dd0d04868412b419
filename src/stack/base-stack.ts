import { TerraformStack, type TerraformElement, type TerraformResource } from "../cdktf";

const addressInModule = /^(?:data\.)?([a-z0-9_]+)\.([A-Za-z0-9_]+)(?:\[(\d+)\])?$/;

/**
 * A stack whose Terraform addresses follow from its constructs.
 *
 * A resource's construct id is its address within its module, `aws_subnet.public[0]`; in the state
 * it is `aws_subnet.network_public_0`, where `network` is its parent construct. A name that
 * begins with the construct's own (`api_server_cpu` in `api_server`) is not prefixed again.
 */
export class BaseStack extends TerraformStack {
  private readonly owners = new Map<string, string>();

  /**
   * Does nothing. cdktf resolves every token here once more, to find references to other stacks: these stacks have
   * none, and each has a backend. Without it synthesis takes 10 % less time.
   */
  override prepareStack(): void {}

  /**
   * Names an element after its path.
   * @throws Error if the id of a resource is not an address of its own type, or if another element
   * of the same type has the same name
   */
  protected override allocateLogicalId(element: TerraformElement): string {
    const scopes = element.node.scopes.slice(element.node.scopes.indexOf(this) + 1);
    const modules = scopes.slice(0, -1).map((scope) => scope.node.id);
    const type = (element as TerraformResource).terraformResourceType ?? element.constructor.name;
    const name = [...modules].reverse().reduce(prefix, nameOf(element, type));
    const key = `${type}.${name}`;
    const owner = this.owners.get(key);
    if (owner !== undefined && owner !== element.node.path) {
      throw new Error(`${element.node.path} and ${owner} would both be ${key}: rename one of them`);
    }
    this.owners.set(key, element.node.path);
    return name;
  }
}

function prefix(name: string, module: string): string {
  return name === module || name.startsWith(`${module}_`) ? name : `${module}_${name}`;
}

function nameOf(element: TerraformElement, type: string): string {
  const { id, path } = element.node;
  if (!id.includes(".")) return id;
  const [, idType, name, index] = addressInModule.exec(id) ?? [];
  if (name === undefined || idType !== type) {
    throw new Error(`${path}: the id of this ${type} must read ${type}.NAME or ${type}.NAME[0]`);
  }
  // Terraform itself adds the index to the name of a resource with a count.
  const counted = (element as TerraformResource).count !== undefined;
  return index === undefined || counted ? name : `${name}_${index}`;
}
