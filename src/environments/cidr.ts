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

/** Whether one IPv4 CIDR holds another; false for what is no CIDR. */
export function contains(outer: string, inner: string): boolean {
  const [holder, held] = [parseCidr(outer), parseCidr(inner)];
  if (!holder || !held || holder.bits > held.bits) return false;
  return held.base >= holder.base && held.base < holder.base + 2 ** (32 - holder.bits);
}
