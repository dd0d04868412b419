/**
 * Regular expressions that both settings and Terraform variables must match: in what JavaScript's
 * and Terraform's (RE2) have in common.
 */
export const patterns = {
  /** Code of an AWS region. */
  region: "^[a-z]{2}(-[a-z]+)+-[0-9]+$",
  /** Id of an availability zone. */
  zoneId: "^[a-z]{3,5}[0-9]+-az[0-9]+$",
  /** E-mail address, as far as a pattern can check it. */
  email: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
};
