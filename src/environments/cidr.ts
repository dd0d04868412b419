import { isIPv4 } from "node:net";

/** An IPv4 network. */
export interface Cidr {
  /** Its first address as a number. */
  readonly base: number;
  /** Length of its prefix. */
  readonly bits: number;
}

/** Reads an IPv4 CIDR; undefined for what is none, or has bits set after the prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const bits = Number(prefix);
  if (!isIPv4(address) || bits > 32) return undefined;
  const base = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return base % 2 ** (32 - bits) === 0 ? { base, bits } : undefined;
}

/** Tests whether one IPv4 CIDR contains another; false for a text that is no CIDR. */
export function contains(outer: string, inner: string): boolean {
  const [holder, held] = [parseCidr(outer), parseCidr(inner)];
  if (!holder || !held || holder.bits > held.bits) return false;
  return held.base >= holder.base && held.base < holder.base + 2 ** (32 - holder.bits);
}

/**
 * Ranges in which AWS makes no VPC.
 * Source: "VPC CIDR blocks", Amazon VPC user guide; IANA's registry of special-purpose addresses.
 */
const unusable = {
  "0.0.0.0/8": "this network",
  "127.0.0.0/8": "loopback",
  "169.254.0.0/16": "link-local",
  "224.0.0.0/4": "multicast",
  "240.0.0.0/4": "reserved",
};

/** The range of addresses that are no use in a VPC in which a CIDR lies, with its purpose; undefined for others. */
export function unusableRange(cidr: string): string | undefined {
  const found = Object.entries(unusable).find(([range]) => contains(range, cidr));
  return found && `${found[0]} (${found[1]} addresses)`;
}
