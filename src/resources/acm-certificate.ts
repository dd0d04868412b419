import { aws } from "../aws/services";
import { ask } from "./ask";
import { free, noSearch, settingOf, type ResourceKind } from "./kind";

/** A certificate. */
export const acmCertificate: ResourceKind = {
  type: "aws_acm_certificate",
  words: "certificate",
  drawing: { as: "part" },
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "acm:certificate/": ask(aws.acm, (acm, _, CertificateArn) =>
      acm.describeCertificate({ CertificateArn }),
    ),
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
