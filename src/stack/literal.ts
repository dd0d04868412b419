/**
 * The same data with every text in it, keys included, such that Terraform reads it as it is: in the
 * JSON of a stack `${` and `%{` begin an expression.
 */
export function literal<Data>(data: Data): Data {
  if (typeof data === "string") return data.replace(/[$%](?=\{)/g, "$&$&") as Data;
  if (Array.isArray(data)) return data.map(literal) as Data;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [literal(key), literal(value as unknown)]),
  ) as Data;
}
