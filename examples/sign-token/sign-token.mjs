/** Sign a customer token for the Pulse widget with what Node has: no package is needed. */
import { createHmac } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function sign(customerId, businessId, kid, secret) {
  const now = Math.floor(Date.now() / 1000);
  const head = encode({ alg: 'HS256', typ: 'JWT', kid });
  const body = encode({
    customer_id: customerId,
    business_id: businessId,
    aud: 'pulse',
    iat: now,
    exp: now + 15 * 60,
  });
  const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

if (process.argv[2]) {
  const { PULSE_BUSINESS, PULSE_KID, PULSE_SIGNING_SECRET } = process.env;
  console.log(sign(process.argv[2], PULSE_BUSINESS, PULSE_KID, PULSE_SIGNING_SECRET));
}
