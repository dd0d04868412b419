import { Pricing } from "@aws-sdk/client-pricing";
import { client } from "./client";

/** Where AWS serves its price list. Source: AWS Price List Query API, endpoints. */
const PRICE_LIST_REGION = "us-east-1";

/** `EUC1-`, `EU-` or, of KMS, `eu-central-1-` before a usage type: no part of it, such as `SpotUsage-` or `TS-`. */
const REGION_PREFIX = "(?:(?:EU|[A-Z]{2,4}\\d)-|[a-z]{2}(?:-[a-z]+)+-\\d-)?";

/** A search in the price list. */
export interface PriceQuery {
  /** AWS's code of the service. */
  readonly service: string;
  /** The usage type, without the prefix of a region. */
  readonly usageType: string;
  /** The region. */
  readonly region: string;
  /** The attribute that holds the region. @default regionCode */
  readonly regionField?: string;
  /** Further attributes. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** The answer of the price list. */
export type ListedPrice =
  { readonly usd: number } | { readonly problem: "not listed" | "several prices" };

interface Product {
  readonly product: { readonly attributes: Readonly<Record<string, string>> };
  readonly terms: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions: Readonly<Record<string, PriceDimension>> }>
    >;
  };
}

interface PriceDimension {
  readonly beginRange?: string;
  readonly pricePerUnit: { readonly USD?: string };
}

/** Asks AWS's price list, which needs `pricing:GetProducts` and is free of charge. */
export class PriceList {
  private readonly pricing = client(Pricing, { region: PRICE_LIST_REGION });

  /** The price on demand of one unit; where there are steps, of the first that costs anything. */
  async priceOf({
    service,
    usageType,
    region,
    regionField = "regionCode",
    filters = {},
  }: PriceQuery): Promise<ListedPrice> {
    const wanted = new RegExp(
      `^${REGION_PREFIX}${usageType.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`,
    );
    const found = new Set<number>();
    let NextToken: string | undefined;
    do {
      const page = await this.pricing.getProducts({
        ServiceCode: service,
        Filters: [
          { Type: "TERM_MATCH", Field: regionField, Value: region },
          { Type: "CONTAINS", Field: "usagetype", Value: usageType },
          ...Object.entries(filters).map(([Field, Value]) => ({
            Type: "TERM_MATCH" as const,
            Field,
            Value,
          })),
        ],
        NextToken,
      });
      for (const text of page.PriceList ?? []) {
        const { product, terms } = JSON.parse(String(text)) as Product;
        if (!wanted.test(product.attributes.usagetype ?? "")) continue;
        for (const price of onDemand(terms)) found.add(price);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    const [usd, another] = found;
    if (usd === undefined) return { problem: "not listed" };
    return another === undefined ? { usd } : { problem: "several prices" };
  }
}

/** The first price above nothing of each offer. */
function onDemand({ OnDemand = {} }: Product["terms"]): number[] {
  return Object.values(OnDemand).flatMap(({ priceDimensions }) => {
    const steps = Object.values(priceDimensions)
      .map(({ beginRange, pricePerUnit }) => ({
        from: Number(beginRange ?? 0),
        usd: Number(pricePerUnit.USD ?? 0),
      }))
      .filter(({ usd }) => usd > 0)
      .sort((a, b) => a.from - b.from);
    return steps.slice(0, 1).map(({ usd }) => usd);
  });
}
