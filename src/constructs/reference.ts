import { TerraformDataSource, TerraformVariable, type TerraformResource } from "../cdktf";

/**
 * The address of a resource, data source or variable without interpolation marks, to stand in a
 * larger expression or in `depends_on`.
 */
export function reference(
  element: TerraformResource | TerraformDataSource | TerraformVariable,
): string {
  if (element instanceof TerraformVariable) return `var.${element.friendlyUniqueId}`;
  const address = `${element.terraformResourceType}.${element.friendlyUniqueId}`;
  return element instanceof TerraformDataSource ? `data.${address}` : address;
}
