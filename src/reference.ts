import { TerraformVariable, type TerraformResource } from "./cdktf";

/**
 * The address of a resource or variable without interpolation marks, to stand in a larger
 * expression or in `depends_on`.
 */
export function reference(element: TerraformResource | TerraformVariable): string {
  return element instanceof TerraformVariable
    ? `var.${element.friendlyUniqueId}`
    : `${element.terraformResourceType}.${element.friendlyUniqueId}`;
}
