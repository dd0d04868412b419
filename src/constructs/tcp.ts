/** What every rule of a security group says here: a single TCP port, and what it is for. */
export function tcp(port: number, description: string) {
  return { description, protocol: "tcp", fromPort: port, toPort: port };
}
