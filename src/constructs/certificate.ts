import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import type { Construct } from "constructs";
import {
  Fn,
  TerraformCount,
  Token,
  conditional,
  propertyAccess,
  ref,
  type TerraformLocal,
  type TerraformVariable,
} from "../cdktf";
import type { DomainSettings } from "../environments/settings";
import { isNew } from "./legacy";
import { reference } from "./reference";

// Conditions on an empty certificate_arn are written as Terraform text: cdktf's Op writes "" as undefined.

/** Properties of the certificate. */
export interface CertificateProps {
  /** Prefix of all names. */
  readonly environment: string;
  /** Flag: the load balancer serves HTTPS. */
  readonly enableHttps: TerraformLocal;
  /** ARN of the certificate, or empty. */
  readonly certificateArn: TerraformVariable;
  /** Domain name of the certificate. @default none: the variable names the certificate */
  readonly domain?: DomainSettings;
}

/**
 * The ARN of the load balancer's certificate: that of the variable; or, if the variable is empty and the
 * domain has a hosted zone, that of a new certificate, which a record in the zone validates.
 *
 * Cost: public certificates of ACM are free.
 */
export function certificate(scope: Construct, props: CertificateProps): string {
  const { environment, domain, certificateArn } = props;
  if (!domain?.hostedZoneId) return certificateArn.stringValue;
  const given = reference(certificateArn);
  const needed = ref(`${reference(props.enableHttps)} && ${given} == ""`);
  const count = TerraformCount.of(Token.asNumber(conditional(needed, 1, 0)));
  const made = new AcmCertificate(scope, "aws_acm_certificate.main[0]", {
    count,
    domainName: domain.name,
    validationMethod: "DNS",
    tags: { Name: `${environment}-plue` },
    lifecycle: { createBeforeDestroy: true },
  });
  const options = ref(`${reference(made)}[0].domain_validation_options`);
  const option = (attribute: string) =>
    Token.asString(propertyAccess(Fn.one(options), [attribute]));
  const record = new Route53Record(scope, "aws_route53_record.validation[0]", {
    count,
    zoneId: domain.hostedZoneId,
    name: option("resource_record_name"),
    type: option("resource_record_type"),
    records: [option("resource_record_value")],
    ttl: 300,
    allowOverwrite: true,
  });
  const validation = new AcmCertificateValidation(scope, "aws_acm_certificate_validation.main[0]", {
    count,
    certificateArn: `\${${reference(made)}[0].arn}`,
    validationRecordFqdns: [`\${${reference(record)}[0].fqdn}`],
  });
  isNew(made, record, validation);
  return Token.asString(
    conditional(
      ref(`${given} != ""`),
      ref(given),
      Fn.one(propertyAccess(ref(reference(validation)), ["*", "certificate_arn"])),
    ),
  );
}

/** Preconditions on the certificate, which Terraform checks before it creates the listener. */
export function certificatePreconditions({
  enableHttps,
  certificateArn,
  domain,
}: CertificateProps) {
  const https = reference(enableHttps);
  const arn = reference(certificateArn);
  const region = {
    condition: `\${${arn} == "" || can(regex("^[^:]+:[^:]+:acm:\${local.aws_region}:", ${arn}))}`,
    errorMessage: `certificate_arn names a certificate in another region: the load balancer needs one in \${local.aws_region}.`,
  };
  if (domain?.hostedZoneId) return [region];
  return [
    {
      condition: `\${!${https} || ${arn} != ""}`,
      errorMessage:
        "enable_https needs a certificate: set certificate_arn, or give the environment's domain a hosted zone, or set enable_https to false.",
    },
    region,
  ];
}
