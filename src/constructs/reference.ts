import {
  TerraformDataSource,
  TerraformLocal,
  TerraformVariable,
  type TerraformResource,
} from "../cdktf";

/**
 * The address of a resource, data source, variable or local without interpolation marks, for use in a
 * larger expression or in `depends_on`.
 */
export function reference(
  element: TerraformResource | TerraformDataSource | TerraformVariable | TerraformLocal,
): string {
  if (element instanceof TerraformVariable) return `var.${element.friendlyUniqueId}`;
  if (element instanceof TerraformLocal) return `local.${element.friendlyUniqueId}`;
  const address = `${element.terraformResourceType}.${element.friendlyUniqueId}`;
  return element instanceof TerraformDataSource ? `data.${address}` : address;
}
