import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A product of the price list, without what nobody reads. */
export interface ListedProduct {
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** US dollars on demand, by the first unit that they are for. */
  readonly steps: Readonly<Record<number, string>>;
}

interface Query {
  readonly ServiceCode: string;
  readonly Filters: readonly { Type: string; Field: string; Value: string }[];
  readonly NextToken?: string;
}

/** AWS's price list has up to 100 products a page; smaller ones show that all pages are read. */
const PAGE = 2;

/**
 * Answers GetProducts as AWS's Price List Query API does: products as texts of JSON, in pages, with
 * reserved terms beside those on demand, and prices as texts.
 */
export async function startPriceList(products: readonly ListedProduct[]) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = (status: number, body: object) =>
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
          .end(JSON.stringify(body));
      if (request.headers["x-amz-target"] !== "AWSPriceListService.GetProducts") {
        return answer(400, { __type: "UnknownOperationException" });
      }
      const { ServiceCode, Filters, NextToken } = JSON.parse(
        Buffer.concat(chunks).toString(),
      ) as Query;
      const found = products.filter(
        ({ service, attributes }) =>
          service === ServiceCode &&
          Filters.every(({ Type, Field, Value }) => {
            const value = attributes[Field] ?? "";
            return Type === "CONTAINS"
              ? value.includes(Value)
              : value.toLowerCase() === Value.toLowerCase();
          }),
      );
      const from = Number(NextToken ?? 0);
      const more = from + PAGE < found.length;
      answer(200, {
        FormatVersion: "aws_v1",
        PriceList: found.slice(from, from + PAGE).map((one, index) => text(one, from + index)),
        ...(more && { NextToken: String(from + PAGE) }),
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () => new Promise((closed) => server.close(closed)),
  };
}

function text({ service, attributes, steps }: ListedProduct, index: number): string {
  const sku = `SKU${index}`;
  const offer = (code: string, dimensions: object, termAttributes: object) => ({
    [`${sku}.${code}`]: {
      sku,
      offerTermCode: code,
      effectiveDate: "2026-01-01T00:00:00Z",
      termAttributes,
      priceDimensions: dimensions,
    },
  });
  const dimension = (usd: string, beginRange: string, endRange: string) => ({
    unit: "Hrs",
    beginRange,
    endRange,
    appliesTo: [],
    description: `$${usd}`,
    pricePerUnit: { USD: usd },
  });
  const starts = Object.keys(steps).map(Number);
  const onDemand = Object.fromEntries(
    Object.entries(steps).map(([start, usd], step) => [
      `${sku}.JRTCKXETXF.${step}`,
      dimension(usd, start, String(starts[step + 1] ?? "Inf")),
    ]),
  );
  return JSON.stringify({
    serviceCode: service,
    version: "20260101000000",
    publicationDate: "2026-01-01T00:00:00Z",
    product: { sku, productFamily: attributes.productFamily, attributes },
    terms: {
      OnDemand: offer("JRTCKXETXF", onDemand, {}),
      Reserved: offer(
        "4NA7Y494T4",
        { [`${sku}.4NA7Y494T4.1`]: dimension("0.0001000000", "0", "Inf") },
        { LeaseContractLength: "1yr", PurchaseOption: "No Upfront" },
      ),
    },
  });
}
