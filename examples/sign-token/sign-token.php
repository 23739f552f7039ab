<?php
/** Sign a customer token for the Pulse widget with what PHP has: no package is needed. */

function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function sign_token(string $customer, string $business, string $kid, string $secret): string
{
    $now = time();
    $head = encode(json_encode(['alg' => 'HS256', 'typ' => 'JWT', 'kid' => $kid]));
    $body = encode(json_encode([
        'customer_id' => $customer,
        'business_id' => $business,
        'aud' => 'pulse',
        'iat' => $now,
        'exp' => $now + 15 * 60,
    ]));
    return "$head.$body." . encode(hash_hmac('sha256', "$head.$body", $secret, true));
}

if (isset($argv[1])) {
    $from = fn (string $name): string => (string) getenv($name);
    echo sign_token($argv[1], $from('PULSE_BUSINESS'), $from('PULSE_KID'), $from('PULSE_SIGNING_SECRET')), "\n";
}
