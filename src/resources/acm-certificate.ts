import { client } from "../aws/client";
import { found, free, noSearch, settingOf, type ResourceKind } from "./kind";

/** A certificate. */
export const acmCertificate: ResourceKind = {
  type: "aws_acm_certificate",
  words: "certificate",
  drawing: { as: "part" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "acm:certificate/": async (to, _, CertificateArn) => {
      const { ACMClient, DescribeCertificateCommand } = await import("@aws-sdk/client-acm");
      await client(ACMClient, to).send(new DescribeCertificateCommand({ CertificateArn }));
      return found;
    },
  },
  loses: "none",
  permissions: {},
};

/** The wait for a certificate. */
export const acmCertificateValidation = settingOf("aws_acm_certificate", {
  type: "aws_acm_certificate_validation",
  words: "certificate validation",
  cost: free.always,
});
