import { aws } from "../aws/services";
import { ask } from "./ask";
import { free, noSearch, settingOf, resourceKind } from "./kind";

/** A certificate. */
export const acmCertificate = resourceKind({
  type: "aws_acm_certificate",
  words: "certificate",
  cost: free.always,
  existing: noSearch.newId,
  remaining: {
    "acm:certificate/": ask(aws.acm, (acm, _, CertificateArn) =>
      acm.describeCertificate({ CertificateArn }),
    ),
  },
  permissions: {
    tagging: "acm:AddTagsToCertificate",
    creates: { "acm:RequestCertificate": "certificate" },
  },
});

/** The wait for a certificate. */
export const acmCertificateValidation = settingOf("aws_acm_certificate", {
  type: "aws_acm_certificate_validation",
  words: "certificate validation",
  cost: free.always,
});
