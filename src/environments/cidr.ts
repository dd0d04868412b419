/** Whether one IPv4 CIDR holds another. */
export function contains(outer: string, inner: string): boolean {
  const [outerBase = 0, outerBits = 0] = parse(outer);
  const [innerBase = 0, innerBits = 0] = parse(inner);
  const size = 2 ** (32 - outerBits);
  return outerBits <= innerBits && Math.floor(innerBase / size) === Math.floor(outerBase / size);
}

function parse(cidr: string): [base: number, bits: number] {
  const [address = "", bits = "32"] = cidr.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [base, Number(bits)];
}
